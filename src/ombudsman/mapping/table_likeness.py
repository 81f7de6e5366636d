"""How likely does one table answer another?

By its name, by how well its columns find answers, by all its words taken together, by its schema and by its neighbours:
the tables that it refers to and that refer to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ombudsman.mapping.assignment import assigned
from ombudsman.mapping.column_likeness import Neighbours, column_score, score_matrix
from ombudsman.mapping.name_likeness import name_likeness, told, word_pairs
from ombudsman.mapping.names import letters
from ombudsman.mapping.spoken_tables import SpokenColumn, SpokenTable
from ombudsman.mapping.suggestion import Evidence
from ombudsman.model.tables import TableRef

NAME_WEIGHT = 0.40
COLUMNS_WEIGHT = 0.42
WORDS_WEIGHT = 0.10
SCHEMA_WEIGHT = 0.08
NEIGHBOURS_WEIGHT = 0.15
ROWS_WEIGHT = 0.08
SAME_NAME_BONUS = 0.08

_OTHER_LAYER = 0.03
_OTHER_KIND = 0.05
_LONG_NAME = 0.98
_LEAST_COLUMN = 0.55


class Part(NamedTuple):
    """One part of a score."""

    part: str
    score: float
    weight: float


Schema = str | None


@dataclass
class Around:
    """What the first round found, for the second: how many tables went from which schema where, and which where."""

    schemas: Mapping[Schema, Mapping[Schema, int]] = field(default_factory=dict)
    answers: Mapping[TableRef, TableRef] = field(default_factory=dict)


def table_name_likeness(source: SpokenTable, target: SpokenTable) -> float:
    """From 0 to 1; the schema of one side may be a prefix on the other."""
    plain = name_likeness(source.name, target.name)
    if plain >= _LONG_NAME:
        return plain
    return max(
        plain,
        _LONG_NAME * name_likeness(source.long, target.name),
        _LONG_NAME * name_likeness(source.name, target.long),
    )


def coverage(source: SpokenTable, target: SpokenTable, around: Neighbours) -> float:
    """How much of both tables' columns find answers in each other, from 0 to 1."""
    whole = sum(column.weight for column in (*source.columns, *target.columns))
    if not source.columns or not target.columns:
        return 0.0
    covered = 0.0
    here, there, anchors = _anchors(source.columns, target.columns)
    for i, j in anchors:
        score = column_score(source.columns[i], target.columns[j], around)
        covered += (source.columns[i].weight + target.columns[j].weight) * _worth(score)
    if here and there:
        left = [source.columns[i] for i in here], [target.columns[j] for j in there]
        scores = score_matrix(*left, around)
        for a, b in assigned(scores, _LEAST_COLUMN):
            both = source.columns[here[a]].weight + target.columns[there[b]].weight
            covered += both * _worth(scores[a, b])
    return covered / whole


def _worth(score: float) -> float:
    return min(1.0, max(0.0, (score - 0.45) / 0.5))


def _anchors(
    source: Sequence[SpokenColumn], target: Sequence[SpokenColumn]
) -> tuple[list[int], list[int], list[tuple[int, int]]]:
    """The columns left on both sides, and the pairs whose names say the same."""
    by_letters = {column.letters: j for j, column in enumerate(target)}
    pairs = [
        (i, by_letters.pop(c.letters)) for i, c in enumerate(source) if c.letters in by_letters
    ]
    taken_here, taken_there = {i for i, _ in pairs}, {j for _, j in pairs}
    here = [i for i in range(len(source)) if i not in taken_here]
    there = [j for j in range(len(target)) if j not in taken_there]
    return here, there, pairs


def table_parts(
    source: SpokenTable,
    target: SpokenTable,
    *,
    name: float,
    covered: float,
    bags: float,
    around: Around,
) -> list[Part]:
    """What is known of a pair, each part with its score and weight; what is not known is not among them."""
    parts = [
        Part("name", name, NAME_WEIGHT),
        Part("columns", covered, COLUMNS_WEIGHT),
        Part("words", min(1.0, bags), WORDS_WEIGHT),
        Part("schema", _schema(source, target, around), SCHEMA_WEIGHT),
    ]
    neighbours = _neighbours(source, target, around)
    if neighbours is not None:
        parts.append(Part("neighbours", neighbours, NEIGHBOURS_WEIGHT))
    if source.rows and target.rows:
        near = min(source.rows, target.rows) / max(source.rows, target.rows)
        parts.append(Part("rows", near, ROWS_WEIGHT))
    return parts


def table_score(source: SpokenTable, target: SpokenTable, parts: Sequence[Part]) -> float:
    """The mean of the parts, and a little more for equal names; less for a copy in a staging area, or a view."""
    score = sum(p.weight * p.score for p in parts) / sum(p.weight for p in parts)
    if source.letters == target.letters:
        score += SAME_NAME_BONUS
    if source.is_staging != target.is_staging:
        score -= _OTHER_LAYER
    if source.table.kind != target.table.kind:
        score -= _OTHER_KIND
    return score


def evidence(
    source: SpokenTable, target: SpokenTable, parts: Sequence[Part], around: Around
) -> tuple[Evidence, ...]:
    """The parts, each with a sentence."""
    said = {
        "name": _names(source, target),
        "columns": "{:.0%} of the columns find answers",
        "words": "all the words of the tables taken together",
        "schema": _schemas(source, around),
        "neighbours": "{:.0%} of the tables that they refer to, or that refer to them, answer each other",
        "rows": f"about {source.rows or 0:,} and {target.rows or 0:,} rows",
    }
    return tuple(
        Evidence(
            part=p.part, score=round(p.score, 4), weight=p.weight, said=said[p.part].format(p.score)
        )
        for p in parts
    )


def _names(source: SpokenTable, target: SpokenTable) -> str:
    if source.letters == target.letters:
        return "the names say the same"
    pairs = told(word_pairs(source.name, target.name)) or "by their words"
    return pairs.replace("{", "{{").replace("}", "}}")


def _schemas(source: SpokenTable, around: Around) -> str:
    if sum(around.schemas.get(source.ref.schema_name, {}).values()) > 1:
        return "{:.0%} of the other tables of that schema went there"
    return "how the schemas are called"


def _schema(source: SpokenTable, target: SpokenTable, around: Around) -> float:
    """The share of the schema's other tables that went there; if there are none, whether schemas are called alike."""
    here, there = source.ref.schema_name, target.ref.schema_name
    went = around.schemas.get(here, {})
    own = around.answers.get(source.ref)
    others = sum(went.values()) - (own is not None)
    if others > 0:
        is_own = own is not None and own.schema_name == there
        return (went.get(there, 0) - is_own) / others
    return float(bool(here and there and letters(here) == letters(there)))


def _neighbours(source: SpokenTable, target: SpokenTable, around: Around) -> float | None:
    """The share of the neighbours that answer each other; None when a side has none, or nothing is known yet."""
    shares = []
    for here, there in ((source.parents, target.parents), (source.children, target.children)):
        if here and there and around.answers:
            common = sum(around.answers.get(ref) in there for ref in here)
            shares.append(2 * common / (len(here) + len(there)))
    return sum(shares) / len(shares) if shares else None
