"""The answers of both sides, judged group by group.

Most groups of a sound migration are plainly equal: they are counted, and no more. What differs is held against the
tolerance. Figures are made of the first few alone, as many as a result keeps, those that disagree before the others;
how many there are is counted to the last. So a million groups cost seconds, and little memory.
"""

import heapq
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, auto
from itertools import chain, count
from typing import Any

import pyarrow as pa

from ombudsman.measures.questions import Aggregate, Group
from ombudsman.measures.values import PART, GroupRows, Raw, Values
from ombudsman.model.result import FIGURE_LIMIT, Figure, Kind, Result
from ombudsman.model.tolerance import EXACT, Tolerance

Answers = tuple[Aggregate, Values, Values]
"""A measure, and what source and target answered."""

Part = tuple[Sequence[Group], Sequence[Raw | None], Sequence[Raw | None]]
"""Some groups, and what both sides have there; None where a side lacks the group."""


@dataclass
class Few:
    """The first few figures of a sort, in order; and how many there are in all."""

    figures: list[Figure] = field(default_factory=list)
    total: int = 0


@dataclass(frozen=True)
class Judged:
    """The figures that agree, those that do not, and those that are barred; `figures` are the ones to show."""

    figures: Sequence[Figure]
    agreeing: Few
    differing: Few
    barred: Few

    @property
    def total(self) -> int:
        """How many figures there are in all."""
        return self.agreeing.total + self.differing.total + self.barred.total

    def result(self, kind: Kind, *, notes: Sequence[str] = ()) -> Result:
        """A result in which every figure that disagrees is a finding of this kind."""
        return Result(
            figures=self.figures,
            figures_total=self.total,
            findings=[figure.finding(kind) for figure in self.differing.figures],
            found={kind: self.differing.total},
            notes=notes,
        )


def judge(
    answers: Iterable[Answers],
    tolerance: Tolerance,
    *,
    among: Collection[Group] | None = None,
    barred: Collection[str] = (),
    limit: int | None = FIGURE_LIMIT,
) -> Judged:
    """Judges all figures, measure by measure, groups in order.

    A group that one side lacks counts as zero there (sums and the like as NULL). Floating-point sums are allowed their
    rounding noise on top of the tolerance, and numbers that became binary fractions, or fractions of another precision,
    their grain: the figure's own tolerance says how much.

    Args:
        answers: measures, with what both sides answered.
        tolerance: how far apart two figures may lie.
        among: the groups to judge; None: all that a side has.
        barred: columns of whose counts the target may have none but zero: any other is barred, whatever the source has.
        limit: how many figures are kept, and of each sort; None: all.
    """
    of_sort = {sort: Few() for sort in _Sort}
    placed: list[tuple[Any, Figure]] = []
    partners = _Partners()
    for place, (measure, source, target) in enumerate(answers):
        one = _Measure(measure, source, target, tolerance.of(measure.columns))
        is_barred = bool(measure.columns) and set(measure.columns) <= set(barred)
        rooms = {
            s: None if limit is None else limit - len(few.figures) for s, few in of_sort.items()
        }
        firsts = {sort: _FirstFew(room) for sort, room in rooms.items()}
        for part in partners.parts(source, target, among):
            for sort, chosen in one.sorted_out(part, is_barred=is_barred).items():
                firsts[sort].add(part, chosen)
        for sort, first in firsts.items():
            figures = [(order, one.figure(*found)) for order, found in first.entries]
            placed += [((place, order), figure) for order, figure in figures]
            of_sort[sort].figures += [figure for _, figure in figures]
            of_sort[sort].total += first.total
    shown = [figure for few in of_sort.values() for figure in few.figures][:limit]
    if sum(few.total for few in of_sort.values()) == len(placed) == len(shown):
        shown = [figure for _, figure in sorted(placed, key=lambda each: each[0])]
    return Judged(shown, of_sort[_Sort.AGREEING], of_sort[_Sort.DIFFERING], of_sort[_Sort.BARRED])


def on_neither_side(answers: Iterable[Answers]) -> int:
    """How many figures are NULL on both sides."""
    partners = _Partners()
    ones = (_Measure(*each, tolerance=EXACT) for each in answers)
    return sum(
        one.is_nowhere(source, target)
        for one in ones
        for part in partners.parts(one.source, one.target, None)
        for _, source, target in zip(*part, strict=True)
    )


class _Sort(Enum):
    """In the order in which figures are worth showing."""

    DIFFERING = auto()
    BARRED = auto()
    AGREEING = auto()


