"""Which column answers which within a pair of tables, everything considered?"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ombudsman.mapping.assignment import assigned
from ombudsman.mapping.column_likeness import Neighbours, evidence, score_matrix
from ombudsman.mapping.decisions import Decisions
from ombudsman.mapping.pairing import pair
from ombudsman.mapping.rivals import Pair, Rivals
from ombudsman.mapping.spoken_tables import SpokenColumn, SpokenTable
from ombudsman.mapping.suggestion import Alternative, Evidence
from ombudsman.mapping.type_likeness import TypeLikeness
from ombudsman.model.tables import TableRef

LEAST = 0.47
"""Columns that are less alike than this are not paired."""

_WORTH_TELLING = 0.5
_NO_RIVAL = 0.1


class FoundColumn(NamedTuple):
    """Two columns that were assigned to each other; `decided` says that a person did it."""

    source: SpokenColumn
    target: SpokenColumn
    score: float
    margin: float
    decided: bool
    evidence: tuple[Evidence, ...]
    alternatives: tuple[Alternative, ...]


def found_columns(
    tables: tuple[TableRef, TableRef],
    source: Sequence[SpokenColumn],
    target: Sequence[SpokenColumn],
    around: Neighbours,
    decisions: Decisions,
) -> list[FoundColumn]:
    """The pairs among these columns of a table pair, in the source's order."""
    scores = score_matrix(source, target, around)
    decided = decisions.confirmed(tables)
    taken = set(decided.values())
    for i, here in enumerate(source):
        for j, there in enumerate(target):
            name, answer = here.column.name, there.column.name
            if name in decided or answer in taken:
                scores[i, j] = 2.0 if decided.get(name) == answer else 0.0
            elif decisions.refuses(tables, name, answer):
                scores[i, j] = 0.0
    pairs = assigned(scores, LEAST)
    told = {(i, j): float(scores[i, j]) for i, j in np.argwhere(scores > _NO_RIVAL).tolist()}
    rivals = Rivals(told, pairs)
    open_names = _open_names(source, target)
    return [
        FoundColumn(
            source=source[i],
            target=target[j],
            score=told[i, j],
            margin=0.0 if (i, j) in open_names else rivals.margin((i, j)),
            decided=source[i].column.name in decided,
            evidence=evidence(source[i], target[j], around),
            alternatives=tuple(
                Alternative(target=target[other].column.name, score=round(score, 3))
                for other, score in rivals.of_source(i, least=_WORTH_TELLING, but=j)
            ),
        )
        for i, j in pairs
    ]


def _open_names(source: Sequence[SpokenColumn], target: Sequence[SpokenColumn]) -> set[Pair]:
    """The pairs of names that are alike, and to which others are as much so: `Customer_ID` beside `CustomerID`."""
    here = {column.column.name: i for i, column in enumerate(source)}
    there = {column.column.name: j for j, column in enumerate(target)}
    groups = pair(list(here), list(there), name=str).undecided
    return {(here[a], there[b]) for sources, targets in groups for a in sources for b in targets}


def neighbours_of(
    source: SpokenTable,
    target: SpokenTable,
    types: TypeLikeness,
    answers: Mapping[TableRef, TableRef],
    *,
    references_told: bool,
) -> Neighbours:
    """What is known around a table pair."""
    keys_told = source.table.primary_key is not None and target.table.primary_key is not None
    return Neighbours(types, answers, keys_told, references_told)
