"""The causes of a comparison, counted: which column differs why, in how many cells, and what would accept them.

Where several readings explain a cell, the reading that explains most cells of its column and cause is taken for all
that it explains, then the next: so a thousand cells of "to 2 digits" are one group, however some of them look alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ombudsman.compare.judgement import Explanation, Judgement
from ombudsman.model.rows import Cause, CauseGroup

DETAILS_SHOWN = 20
"""How many details of a cause are told apart in a column; the smaller ones are put together."""

_READINGS_KEPT = 1000
"""How many sorts of cells are counted apart in a column and cause, until further ones are put together."""

OTHER_DETAILS = "other details"
_FIRST_CAUSES = 3
_FIRST_DETAILS = 2

_Readings = tuple[Explanation, ...]


class CauseCounts:
    """Counts judgements, column by column, as they are made. Memory is bounded, however many cells differ."""

    def __init__(self) -> None:
        self._counts: defaultdict[tuple[str, Cause], Counter[tuple[_Readings, bool]]]
        self._counts = defaultdict(Counter)

    def add(self, column: str, judgements: Sequence[Judgement | None]) -> None:
        """Counts the judgements of a column's cells; None, where the cells are the same, counts nothing."""
        shared = {id(judgement): judgement for judgement in judgements}
        times = Counter(id(judgement) for judgement in judgements)
        for identity, judgement in shared.items():
            if judgement is not None:
                self._count(column, judgement, times[identity])

    def _count(self, column: str, judgement: Judgement, times: int) -> None:
        counts = self._counts[column, judgement.cause]
        readings = judgement.readings or (Explanation(judgement.cause, judgement.detail),)
        if (readings, judgement.accepted) not in counts and len(counts) >= _READINGS_KEPT:
            readings = (Explanation(judgement.cause, OTHER_DETAILS),)
        counts[readings, judgement.accepted] += times

    def judged_again(self, first: "CauseCounts") -> "CauseCounts":
        """These counts of what is not accepted, with those of a first look of what is."""
        whole = CauseCounts()
        for looked, accepted in ((self, False), (first, True)):
            for place, counts in looked._counts.items():  # noqa: SLF001 - of our own kind
                told = {key: times for key, times in counts.items() if key[1] is accepted}
                whole._counts[place].update(told)
        return whole

    def groups(self) -> tuple[CauseGroup, ...]:
        """All groups, those of most cells first; of one size by column, cause and detail."""
        groups = [
            group
            for (column, cause), counts in self._counts.items()
            for group in _groups(column, cause, counts)
        ]
        return tuple(
            sorted(
                groups, key=lambda each: (-each.cells, each.column, each.cause, each.detail or "")
            )
        )

    @property
    def cells(self) -> int:
        """How many cells differ, accepted ones among them."""
        return sum(sum(counts.values()) for counts in self._counts.values())

    @property
    def accepted(self) -> int:
        """How many of them the policy forgives."""
        return sum(
            times
            for counts in self._counts.values()
            for (_, is_accepted), times in counts.items()
            if is_accepted
        )

    def sentence(self) -> str:
        """The whole in a sentence, as `sentence`."""
        return sentence(self.groups())


def _groups(
    column: str, cause: Cause, counts: Mapping[tuple[_Readings, bool], int]
) -> Iterable[CauseGroup]:
    settled = sorted(
        _settled(counts).items(), key=lambda each: (-each[1].total(), _by_name(each[0]))
    )
    for reading, cells in _told_apart(cause, settled):
        is_open = cells[False] > 0
        yield CauseGroup(
            column=column,
            cause=cause,
            detail=reading.detail,
            cells=cells.total(),
            accepted=cells[True],
            rule=reading.rule if is_open else None,
            settings=reading.settings if is_open else (),
        )


def _told_apart(
    cause: Cause, settled: Sequence[tuple[Explanation, Counter[bool]]]
) -> Iterable[tuple[Explanation, Counter[bool]]]:
    """One explanation a detail, with its cells; the smaller ones, and what was put together before, in one."""
    others = Explanation(cause, OTHER_DETAILS)
    by_detail: dict[str | None, tuple[Explanation, Counter[bool]]] = {}
    for reading, cells in settled:
        is_shown = reading.detail in by_detail or len(by_detail) < DETAILS_SHOWN
        shown = reading if is_shown else others
        known, times = by_detail.setdefault(shown.detail, (shown, Counter()))
        times.update(cells)
        if known.rule is None and shown.rule is not None:
            by_detail[shown.detail] = (shown, times)
    return by_detail.values()