@dataclass(frozen=True)
class _Measure:
    """One measure, and how its figures are judged."""

    measure: Aggregate
    source: Values
    target: Values
    tolerance: Tolerance

    def sorted_out(self, part: Part, *, is_barred: bool) -> dict[_Sort, list[int]]:
        """The places of the figures of each sort; of a group that both sides lack there is none."""
        found: dict[_Sort, list[int]] = {sort: [] for sort in _Sort}
        agreeing = found[_Sort.AGREEING]
        _, sources, targets = part
        for place, (source, target) in enumerate(zip(sources, targets, strict=True)):
            if source is None and target is None:
                continue
            if is_barred and self._value(target):
                found[_Sort.BARRED].append(place)
            elif source == target or self._agree(source, target):
                agreeing.append(place)
            else:
                found[_Sort.DIFFERING].append(place)
        return found

    def is_nowhere(self, source: Raw | None, target: Raw | None) -> bool:
        is_there = source is not None or target is not None
        return is_there and self._value(source) is None and self._value(target) is None

    def figure(self, group: Group, source: Raw | None, target: Raw | None) -> Figure:
        return Figure(
            name=self.measure.name,
            column=", ".join(self.measure.columns) or None,
            key=group,
            source=self._value(source),
            target=self._value(target),
            tolerance=self._allowed(source, target),
        )

    def _agree(self, source: Raw | None, target: Raw | None) -> bool:
        ours, theirs = self._value(source), self._value(target)
        return self._allowed(source, target).allows(ours, theirs)

    def _value(self, raw: Raw | None) -> Any:
        return self.measure.absent if raw is None else self.measure.value(raw)

    def _allowed(self, source: Raw | None, target: Raw | None) -> Tolerance:
        raws = [(self.source, source), (self.target, target)]
        there = [(values, raw) for values, raw in raws if raw is not None]
        noise = max(self.measure.noise(raw) for _, raw in there)
        if self.source.significant_bits != self.target.significant_bits:
            noise += max(values.grain_of(raw) for values, raw in there)
        return self.tolerance.at_least(noise) if noise else self.tolerance


class _FirstFew:
    """The first few of many, by the order of their groups. `room` is how many; None: all."""

    def __init__(self, room: int | None) -> None:
        self.room = room
        self.total = 0
        self.entries: list[tuple[Any, tuple[Group, Raw | None, Raw | None]]] = []
        self._number = count()

    def add(self, part: Part, chosen: Sequence[int]) -> None:
        """Some more: those at the chosen places of the part."""
        self.total += len(chosen)
        if self.room == 0 or not chosen:
            return
        groups, sources, targets = part
        more = (
            ((ordered(groups[i]), next(self._number)), (groups[i], sources[i], targets[i]))
            for i in chosen
        )
        every = chain(self.entries, more)
        self.entries = (
            sorted(every, key=_order)
            if self.room is None
            else heapq.nsmallest(self.room, every, key=_order)
        )


def _order(entry: tuple[Any, ...]) -> Any:
    return entry[0]


class _Partners:
    """Finds for each group of the source its place in the target's rows. Rows that were paired once stay paired."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, int], tuple[pa.Array, pa.Array]] = {}

    def parts(
        self, source: Values, target: Values, among: Collection[Group] | None
    ) -> Iterator[Part]:
        """Every group of the two sides once, some ten thousand at a time."""
        partners, alone = self._pair(source.rows, target.rows)
        for start, stop in source.rows.parts():
            groups = source.rows.groups(start, stop)
            part = (groups, source.between(start, stop), target.at(partners[start:stop]))
            yield _among(part, among)
        for start in range(0, len(alone), PART):
            places = alone[start : start + PART]
            groups = target.rows.groups_at(places)
            yield _among((groups, [None] * len(groups), target.at(places)), among)

    def _pair(self, source: GroupRows, target: GroupRows) -> tuple[pa.Array, pa.Array]:
        """The partner of each row of the source, and the rows of the target that are nobody's."""
        names = (id(source), id(target))
        if names not in self._found:
            self._found[names] = _paired(source, target)
        return self._found[names]


def _paired(source: GroupRows, target: GroupRows) -> tuple[pa.Array, pa.Array]:
    index: dict[Any, int] = {}
    for start, stop in target.parts():
        index.update(zip(target.keys(start, stop), range(start, stop), strict=True))
    is_taken = bytearray(target.count)
    partners = [pa.array([], pa.int32())]
    for start, stop in source.parts():
        places = [index.get(key) for key in source.keys(start, stop)]
        partners.append(pa.array(places, pa.int32()))
        for place in places:
            if place is not None:
                is_taken[place] = 1
    alone = pa.array((i for i, taken in enumerate(is_taken) if not taken), pa.int32())
    return pa.concat_arrays(partners), alone


def _among(part: Part, among: Collection[Group] | None) -> Part:
    if among is None:
        return part
    kept = [each for each in zip(*part, strict=True) if each[0] in among]
    groups, sources, targets = zip(*kept, strict=True) if kept else ((), (), ())
    return groups, sources, targets


def ordered(values: Iterable[Any]) -> list[tuple[int, str, Any]]:
    """A sort key for keys of mixed types: unlike types side by side, then NaN, then NULL."""
    return [_ordered(value) for value in values]


def _ordered(value: Any) -> tuple[int, str, Any]:
    if value is None:
        return (2, "", "")
    if isinstance(value, int | float | Decimal):
        return (0, "number", value) if value == value else (1, "", "")  # noqa: PLR0124 - NaN
    return (0, type(value).__name__, value)
