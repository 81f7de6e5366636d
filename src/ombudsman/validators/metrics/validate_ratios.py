"""Do the ratios still hold?

Divides one column's sum by another's on both sides, over the whole table or group by group: a margin is the profits
over the sales, not a mean of margins. By group is the sharper question: a profit that moved from one region to another
leaves the ratio of the whole as it was.

Where the divisor adds up to zero, or one of the two has no value, there is no ratio; that only one side has one is a
difference. What neither side has is noted, for nothing was compared there.

An equal ratio does not prove equal amounts: both sums may be off by the same share. `validate_metric_sums` asks that.
"""

from pydantic import Field, ValidationInfo, field_validator

from ombudsman.model.base import Params, ParamsPart
from ombudsman.model.result import Kind, Result
from ombudsman.model.tolerance import Tolerance
from ombudsman.validators.contradictions import named_apart
from ombudsman.validators.kit import (
    ColumnName,
    ConditionText,
    GroupTerm,
    Pair,
    ratio_of,
    terms,
    validator,
)


class Ratio(ParamsPart):
    """What is divided by what: the sums of two number columns."""

    numerator: ColumnName = Field(
        title="Amount", description="The number column whose sum is divided."
    )
    denominator: ColumnName = Field(
        title="Divided by", description="The number column whose sum divides it."
    )

    @field_validator("denominator")
    @classmethod
    def _another(cls, value: str, info: ValidationInfo) -> str:
        return named_apart(value, info, "numerator")


class Ratios(Params):
    """Which ratios, by what, and how far apart they may lie."""

    ratios: list[Ratio] = Field(
        min_length=1,
        title="Ratios",
        description="Pairs of number columns, by the source's names.",
        examples=[[{"numerator": "Profit", "denominator": "SalesAmount"}]],
    )
    group_by: list[GroupTerm] = Field(
        default=[],
        title="Ratio by",
        description="Columns, or periods of them, that form the groups. None: the whole table.",
        examples=[["Region"], [{"column": "OrderDate", "period": "month"}]],
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
        description="How far apart two ratios may lie: by a distance, or as a share of the source's ratio.",
    )


@validator
async def validate_ratios(tables: Pair, params: Ratios) -> Result:
    by = terms(params.group_by)
    ratios = await tables.both(
        *(ratio_of(r.numerator, r.denominator, by=by, where=params.where) for r in params.ratios)
    )
    judged, nowhere = ratios.judged(params.tolerance), ratios.on_neither_side()
    told = f"{nowhere:,} of {judged.total:,} ratios are on neither side: the divisor is zero, or there are no values"
    return judged.result(Kind.RATIO_DIFFERS, notes=[told] if nowhere else [])