def _settled(
    counts: Mapping[tuple[_Readings, bool], int],
) -> Mapping[Explanation, Counter[bool]]:
    """Each cell under one reading: again and again the one that explains most of the cells left."""
    left = dict(counts)
    settled: defaultdict[Explanation, Counter[bool]] = defaultdict(Counter)
    while left and len(settled) < DETAILS_SHOWN:
        best = _most_telling(left)
        for readings, is_accepted in [key for key in left if best in key[0]]:
            settled[best][is_accepted] += left.pop((readings, is_accepted))
    for (readings, is_accepted), times in left.items():
        settled[readings[0]][is_accepted] += times
    return settled


def _most_telling(left: Mapping[tuple[_Readings, bool], int]) -> Explanation:
    """The reading that explains most cells; among equals the likeliest of most, each cell by itself; then by name."""
    explains: Counter[Explanation] = Counter()
    likeliest: Counter[Explanation] = Counter()
    for (readings, _), times in left.items():
        likeliest[readings[0]] += times
        explains.update(dict.fromkeys(readings, times))
    return min(explains, key=lambda each: (-explains[each], -likeliest[each], _by_name(each)))


def _by_name(reading: Explanation) -> tuple[str, str, str]:
    """An order that does not depend on which cell was met first."""
    return reading.cause.value, reading.detail or "", reading.rule or ""


def sentence(groups: Sequence[CauseGroup]) -> str:
    """What the groups come to: "1,204 cells differ, 1,198 by time zone (+02:00), 6 unexplained"."""
    differing = sum(group.cells - group.accepted for group in groups)
    accepted = sum(group.accepted for group in groups)
    told = f"{_cells(differing)} {'differs' if differing <= 1 else 'differ'}"
    causes = _by_cause(groups, is_accepted=False)
    explained = [each for each in causes if each[0] is not Cause.OTHER]
    parts = [
        f"{times:,} by {_named(cause, details)}"
        for cause, details, times in explained[:_FIRST_CAUSES]
    ]
    if rest := sum(times for *_, times in explained[_FIRST_CAUSES:]):
        parts.append(f"{rest:,} by other causes")
    if unexplained := sum(times for cause, _, times in causes if cause is Cause.OTHER):
        parts.append(f"{unexplained:,} unexplained")
    sentences = [", ".join([told, *parts])]
    if accepted:
        forgiven = [
            _named(cause, details) for cause, details, _ in _by_cause(groups, is_accepted=True)
        ]
        more = f"{accepted:,} more" if differing else f"{accepted:,}"
        verb = "is" if accepted == 1 else "are"
        sentences.append(f"{more} {verb} accepted: {', '.join(forgiven[:_FIRST_CAUSES])}")
    return "; ".join(sentences)


def _cells(number: int) -> str:
    return "no cell" if not number else f"{number:,} {'cell' if number == 1 else 'cells'}"


def _by_cause(
    groups: Sequence[CauseGroup], *, is_accepted: bool
) -> list[tuple[Cause, list[str], int]]:
    """Each cause with its details and cells, the greatest first."""
    times: Counter[Cause] = Counter()
    details: defaultdict[Cause, Counter[str]] = defaultdict(Counter)
    for group in groups:
        cells = group.accepted if is_accepted else group.cells - group.accepted
        if cells:
            times[group.cause] += cells
            details[group.cause][group.detail or ""] += cells
    return [
        (cause, [each for each, _ in details[cause].most_common()], count)
        for cause, count in times.most_common()
    ]


def _named(cause: Cause, details: list[str]) -> str:
    """A cause in words, with the details that are most of it."""
    told = "an unknown cause" if cause is Cause.OTHER else cause.value.replace("_", " ")
    named = [each for each in details if each]
    if not named:
        return told
    more = " and others" if len(details) > _FIRST_DETAILS else ""
    return f"{told} ({' or '.join(named[:_FIRST_DETAILS])}{more})"
