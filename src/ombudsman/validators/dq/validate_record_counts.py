"""Did every row arrive?

Counts the rows of both tables and compares the counts: the whole table, or group by group. Counting by group is the
sharper question, for a surplus in March cannot hide a loss in April. A group that one side lacks counts as zero there.

Equal counts do not prove equal rows: a lost row and a surplus one in the same group cancel out.
"""

from pydantic import Field

from ombudsman.model.base import Params
from ombudsman.model.result import Kind, Result
from ombudsman.model.tolerance import Tolerance
from ombudsman.validators.kit import ConditionText, GroupTerm, Pair, count_rows, terms, validator


class RecordCounts(Params):
    """What to count, and how far apart the counts may lie."""

    group_by: list[GroupTerm] = Field(
        default=[],
        title="Count by",
        description="Columns, by the source's names, or periods of them, that form the groups. None: the whole table.",
        examples=[["Region", {"column": "OrderDate", "period": "month"}]],
    )
    where: ConditionText | None = Field(
        default=None,
        title="Only rows where",
        description="A condition in the source's names; each side reads it in its own dialect.",
        examples=["OrderDate >= '2024-01-01'"],
    )
    tolerance: Tolerance = Field(
        default=Tolerance(),
        title="Tolerance",
        description="How many rows, or what share of them, a group may gain or lose.",
    )


@validator
async def validate_record_counts(tables: Pair, params: RecordCounts) -> Result:
    counts = await tables.both(count_rows(by=terms(params.group_by), where=params.where))
    return counts.judged(params.tolerance).result(Kind.COUNT_DIFFERS)
