"""The answer to an aggregate: one value per group.

A scan answers many questions group by group, and there may be a million groups. Its rows are kept once, packed; the
answer to each question is a view of them, and its values are made when somebody looks.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from ombudsman.measures.grain import grain_of
from ombudsman.measures.packed import Column
from ombudsman.measures.questions import Aggregate, Group
from ombudsman.model.result import Statement
from ombudsman.model.values import comparable

PART = 50_000
"""How many groups are looked at a time."""

Raw = tuple[Any, ...]
"""The values of a measure's primitives in one group, in the order in which the measure takes them."""

_COMPARABLE = {bool, int, str, bytes, type(None)}
"""Types whose values are in the one form in which they are compared already."""


class GroupRows:
    """The rows of one scan, one per group: first the values that make the group, then the primitives."""

    def __init__(self, *, width: int, primitives: int) -> None:
        """`width` is the number of terms that rows are grouped by; 0: there is one row, of the whole table."""
        self.width = width
        self.count = 0
        self.columns = [Column() for _ in range(width + primitives)]

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Some rows more, as the database gave them."""
        for place, values in enumerate(zip(*rows, strict=True)):
            self.columns[place].add(_compared(values) if place < self.width else values)
        self.count += len(rows)

    def parts(self) -> Iterator[tuple[int, int]]:
        """The places of some ten thousand rows at a time, from the first to before the last."""
        for start in range(0, self.count, PART):
            yield start, min(start + PART, self.count)

    def groups(self, start: int, stop: int) -> list[Group]:
        """The groups of the rows from one place to before another."""
        columns = [column.between(start, stop) for column in self.columns[: self.width]]
        return _groups(columns, stop - start)

    def keys(self, start: int, stop: int) -> Sequence[Any]:
        """The same, as what tells them apart: of one term its bare value."""
        if self.width == 1:
            return _compared(self.columns[0].between(start, stop))
        return self.groups(start, stop)

    def groups_at(self, places: pa.Array) -> list[Group]:
        """The groups of the rows at these places."""
        columns = [column.at(places) for column in self.columns[: self.width]]
        return _groups(columns, len(places))


def _groups(columns: Sequence[Sequence[Any]], count: int) -> list[Group]:
    if not columns:
        return [()] * count
    return list(zip(*map(_compared, columns), strict=True))


def _compared(values: Sequence[Any]) -> Sequence[Any]:
    """The values in the one form in which those of two engines are compared."""
    if set(map(type, values)) <= _COMPARABLE:
        return values
    return [comparable(value) for value in values]


@dataclass(frozen=True, eq=False)
class Values:
    """The answer to `measure`: one value per group. The whole table is the group `()`.

    `places` are those of the measure's primitives among the columns of the `rows`. Other questions about other rows
    may have been answered by the same scan: the column `there` is above zero in the groups that this answer has (None:
    in all). `significant_bits` are those of the column's binary fractions; None where it holds none.
    """

    measure: Aggregate
    rows: GroupRows
    places: tuple[int, ...]
    there: int | None = None
    statement: Statement | None = None
    significant_bits: int | None = None

    @property
    def value(self) -> Any:
        """The value of the whole table."""
        return self.by_group.get(())

    @property
    def by_group(self) -> Mapping[Group, Any]:
        """The value of every group. Made anew at each call: hold on to it."""
        return {group: self.measure.value(raw) for group, raw in self._items()}

    @property
    def noise(self) -> Mapping[Group, Decimal]:
        """How far apart two sound computations of a group's value may lie; only where they may.

        Floating-point sums depend on the order of their summands. Made anew at each call.
        """
        doubts = ((group, self.measure.noise(raw)) for group, raw in self._items())
        return {group: doubt for group, doubt in doubts if doubt}

    @property
    def grain(self) -> Mapping[Group, Decimal]:
        """How far a group's value may lie from that over exact numbers, where it is made of binary fractions.

        Made anew at each call.
        """
        if self.significant_bits is None:
            return {}
        return {group: self.grain_of(raw) for group, raw in self._items()}

    def grain_of(self, raw: Raw) -> Decimal:
        """The same of one group, from the values of its primitives."""
        bits = self.significant_bits
        return Decimal(0) if bits is None else grain_of(self.measure, raw, bits)

    def between(self, start: int, stop: int) -> list[Raw | None]:
        """The values of the primitives from one place to before another; None where the answer lacks the group."""
        return self._raw(lambda column: column.between(start, stop))

    def at(self, places: pa.Array) -> list[Raw | None]:
        """The values of the primitives at these places; None where there is no place, or the answer lacks the group."""
        return self._raw(lambda column: column.at(places))

    def _raw(self, part_of: Callable[[Column], Sequence[Any]]) -> list[Raw | None]:
        raws = zip(*(part_of(self.rows.columns[place]) for place in self.places), strict=True)
        if self.there is None:
            return list(raws)
        there = part_of(self.rows.columns[self.there])
        return [raw if rows else None for raw, rows in zip(raws, there, strict=True)]

    def _items(self) -> Iterator[tuple[Group, Raw]]:
        for start, stop in self.rows.parts():
            groups = self.rows.groups(start, stop)
            for group, raw in zip(groups, self.between(start, stop), strict=True):
                if raw is not None:
                    yield group, raw
