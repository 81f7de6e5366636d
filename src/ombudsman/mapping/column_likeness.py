"""How likely does one column answer another, given that their tables do?

A mean of what the names, types, keys, places and values say, each with its weight. What is not known (no profile, no
foreign keys on one side) is left out of the mean, not counted against it. Names that say the same get a little on top:
so odd values under one name become a finding of a check, and no re-mapping.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ombudsman.mapping.assignment import Scores
from ombudsman.mapping.candidates import column_candidates
from ombudsman.mapping.name_likeness import name_likeness, told, word_pairs
from ombudsman.mapping.spoken_tables import SpokenColumn
from ombudsman.mapping.suggestion import Evidence
from ombudsman.mapping.type_likeness import TypeLikeness
from ombudsman.mapping.value_likeness import ValueLikeness, value_likeness
from ombudsman.model.tables import TableRef

NAME_WEIGHT = 6.0
TYPE_WEIGHT = 1.5
KEY_WEIGHT = 1.2
PLACE_WEIGHT = 0.8
VALUE_WEIGHT = 4.0
SAME_NAME_BONUS = 0.12
_SPELT_ALIKE = 0.12
"""More than where two columns stand can outweigh."""

_RUN_ON = 0.03

HOUSEKEEPING_PENALTY = 0.2
"""For a column that most tables of one side have, and hardly any of the other: the batch that loaded a row, say."""


_NEITHER_IS_KEY = 0.7
_NOTHING_IN_COMMON = 0.12
"""Names less alike than this cannot be made up for by types and places."""

_STRONG_VALUES = 0.6
"""The share of common values from which these can speak for a pair whose names say nothing."""


@dataclass(frozen=True)
class Neighbours:
    """What is known around a table pair: the types, the tables that answer each other, and whether keys are told."""

    types: TypeLikeness
    answers: Mapping[TableRef, TableRef] = field(default_factory=dict)
    keys_told: bool = False
    references_told: bool = False


def score_matrix(
    source: Sequence[SpokenColumn], target: Sequence[SpokenColumn], around: Neighbours
) -> Scores:
    """The score of every pair; from 0 to 1 and, for names that say the same, somewhat above."""
    scores = np.zeros((len(source), len(target)))
    for i, j in column_candidates(source, target):
        scores[i, j] = column_score(source[i], target[j], around)
    return scores


def column_score(source: SpokenColumn, target: SpokenColumn, around: Neighbours) -> float:
    """How likely the target column answers the source column; see `score_matrix`."""
    name = name_likeness(source.name, target.name)
    values = value_likeness(source.profile, target.profile)
    if name < _NOTHING_IN_COMMON and values is None:
        return 0.0
    types = around.types(source.type_number, target.type_number)
    total = NAME_WEIGHT * name + TYPE_WEIGHT * types
    weights = NAME_WEIGHT + TYPE_WEIGHT + PLACE_WEIGHT
    total += PLACE_WEIGHT * (1.0 - abs(source.position - target.position))
    if (keys := key_likeness(source, target, around)) is not None:
        total += KEY_WEIGHT * keys
        weights += KEY_WEIGHT
    if values is not None:
        total += VALUE_WEIGHT * values.weight * values.score
        weights += VALUE_WEIGHT * values.weight
    score = total / weights
    if values is not None and types >= 0.25:
        score = max(score, _by_values(name, values))
    if source.letters == target.letters:
        return score + _bonus(source, target)
    return score - HOUSEKEEPING_PENALTY * abs(source.weight - target.weight)


def _bonus(source: SpokenColumn, target: SpokenColumn) -> float:
    """For names that say the same; more for those that are spelt alike, so that these find each other first."""
    if source.column.name == target.column.name:
        return SAME_NAME_BONUS + _SPELT_ALIKE
    return SAME_NAME_BONUS if source.plain == target.plain else SAME_NAME_BONUS - _RUN_ON


def _by_values(name: float, values: ValueLikeness) -> float:
    """The score where the values speak louder than the names; 0 where they do not."""
    if values.shared is None or values.shared < _STRONG_VALUES:
        return 0.0
    return values.weight * (0.25 * name + 0.75 * values.score)


def key_likeness(source: SpokenColumn, target: SpokenColumn, around: Neighbours) -> float | None:
    """Whether both have the same part in keys and references; None when a side does not tell."""
    found = []
    if around.keys_told:
        if source.is_key and target.is_key:
            found.append(1.0)
        else:
            found.append(0.2 if source.is_key or target.is_key else _NEITHER_IS_KEY)
    if around.references_told:
        found.append(_of_references(source.refers_to, target.refers_to, around))
    return sum(found) / len(found) if found else None


def _of_references(source: TableRef | None, target: TableRef | None, around: Neighbours) -> float:
    if source is None and target is None:
        return _NEITHER_IS_KEY
    if source is None or target is None:
        return 0.4
    return 1.0 if around.answers.get(source) == target else 0.1


def evidence(
    source: SpokenColumn, target: SpokenColumn, around: Neighbours
) -> tuple[Evidence, ...]:
    """The parts of a score, each with what it said and how much it counted."""
    types = around.types(source.type_number, target.type_number)
    name = name_likeness(source.name, target.name)
    pairs = told(word_pairs(source.name, target.name))
    is_same = source.letters == target.letters
    said = "the names say the same" if is_same else pairs or _said_of_names(name)
    found = [
        Evidence(part="name", score=name, weight=NAME_WEIGHT, said=said),
        Evidence(
            part="type",
            score=types,
            weight=TYPE_WEIGHT,
            said=f"{source.column.native_type} and {target.column.native_type}",
        ),
        Evidence(
            part="place",
            score=1.0 - abs(source.position - target.position),
            weight=PLACE_WEIGHT,
            said="where they stand in their tables",
        ),
    ]
    if (keys := key_likeness(source, target, around)) is not None:
        found.append(
            Evidence(part="keys", score=keys, weight=KEY_WEIGHT, said=_keys(source, target, keys))
        )
    if (values := value_likeness(source.profile, target.profile)) is not None:
        found.append(
            Evidence(
                part="values",
                score=values.score,
                weight=VALUE_WEIGHT * values.weight,
                said=_values(values),
            )
        )
    return tuple(found)


def _said_of_names(name: float) -> str:
    if name > 0.8:
        return "the same words, but for some that tell little"
    return "some words in common" if name > 0.25 else "the names have little in common"


def _values(values: ValueLikeness) -> str:
    if values.shared is None:
        return "as many of them are NULL" if values.score > 0.9 else "not as many of them are NULL"
    return f"{values.shared:.0%} of the different values in common"


def _keys(source: SpokenColumn, target: SpokenColumn, score: float) -> str:
    if source.is_key and target.is_key:
        return "both are of the primary key"
    if source.refers_to and target.refers_to:
        return "both refer to the same table" if score > 0.5 else "they refer to different tables"
    if source.is_key or target.is_key or source.refers_to or target.refers_to:
        return "only one of them is of a key, or refers to another table"
    return "neither is of a key"
