"""The members of a table, by their key, on both sides.

One count of the rows grouped by the key tells it all: which keys hold a NULL, which name several rows, and which
members only one side has. Such a count fuses with every other question that is grouped by the same key.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from ombudsman.measures.questions import Group, Sample
from ombudsman.measures.values import Values
from ombudsman.model.result import SAMPLE_LIMIT, Figure, Finding, Kind, Result
from ombudsman.model.rows import Cause
from ombudsman.model.tables import Side
from ombudsman.model.values import comparable
from ombudsman.validators.judged import ordered
from ombudsman.validators.offenders import Inherited, judge_offenders
from ombudsman.validators.pair import Both


@dataclass(frozen=True)
class Members:
    """How many rows each key has on both sides. A key with a NULL in it names no member."""

    columns: tuple[str, ...]
    source: Mapping[Group, int]
    target: Mapping[Group, int]

    @classmethod
    def of(cls, counts: Both[Values], columns: Sequence[str]) -> Self:
        """Reads them from `count_rows(by=columns)`, the first measure of the two sides' answers."""
        return cls(tuple(columns), counts.source[0].by_group, counts.target[0].by_group)

    @property
    def named(self) -> str:
        """The key as a finding tells its column."""
        return ", ".join(self.columns)

    @property
    def on_both_sides(self) -> frozenset[Group]:
        """The members that no side lacks."""
        return _whole(self.source) & _whole(self.target)

    @property
    def shared(self) -> frozenset[Group]:
        """Those that both sides have in one row each."""
        return frozenset(
            key for key in self.on_both_sides if self.source[key] == 1 == self.target[key]
        )

    def figures(self) -> list[Figure]:
        """The numbers of rows and of members."""
        rows = (sum(self.source.values()), sum(self.target.values()))
        members = (len(_whole(self.source)), len(_whole(self.target)))
        told = (("rows", None, rows), ("members", self.named, members))
        return [
            Figure(name=name, column=column, source=source, target=target)
            for name, column, (source, target) in told
        ]

    def nulls(self, inherited: Inherited) -> Result:
        """Rows with a NULL in the key, part by part: as many as in the source, or fewer, are inherited."""
        findings: list[Finding] = []
        notes: list[str] = []
        figures: list[Figure] = []
        for place, column in enumerate(self.columns):
            source, target = (
                sum(times for key, times in side.items() if key[place] is None)
                for side in (self.source, self.target)
            )
            figures.append(Figure(name="nulls", column=column, source=source, target=target))
            if not target:
                continue
            if target <= source and inherited is Inherited.TOLERATE:
                what = f"rows with a NULL in the key column {column} are in the source alike"
                notes.append(f"{target:,} {what}: inherited, not made by the migration")
                continue
            findings.append(
                Finding(kind=Kind.KEY_NULL, side=Side.TARGET, column=column, figure=target)
            )
        found = {Kind.KEY_NULL: sum(each.figure for each in findings)}
        return Result(figures=figures, findings=findings, found=found, notes=notes)

    def duplicates(self, inherited: Inherited) -> Result:
        """Keys that name several rows: those that name as many in the source are inherited."""
        counts = (_duplicated(self.source), _duplicated(self.target))
        source, target = counts
        there: Both[Sample] = Both((), (source,), (target,))
        judged = judge_offenders(
            there,
            identity=("key", "times"),
            what=f"duplicated keys of {self.named}",
            inherited=inherited,
        )
        findings = [
            Finding(
                kind=Kind.KEY_DUPLICATED,
                side=Side.TARGET,
                column=self.named,
                key=row["key"],
                figure=row["times"],
            )
            for row in judged.rows
        ]
        return Result(
            findings=findings, found={Kind.KEY_DUPLICATED: judged.total}, notes=judged.notes
        )

    def only_one_side_has(self, *, allow_extra: bool = False) -> Result:
        """Members that the other side lacks; a `cause` where it has one that is written almost alike."""
        lost = _whole(self.source) - _whole(self.target)
        extra = _whole(self.target) - _whole(self.source)
        findings = [
            *self._told(Kind.ROW_MISSING_IN_TARGET, lost, extra),
            *(() if allow_extra else self._told(Kind.ROW_MISSING_IN_SOURCE, extra, lost)),
        ]
        found = {
            Kind.ROW_MISSING_IN_TARGET: len(lost),
            Kind.ROW_MISSING_IN_SOURCE: 0 if allow_extra else len(extra),
        }
        notes = (
            [f"{len(extra):,} members that only the target has"] if extra and allow_extra else []
        )
        return Result(findings=findings, found=found, notes=notes)

    def _told(
        self, kind: Kind, missing: frozenset[Group], others: frozenset[Group]
    ) -> Iterator[Finding]:
        side = Side.TARGET if kind is Kind.ROW_MISSING_IN_TARGET else Side.SOURCE
        alike = {_folded(key): key for key in others}
        for key in sorted(missing, key=ordered)[:SAMPLE_LIMIT]:
            near = alike.get(_folded(key))
            yield Finding(
                kind=kind,
                cause=None if near is None else _cause_of_keys(key, near),
                side=side,
                column=self.named,
                key=key,
                detail=None if near is None else f"it has {', '.join(map(str, near))}",
            )


def together(*results: Result, figures: Sequence[Figure] = ()) -> Result:
    """Several results as one, in their order."""
    found: Counter[Kind] = Counter()
    for result in results:
        found.update(result.found)
    return Result(
        figures=[*figures, *(each for result in results for each in result.figures)],
        figures_total=len(figures) + sum(result.figures_total for result in results),
        findings=[each for result in results for each in result.findings],
        found=dict(found),
        notes=[each for result in results for each in result.notes],
    )


def cause_of(source: Any, target: Any) -> Cause | None:
    """Why two values differ, as far as their texts tell."""
    if source is None or target is None:
        texts = {source, target} - {None}
        return Cause.EMPTY_VERSUS_NULL if texts == {""} else Cause.NULL_VERSUS_VALUE
    if not (isinstance(source, str) and isinstance(target, str)):
        return None
    if source.rstrip(" ") == target.rstrip(" "):
        return Cause.TRAILING_SPACE
    return Cause.LETTER_CASE if _fold(source) == _fold(target) else None


def _cause_of_keys(source: Group, target: Group) -> Cause | None:
    causes = (cause_of(s, t) for s, t in zip(source, target, strict=True) if s != t)
    return next(causes, None)


def _folded(key: Group) -> Group:
    return tuple(_fold(part) if isinstance(part, str) else comparable(part) for part in key)


def _fold(text: str) -> str:
    return text.rstrip(" ").casefold()


def _whole(counts: Mapping[Group, int]) -> frozenset[Group]:
    return frozenset(key for key in counts if None not in key)


def _duplicated(counts: Mapping[Group, int]) -> Sample:
    several = sorted((key for key, n in counts.items() if n > 1 and None not in key), key=ordered)
    return Sample(tuple({"key": key, "times": counts[key]} for key in several), len(several))
