"""Which tables were split in two, or merged into one?

What is left of a matched source table, its key with it, is held against every target table that answers nothing yet:
that is a split. The other way round, a source table that found no answer is held against what is left of the targets:
that is a merge.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from ombudsman.mapping.assignment import assigned, assigned_among
from ombudsman.mapping.candidates import candidates
from ombudsman.mapping.column_likeness import Neighbours, score_matrix
from ombudsman.mapping.decisions import Decisions
from ombudsman.mapping.rivals import Pair
from ombudsman.mapping.spoken_tables import SpokenColumn, SpokenTable
from ombudsman.mapping.suggestion import Evidence, SuggestedTable
from ombudsman.mapping.table_likeness import table_name_likeness

LEAST_COVERAGE = 0.5
LEAST_SCORE = 0.5

_COVERAGE_WEIGHT = 0.75
_NAME_WEIGHT = 0.25
_LEAST_COLUMN = 0.6
_LEAST_COLUMNS = 2


class Piece(NamedTuple):
    """A part of a table that went, or came, with another."""

    kind: Literal["split", "merged"]
    source: SpokenTable
    target: SpokenTable
    source_columns: tuple[SpokenColumn, ...]
    target_columns: tuple[SpokenColumn, ...]
    score: float
    evidence: tuple[Evidence, ...]


class _Half(NamedTuple):
    """A matched table and the columns that found no answer, its key with them."""

    table: SpokenTable
    columns: tuple[SpokenColumn, ...]


class _Fit(NamedTuple):
    """A half, the table that belongs to it, and how well."""

    half: _Half
    lone: SpokenTable
    score: float
    covered: float


def pieces(
    source: Sequence[SpokenTable],
    target: Sequence[SpokenTable],
    whole: Sequence[SuggestedTable],
    around: Neighbours,
    decisions: Decisions,
) -> Iterator[Piece]:
    """The splits and the merges, each table in at most one of them."""
    sources = {table.ref: table for table in source}
    targets = {table.ref: table for table in target}
    paired_sources, paired_targets = {w.source for w in whole}, {w.target for w in whole}
    rejected = decisions.rejected_tables
    halves = [_half(sources[w.source], w.unmatched_source) for w in whole if w.unmatched_source]
    lone = [table for table in target if table.ref not in paired_targets]
    for fit in _fits(halves, lone, around, lambda half, one: (half.ref, one.ref) not in rejected):
        here, there = fit.half, fit.lone
        told = _evidence(here.table, there, fit.covered)
        yield Piece("split", here.table, there, here.columns, there.columns, fit.score, told)
    halves = [_half(targets[w.target], w.unmatched_target) for w in whole if w.unmatched_target]
    lone = [table for table in source if table.ref not in paired_sources]
    for fit in _fits(halves, lone, around, lambda half, one: (one.ref, half.ref) not in rejected):
        here, there = fit.half, fit.lone
        told = _evidence(there, here.table, fit.covered)
        yield Piece("merged", there, here.table, there.columns, here.columns, fit.score, told)


def _half(table: SpokenTable, left: Sequence[str]) -> _Half:
    return _Half(table, tuple(c for c in table.columns if c.is_key or c.column.name in left))


def _fits(
    halves: Sequence[_Half],
    lone: Sequence[SpokenTable],
    around: Neighbours,
    may: Callable[[SpokenTable, SpokenTable], bool],
) -> Iterator[_Fit]:
    """For each lone table the half that it belongs to, if one covers it well enough."""
    scores: dict[Pair, float] = {}
    covered: dict[Pair, float] = {}
    for i, j in candidates([half.table for half in halves], lone):
        half, other = halves[i], lone[j]
        if not may(half.table, other):
            continue
        share = _covered(half.columns, other, around)
        name = table_name_likeness(half.table, other)
        score = _COVERAGE_WEIGHT * share + _NAME_WEIGHT * name
        if share >= LEAST_COVERAGE and score >= LEAST_SCORE:
            scores[i, j], covered[i, j] = score, share
    for i, j in assigned_among(scores, (len(halves), len(lone)), LEAST_SCORE):
        yield _Fit(halves[i], lone[j], scores[i, j], covered[i, j])


def _covered(columns: Sequence[SpokenColumn], lone: SpokenTable, around: Neighbours) -> float:
    """The share of the lone table's columns, by what they tell, that are among these; 0 where only the key is."""
    scores = score_matrix(columns, lone.columns, around)
    pairs = assigned(scores, _LEAST_COLUMN)
    enough = min(_LEAST_COLUMNS, len(lone.columns))
    if len(pairs) < enough or all(columns[i].is_key for i, _ in pairs):
        return 0.0
    told = sum(lone.columns[j].weight * min(1.0, float(scores[i, j])) for i, j in pairs)
    return told / sum(column.weight for column in lone.columns)


def _evidence(source: SpokenTable, target: SpokenTable, covered: float) -> tuple[Evidence, ...]:
    return (
        Evidence(
            part="columns",
            score=round(covered, 4),
            weight=_COVERAGE_WEIGHT,
            said=f"{covered:.0%} of the columns of the part find answers",
        ),
        Evidence(
            part="name",
            score=round(table_name_likeness(source, target), 4),
            weight=_NAME_WEIGHT,
            said="by their words",
        ),
    )
