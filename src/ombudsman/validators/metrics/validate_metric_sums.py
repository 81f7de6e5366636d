"""Do the amounts still add up?

Sums number columns on both sides and compares the sums, over the whole table or group by group. By group is the sharper
question: an amount that moved from one month to the next leaves the total as it was. A group that one side lacks has no
sum there, and that is a difference.

Whole and decimal numbers are summed exactly; floating-point sums are allowed their rounding noise, and amounts that
became binary fractions, or fractions of another precision, the last bit of each.

Equal sums do not prove equal rows: errors that cancel out within a group are not seen.
"""

from pydantic import Field

from ombudsman.model.base import Params
from ombudsman.model.result import Kind, Result
from ombudsman.model.tolerance import Tolerance
from ombudsman.validators.kit import (
    ColumnName,
    ConditionText,
    GroupTerm,
    Pair,
    sum_of,
    terms,
    validator,
)


class MetricSums(Params):
    """What to sum, by what, and how far apart the sums may lie."""

    columns: list[ColumnName] = Field(
        min_length=1,
        title="Amounts",
        description="Number columns, by the source's names.",
        examples=[["SalesAmount", "TaxAmount"]],
    )
    group_by: list[GroupTerm] = Field(
        default=[],
        title="Sum by",
        description="Columns, or periods of them, that form the groups. None: the whole table.",
        examples=[[{"column": "OrderDate", "period": "month"}]],
    )
    where: ConditionText | None = Field(
        default=None,
        title="Only rows where",
        description="A condition in the source's names; each side reads it in its own dialect.",
        examples=["Channel = 'web'"],
    )
    tolerance: Tolerance = Field(
        default=Tolerance(),
        title="Tolerance",
        description="How far apart two sums may lie, in the column's unit or as a share of the source's sum.",
    )


@validator
async def validate_metric_sums(tables: Pair, params: MetricSums) -> Result:
    by = terms(params.group_by)
    sums = await tables.both(*(sum_of(c, by=by, where=params.where) for c in params.columns))
    return sums.judged(params.tolerance).result(Kind.AGGREGATE_DIFFERS)
