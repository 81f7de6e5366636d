"""How are the values of a column spread?

- `quantiles` finds the numbers that cut a column into parts of equal size; a statement of its own, for it sorts.
- `histogram` counts the numbers between edges. It fuses: each edge is one conditional count in the shared scan.
- `count_outside` counts the numbers beyond two bounds; it fuses too.
- `top_values` finds the most frequent values, or counts given ones; a statement of its own, for it groups.

Quantiles are asked of one side, and their edges counted on both: so the same bins are compared.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from typing_extensions import override

from ombudsman.measures.questions import (
    Aggregate,
    Function,
    Primitive,
    RowsOf,
    Sample,
    Term,
)
from ombudsman.measures.relation import Relation
from ombudsman.model import types
from ombudsman.sql.expressions import as_double, as_integer, as_text, count_of

# ------------------------------------------------------------ numbers


@dataclass(frozen=True)
class Histogram(Aggregate):
    """How many numbers lie in each bin: up to the first edge (included), up to the next ..., above the last."""

    edges: tuple[Any, ...] = ()

    @override
    def primitives(self, relation: Relation) -> tuple[Primitive, ...]:
        all_values = Primitive(Function.COUNT_VALUES, self.columns, self.where)
        up_to = (
            Primitive(Function.COUNT_UP_TO, self.columns, self.where, (edge,))
            for edge in self.edges
        )
        return (*up_to, all_values)

    @override
    def value(self, parts: Sequence[Any]) -> tuple[int, ...]:
        bins = (now - before for before, now in zip((0, *parts), parts, strict=False))
        return tuple(int(each) for each in bins)

    @override
    def noise(self, parts: Sequence[Any]) -> Decimal:
        return Decimal(0)


def histogram(
    column: str, edges: Sequence[Any], *, by: Sequence[Term] = (), where: str | None = None
) -> Histogram:
    """How many numbers lie in each bin; there is one bin more than there are edges, which ascend. NULLs are in none."""
    needs = (Function.COUNT_VALUES,)
    return Histogram("histogram", needs, (column,), tuple(by), where, edges=tuple(edges))


@dataclass(frozen=True)
class Outside(Aggregate):
    """How many numbers lie beyond two bounds."""

    bounds: tuple[Any, ...] = ()

    @override
    def primitives(self, relation: Relation) -> tuple[Primitive, ...]:
        return (Primitive(Function.COUNT_OUTSIDE, self.columns, self.where, self.bounds),)


def count_outside(
    column: str, low: Any, high: Any, *, by: Sequence[Term] = (), where: str | None = None
) -> Outside:
    """How many numbers are less than `low` or greater than `high`; what is not a number (NaN) is greater."""
    needs = (Function.COUNT_OUTSIDE,)
    return Outside("outside", needs, (column,), tuple(by), where, absent=0, bounds=(low, high))


@dataclass(frozen=True)
class Quantiles:
    """The values that end a part, when the ordered values are cut into `parts` of equal size.

    `value` ends a part, `next_value` is the next greater one there is (NULL: none), `times` says how often the value
    occurs and `up_to` how many values are not greater. A value so frequent that it ends several parts stands once.
    """

    column: str
    parts: int
    where: str | None

    def __call__(self, table: Relation) -> Select[Any]:
        column = table.column(self.column)
        number = as_double(column) if table.is_inexact(self.column) else column
        chosen = select(number.label("value")).select_from(table.from_clause)
        chosen = chosen.where(column.is_not(None))
        if self.where:
            chosen = chosen.where(table.condition(self.where))
        values = chosen.subquery("chosen")
        by_value = (
            select(values.c.value, count_of().label("times"))
            .group_by(values.c.value)
            .subquery("by_value")
        )
        value, times = by_value.c.value, by_value.c.times
        counted = select(
            value,
            times,
            func.lead(value).over(order_by=[value]).label("next_value"),
            func.sum(times).over(order_by=[value]).label("up_to"),
            func.sum(times).over().label("in_all"),
        ).subquery("counted")
        # A multiple of in_all / parts lies among the places of the value: said without a division.
        beyond = (counted.c.up_to * self.parts) % counted.c.in_all
        ends = beyond < counted.c.times * self.parts
        columns = counted.c
        return select(columns.value, columns.times, columns.next_value, columns.up_to).where(ends)


def quantiles(column: str, parts: int, *, where: str | None = None) -> RowsOf:
    """The values that end a part of a number column, ascending; see `Quantiles`. The last is the greatest."""
    return RowsOf(
        Quantiles(column, parts, where), order=("value",), limit=parts + 1, columns=(column,)
    )


def edges_between(found: Sample) -> tuple[Any, ...]:
    """Edges for a histogram, from quantiles: each lies halfway between a value and the next greater one.

    So a number that became a binary fraction on the other side, and lies a little beside itself, stays in its bin.
    """
    middles = (
        _middle(row["value"], row["next_value"])
        for row in found.rows
        if row["next_value"] is not None
    )
    return tuple(dict.fromkeys(edge for edge in middles if math.isfinite(edge)))


def _middle(value: Any, following: Any) -> Any:
    if isinstance(value, float):
        middle = value / 2 + following / 2
        return middle if value <= middle < following else value
    return (Decimal(value) + Decimal(following)) / 2


# ------------------------------------------------------------ values


@dataclass(frozen=True)
class ValueCounts:
    """The values that there are, and how often; of `among` alone, where these are given. NULL is none."""

    column: str
    where: str | None
    among: tuple[Any, ...] | None

    def __call__(self, table: Relation) -> Select[Any]:
        value = comparable_value(table, self.column)
        found = (
            select(value.label("value"), count_of().label("times"), (-count_of()).label("rarity"))
            .select_from(table.from_clause)
            .where(value.is_not(None))
            .group_by(value)
        )
        if self.among is not None:
            found = found.where(value.in_(self.among))
        return found.where(table.condition(self.where)) if self.where else found


def top_values(
    column: str, limit: int, *, where: str | None = None, among: Sequence[Any] | None = None
) -> RowsOf:
    """The most frequent values of a column, the most frequent first (`value`, `times`); `total` counts all values.

    With `among` only these are counted; they are of the form in which this measure gave them.
    """
    given = None if among is None else tuple(among)
    build = ValueCounts(column, where, given)
    return RowsOf(build, order=("rarity", "value"), limit=limit, columns=(column,))


def comparable_value(table: Relation, name: str) -> ColumnElement[Any]:
    """The column in the one form in which both sides can group, order and hand over its values."""
    column, data_type = table.column(name), table.data_type(name)
    match data_type:
        case types.Text():
            return table.held(name)
        case types.Uuid():
            return as_text(column)
        case types.Boolean():
            return as_integer(column)
        case types.Float():
            return as_double(column)
        case _:
            return column
