"""Do the averages still hold?

Compares the mean of number columns on both sides, over the whole table or group by group; with a weight, the weighted
mean: the sum of value times weight over the sum of the weights. Every mean is made here from a sum and a count, or a
sum of weights, of the group's own rows: no engine's average is asked, and means are never averaged again. A group that
one side lacks has no mean there, and that is a difference; so has one whose weights add up to zero.

Means of whole and decimal numbers are exact to 28 digits; those of floating-point numbers are allowed their rounding
noise.

Equal means do not prove equal values: the loss of a row that lies at the mean changes none. `validate_metric_sums` and
`validate_record_counts` together ask more.
"""

from pydantic import Field, ValidationInfo, field_validator

from ombudsman.model.base import Params
from ombudsman.model.result import Kind, Result
from ombudsman.model.tolerance import Tolerance
from ombudsman.validators.contradictions import named_apart
from ombudsman.validators.kit import (
    ColumnName,
    ConditionText,
    GroupTerm,
    Pair,
    mean_of,
    terms,
    validator,
    weighted_mean_of,
)


class MetricAverages(Params):
    """What to average, by what, and how far apart the means may lie."""

    columns: list[ColumnName] = Field(
        min_length=1,
        title="Amounts",
        description="Number columns, by the source's names.",
        examples=[["UnitPrice"]],
    )
    weight: ColumnName | None = Field(
        default=None,
        title="Weighted by",
        description="A number column; rows in which it is NULL do not count. None: every row counts once.",
        examples=["Quantity"],
    )
    group_by: list[GroupTerm] = Field(
        default=[],
        title="Average by",
        description="Columns, or periods of them, that form the groups. None: the whole table.",
        examples=[["Region"]],
    )
    where: ConditionText | None = Field(
        default=None,
        title="Only rows where",
        description="A condition in the source's names; each side reads it in its own dialect.",
        examples=["Quantity > 0"],
    )
    tolerance: Tolerance = Field(
        default=Tolerance(),
        title="Tolerance",
        description="How far apart two means may lie, in the column's unit or as a share of the source's.",
    )

    @field_validator("weight")
    @classmethod
    def _another(cls, value: str | None, info: ValidationInfo) -> str | None:
        return named_apart(value, info, "columns")


@validator
async def validate_metric_averages(tables: Pair, params: MetricAverages) -> Result:
    by = terms(params.group_by)
    means = await tables.both(
        *(
            weighted_mean_of(column, params.weight, by=by, where=params.where)
            if params.weight
            else mean_of(column, by=by, where=params.where)
            for column in params.columns
        )
    )
    return means.judged(params.tolerance).result(Kind.AGGREGATE_DIFFERS)
