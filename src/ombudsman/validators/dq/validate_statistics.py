"""Do the columns still look the same?

Compares least and greatest value, mean and standard deviation of number columns, least and greatest value of dates and
texts, and on demand the number of distinct values. Floating-point figures are allowed their rounding noise, and the
standard deviation 1e-9 of itself, for engines do not sum in the same order; numbers that became binary fractions, or
fractions of another precision, are allowed their last bit. Where a number or a date became a text, least and greatest
are not compared.

Equal statistics do not prove equal rows: two values that changed places change no statistic.
"""

from collections.abc import Callable, Iterator, Set
from enum import StrEnum

from pydantic import Field

from ombudsman.model.base import Params
from ombudsman.model.result import Kind, Result
from ombudsman.model.tolerance import Tolerance
from ombudsman.validators.kit import (
    Aggregate,
    ColumnName,
    ConditionText,
    GroupTerm,
    Pair,
    Term,
    count_distinct,
    max_of,
    mean_of,
    min_of,
    stddev_of,
    terms,
    validator,
)


class Statistic(StrEnum):
    MIN = "min"
    MAX = "max"
    MEAN = "mean"
    STANDARD_DEVIATION = "standard_deviation"
    DISTINCT = "distinct"


MEASURE: dict[Statistic, Callable[..., Aggregate]] = {
    Statistic.MIN: min_of,
    Statistic.MAX: max_of,
    Statistic.MEAN: mean_of,
    Statistic.STANDARD_DEVIATION: stddev_of,
    Statistic.DISTINCT: count_distinct,
}
NUMBERS = frozenset({"integer", "decimal", "float"})
ORDERED = NUMBERS | {"date", "time", "timestamp", "text", "boolean", "uuid"}
COUNTABLE = ORDERED | {"binary"}
COMPARABLE = (NUMBERS | {"boolean"}, {"date", "timestamp"}, {"time"}, {"text", "uuid"})
"""Kinds of one order: the least of texts is not the least of the numbers that they spell."""


class Statistics(Params):
    """Which statistics of which columns, and how far apart they may lie."""

    columns: list[ColumnName] = Field(
        default=[],
        title="Columns",
        description="By the source's names. None: all mapped columns that have statistics.",
        examples=[["Amount", "OrderDate"]],
    )
    statistics: list[Statistic] = Field(
        default=[Statistic.MIN, Statistic.MAX, Statistic.MEAN, Statistic.STANDARD_DEVIATION],
        min_length=1,
        title="Statistics",
        description="Each is asked of the columns that have it. distinct is the dear one.",
        examples=[["min", "max", "distinct"]],
    )
    group_by: list[GroupTerm] = Field(
        default=[],
        title="By",
        description="Columns, or periods of them, that form the groups. None: the whole table.",
        examples=[["Region"]],
    )
    where: ConditionText | None = Field(
        default=None,
        title="Only rows where",
        description="A condition in the source's names; each side reads it in its own dialect.",
        examples=["Amount > 0"],
    )
    tolerance: Tolerance = Field(
        default=Tolerance(),
        title="Tolerance",
        description="How far apart two statistics of numbers may lie.",
    )


@validator
async def validate_statistics(tables: Pair, params: Statistics) -> Result:
    measures = list(_measures(tables, params))
    if not measures:
        return Result(notes=["no column of this table has one of these statistics"])
    answers = await tables.both(*measures)
    notes = list(_notes(tables, params, {m.columns[0] for m in measures}))
    return answers.judged(params.tolerance).result(Kind.AGGREGATE_DIFFERS, notes=notes)


def _notes(tables: Pair, params: Statistics, measured: Set[str]) -> Iterator[str]:
    columns = params.columns or tables.columns
    left_out = [name for name in columns if name not in measured]
    if left_out:
        yield f"not measured, for their types have none of these: {', '.join(left_out)}"
    for name in columns:
        kinds = [data_type.kind for data_type in tables.types(name)]
        if name in measured and _are_unlike(set(kinds)) and {"min", "max"} & set(params.statistics):
            yield f"least and greatest of {name} not compared: {kinds[0]} became {kinds[1]}"


def _measures(tables: Pair, params: Statistics) -> Iterator[Aggregate]:
    by: tuple[Term, ...] = terms(params.group_by)
    for column in params.columns or tables.columns:
        kinds = {data_type.kind for data_type in tables.types(column)}
        for statistic in params.statistics:
            if _has(statistic, kinds):
                yield MEASURE[statistic](column, by=by, where=params.where)


def _has(statistic: Statistic, kinds: Set[str]) -> bool:
    if statistic in {Statistic.MIN, Statistic.MAX}:
        return kinds <= ORDERED and not _are_unlike(kinds)
    if statistic is Statistic.DISTINCT:
        return kinds <= COUNTABLE
    return kinds <= NUMBERS


def _are_unlike(kinds: Set[str]) -> bool:
    """Whether values of these kinds are ordered, but each in an order of its own."""
    return kinds <= ORDERED and not any(kinds <= alike for alike in COMPARABLE)
