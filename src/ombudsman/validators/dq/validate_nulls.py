"""Are as many values missing as before?

Counts the NULLs of every column on both sides and compares the counts, over the whole table or group by group. Columns
named in `not_allowed` must have none in the target, whatever the source has.

Equal counts do not prove that the same rows are empty, and an empty text is not NULL.
"""

from pydantic import Field

from ombudsman.model.base import Params
from ombudsman.model.result import Finding, Kind, Result
from ombudsman.model.tables import Side
from ombudsman.model.tolerance import Tolerance
from ombudsman.validators.kit import (
    ColumnName,
    ConditionText,
    GroupTerm,
    Pair,
    count_nulls,
    terms,
    together,
    validator,
)


class Nulls(Params):
    """Which columns, and how far apart the counts may lie."""

    columns: list[ColumnName] = Field(
        default=[],
        title="Columns",
        description="By the source's names. None: all mapped columns.",
        examples=[["Email", "Phone"]],
    )
    not_allowed: list[ColumnName] = Field(
        default=[],
        title="Columns that may not be NULL",
        description="Columns in which the target may have no NULL at all.",
        examples=[["CustomerId"]],
    )
    group_by: list[GroupTerm] = Field(
        default=[],
        title="Count by",
        description="Columns, or periods of them, that form the groups. None: the whole table.",
        examples=[["Region"]],
    )
    where: ConditionText | None = Field(
        default=None,
        title="Only rows where",
        description="A condition in the source's names; each side reads it in its own dialect.",
        examples=["Status <> 'draft'"],
    )
    tolerance: Tolerance = Field(
        default=Tolerance(),
        title="Tolerance",
        description="How many NULLs, or what share of them, a column may gain or lose.",
    )


@validator
async def validate_nulls(tables: Pair, params: Nulls) -> Result:
    columns = list(dict.fromkeys([*(params.columns or tables.columns), *params.not_allowed]))
    by = terms(params.group_by)
    counts = await tables.both(*(count_nulls(c, by=by, where=params.where) for c in columns))
    judged = counts.judged(params.tolerance, barred=params.not_allowed)
    not_allowed = [
        Finding(
            kind=Kind.NULL_NOT_ALLOWED,
            side=Side.TARGET,
            column=figure.column,
            key=figure.key,
            figure=figure.target,
        )
        for figure in judged.barred.figures
    ]
    found = {Kind.NULL_NOT_ALLOWED: judged.barred.total}
    return together(
        judged.result(Kind.NULL_COUNT_DIFFERS), Result(findings=not_allowed, found=found)
    )
