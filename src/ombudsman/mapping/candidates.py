"""Which tables and columns of the target are worth a closer look, for each of the source?

Each table is a bag: the words of its name and columns, their beginnings, whole column names, and the hashes of its
values where these are known. The tables with the most in common are looked at. So five thousand tables on both sides
cost some eighty thousand close looks and not twenty-five million. The columns of very wide tables are chosen alike.
"""

from collections.abc import Sequence

from ombudsman.mapping.bags import Bag, Feature, alike
from ombudsman.mapping.lexicon import EXPANSIONS, LAYERS, SYNONYMS
from ombudsman.mapping.rivals import Pair
from ombudsman.mapping.spoken_tables import SpokenColumn, SpokenTable

MOST_TABLES = 8
"""How many tables are looked at closely for each."""

MOST_COLUMNS = 12

ALL_UP_TO = 400
"""Up to so many pairs of tables all are looked at."""

ALL_COLUMNS_UP_TO = 20_000

_TABLE_WORD = 3.0
_COLUMN_WORD = 1.0
_COLUMN_NAME = 1.0
_BEGINNING = 0.5
_KIN = 0.6
_HASH = 0.5
_FEW_HASHES = 24


def candidates(source: Sequence[SpokenTable], target: Sequence[SpokenTable]) -> dict[Pair, float]:
    """The likeness of the bags (from 0 to 1) of each pair that is worth a look, by index."""
    is_small = len(source) * len(target) <= ALL_UP_TO
    keep = max(len(source), len(target)) if is_small else MOST_TABLES
    return alike([_of_table(table) for table in source], [_of_table(t) for t in target], keep)


def column_candidates(source: Sequence[SpokenColumn], target: Sequence[SpokenColumn]) -> list[Pair]:
    """The pairs of columns that are worth a look: all of them, unless the tables are very wide."""
    if len(source) * len(target) <= ALL_COLUMNS_UP_TO:
        return [(i, j) for i in range(len(source)) for j in range(len(target))]
    here, there = [_of_column(c) for c in source], [_of_column(c) for c in target]
    return list(alike(here, there, MOST_COLUMNS))


def _of_table(table: SpokenTable) -> Bag:
    bag: Bag = {}
    for word in table.long.words:
        if word not in LAYERS:
            _add(bag, "table", word, _TABLE_WORD)
    for column in table.columns:
        bag |= _of_column(column)
    return bag


def _of_column(column: SpokenColumn) -> Bag:
    bag: Bag = {("name", column.letters): _COLUMN_NAME}
    for word in column.name.words:
        _add(bag, "column", word, _COLUMN_WORD)
    if column.profile is not None and column.profile.sketch:
        bag |= {("value", each): _HASH for each in column.profile.sketch[:_FEW_HASHES]}
    return bag


def _add(bag: Bag, kind: str, word: str, weight: float) -> None:
    """A word, its beginning, and the words that it may stand for: none of them more than it was worth before."""
    told: list[tuple[Feature, float]] = [
        ((kind, word), weight),
        ((kind, "start", word[:3]), weight * _BEGINNING),
        *(((kind, whole), weight * _KIN) for whole in EXPANSIONS.get(word, ())),
        *(
            ((kind, "kin", *sorted((word, other))), weight * _KIN)
            for other in SYNONYMS.get(word, ())
        ),
    ]
    for feature, value in told:
        bag[feature] = max(bag.get(feature, 0.0), value)
