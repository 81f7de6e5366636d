"""What can be asked of a table.

A measure is a value: it knows what it wants to know and nothing of where, when and together with what it is asked.
Equal measures are asked once. Aggregates say which primitives (the SQL aggregates they are made of) they need, so
that the planner can put many of them into one scan.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import Select

from ombudsman.measures.relation import Relation
from ombudsman.model.result import Statement
from ombudsman.model.tables import TableRef
from ombudsman.sql.expressions import PeriodUnit
from ombudsman.sql.queries import Query

if TYPE_CHECKING:
    from ombudsman.measures.values import Values  # noqa: F401 - the answer to an aggregate, named in a text below

A = TypeVar("A")
Group = tuple[Any, ...]


class Measure(Generic[A]):
    """Something that can be asked of one side of a table; `A` is what the answer is."""


class Function(StrEnum):
    """The SQL aggregates that everything else is made of."""

    COUNT = "count"
    COUNT_VALUES = "count_values"
    COUNT_DISTINCT = "count_distinct"
    MIN = "min"
    MAX = "max"
    SUM = "sum"
    SUM_WHERE_ALL_THERE = "sum_where_all_there"
    SUM_OF_ABSOLUTES = "sum_of_absolutes"
    DEVIATION = "deviation"
    COUNT_UP_TO = "count_up_to"
    COUNT_OUTSIDE = "count_outside"


@dataclass(frozen=True)
class Primitive:
    """One SQL aggregate over the rows that fulfil `where` (a condition in the source's names).

    A sum over several columns is that of their products; SUM_WHERE_ALL_THERE is the sum of the first column over the
    rows in which none of them is NULL. `bounds` are the numbers that the column's are held against, where the function
    does so.
    """

    function: Function
    columns: tuple[str, ...] = ()
    where: str | None = None
    bounds: tuple[Any, ...] = ()


@dataclass(frozen=True)
class PeriodOf:
    """The period in which a column's date falls, as a term to group by."""

    column: str
    unit: PeriodUnit


Term = str | PeriodOf
"""What rows are grouped by: a column by its source name, or the period of one."""


def _first(value: Any) -> Any:
    return value


def _difference(rows: int, values: int) -> int:
    return rows - values


def _deviation(value: Any, total: Any, count: int) -> Any:
    """NaN when a summand is not finite; what the engines themselves say of those differs."""
    if count < 2:
        return None
    return math.nan if isinstance(total, float) and not math.isfinite(total) else value


def _quotient(total: Any, count: int) -> Any:
    """Divided here, so that no engine truncates it; exact for exact sums, to 28 digits."""
    if total is None or not count:
        return None
    return total / count if isinstance(total, float) else Decimal(total) / count


@dataclass(frozen=True)
class Aggregate(Measure["Values"]):
    """A number (or a date, or a text) about a table, or about each group of its rows.

    `name` is the figure's name. It is `made_by` a function from the values of the primitives that it `needs`. `absent`
    is the value of a group that a side lacks: 0 for counts, else NULL.
    """

    name: str
    needs: tuple[Function, ...]
    columns: tuple[str, ...] = ()
    by: tuple[Term, ...] = ()
    where: str | None = None
    absent: int | None = None
    made_by: Callable[..., Any] = _first

    def primitives(self, relation: Relation) -> tuple[Primitive, ...]:
        """The SQL aggregates to ask for, in the order in which `value` and `noise` take them."""
        functions = self.needs
        if Function.SUM in functions and self._sums_floats(relation):
            functions = (*functions, Function.SUM_OF_ABSOLUTES)
        return tuple(
            Primitive(f, () if f is Function.COUNT else self.columns, self.where) for f in functions
        )

    def value(self, parts: Sequence[Any]) -> Any:
        """The value, from the values of the primitives."""
        return self.made_by(*parts[: len(self.needs)])

    def noise(self, parts: Sequence[Any]) -> Decimal:
        """How far apart two sound computations of the value may lie, from the same."""
        known = self.parts(parts)
        if Function.DEVIATION in known:
            doubt_of_mean = _bounded(known[Function.SUM], _DOUBLE_STEP)
            return _bounded(self.value(parts), _DEVIATION_NOISE) + doubt_of_mean
        noise = _bounded(known.get(Function.SUM_OF_ABSOLUTES), FLOAT_SUM_NOISE)
        return noise / (known.get(Function.COUNT_VALUES) or 1)

    def parts(self, values: Sequence[Any]) -> dict[Function, Any]:
        """The values of the primitives by their functions."""
        return dict(zip((*self.needs, Function.SUM_OF_ABSOLUTES), values, strict=False))

    def significant_bits(self, relation: Relation) -> int | None:
        """Of the numbers that it is made of, if these are binary fractions; else None."""
        made_of_numbers = {Function.MIN, Function.MAX, Function.SUM, Function.DEVIATION}
        if made_of_numbers.isdisjoint(self.needs):
            return None
        return relation.significant_bits(self.columns[0])

    def _sums_floats(self, relation: Relation) -> bool:
        return any(relation.is_inexact(name) for name in self.columns)


FLOAT_SUM_NOISE = Decimal("1e-12")
"""The error of summing n doubles is bounded by n * 2^-53 * sum(|x|) and grows like the square root of n in practice
(N. Higham, The accuracy of floating point summation, 1993): 1e-12 of the absolute sum leaves room for 10^8 rows."""

_DEVIATION_NOISE = Decimal("1e-9")

_DOUBLE_STEP = Decimal(2) ** -53
"""Around a mean that is off by d, a deviation is off by at most d; and the mean of n doubles that are summed one by one
is off by at most n * 2^-53 of itself, which is this share of their sum. (PostgreSQL finds 7e-10 as the deviation of
100,000 times 1000.1; DuckDB finds 0.)"""


def _bounded(size: Any, share: Decimal) -> Decimal:
    bound = abs(Decimal(size)) if size is not None else Decimal(0)
    return bound * share if bound.is_finite() else Decimal(0)


@dataclass(frozen=True)
class Sample:
    """Rows that answer a question, by the labels of its select: the first few, and how many there are in all."""

    rows: tuple[Mapping[str, Any], ...]
    total: int
    statement: Statement | None = None


@dataclass(frozen=True)
class RowsOf(Measure[Sample]):
    """The rows of a select all of whose rows matter (the offenders), ordered by `order`, at most `limit` of them.

    `build` makes the select from this side's relation of the table, and of the `others`. `columns` are the source
    columns it looks into, for the coverage.
    """

    build: Callable[..., Select[Any]]
    order: tuple[str, ...]
    limit: int = 100
    others: tuple[TableRef, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class QueryRows:
    """The answer to a person's whole query: all its rows, in the order in which they came."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    statement: Statement | None = None


@dataclass(frozen=True)
class QueryOf(Measure[QueryRows]):
    """The rows of a person's whole query, a statement of its own; more than `limit` of them are an error.

    The query speaks of bare tables: filters and transformations of the mapping are not for it. One that is `own` is
    written in the names of the side that it is asked of, another in the source's.
    """

    query: Query
    limit: int
    own: bool = False


# ------------------------------------------------------------ how people ask


def count_rows(*, by: Sequence[Term] = (), where: str | None = None) -> Aggregate:
    """How many rows."""
    return Aggregate("rows", (Function.COUNT,), (), tuple(by), where, absent=0)


def count_where(condition: str, *, by: Sequence[Term] = ()) -> Aggregate:
    """How many rows fulfil the condition."""
    return count_rows(by=by, where=condition)


def count_nulls(*columns: str, by: Sequence[Term] = (), where: str | None = None) -> Aggregate:
    """In how many rows the column (of several: at least one of them) is NULL."""
    needs = (Function.COUNT, Function.COUNT_VALUES)
    return Aggregate("nulls", needs, columns, tuple(by), where, absent=0, made_by=_difference)


def count_distinct(*columns: str, by: Sequence[Term] = (), where: str | None = None) -> Aggregate:
    """How many different values, or combinations of values; rows with a NULL among them do not count."""
    return Aggregate("distinct", (Function.COUNT_DISTINCT,), columns, tuple(by), where, absent=0)


def min_of(column: str, *, by: Sequence[Term] = (), where: str | None = None) -> Aggregate:
    """The least value; texts by code points."""
    return Aggregate("min", (Function.MIN,), (column,), tuple(by), where)


def max_of(column: str, *, by: Sequence[Term] = (), where: str | None = None) -> Aggregate:
    """The greatest value; texts by code points."""
    return Aggregate("max", (Function.MAX,), (column,), tuple(by), where)


def sum_of(column: str, *, by: Sequence[Term] = (), where: str | None = None) -> Aggregate:
    """The sum, exact for whole and decimal numbers; NULL when there is no value."""
    return Aggregate("sum", (Function.SUM,), (column,), tuple(by), where)


def mean_of(column: str, *, by: Sequence[Term] = (), where: str | None = None) -> Aggregate:
    """The arithmetic mean of the values that are not NULL; NULL when there is none."""
    needs = (Function.SUM, Function.COUNT_VALUES)
    return Aggregate("mean", needs, (column,), tuple(by), where, made_by=_quotient)


def stddev_of(column: str, *, by: Sequence[Term] = (), where: str | None = None) -> Aggregate:
    """The sample standard deviation, in double precision; NULL for fewer than two values, NaN for infinite ones.

    Sum and count are asked for beside it, for its noise grows with them; the mean needs them too.
    """
    needs = (Function.DEVIATION, Function.SUM, Function.COUNT_VALUES)
    return Aggregate("standard_deviation", needs, (column,), tuple(by), where, made_by=_deviation)


def rows(
    build: Callable[..., Select[Any]],
    *,
    order: Sequence[str],
    limit: int = 100,
    others: Sequence[TableRef] = (),
    columns: Sequence[str] = (),
) -> RowsOf:
    """The rows of a select all of whose rows are offenders; see `RowsOf`."""
    return RowsOf(build, tuple(order), limit, tuple(others), tuple(columns))
