"""A catalogue as the search for a mapping reads it: every name as words with weights, every role of a column told once.

Nothing here compares anything; it is what is computed once per catalogue and not once per pair.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ombudsman.mapping.lexicon import LAYERS, STAGING
from ombudsman.mapping.name_likeness import SpokenName, spoken
from ombudsman.mapping.names import letters, words
from ombudsman.mapping.type_likeness import TypeLikeness
from ombudsman.mapping.vocabulary import Vocabulary, Words
from ombudsman.model.profile import ColumnProfile, Profiles
from ombudsman.model.tables import Column, ColumnRef, Table, TableRef

_COMMON_PREFIX = 0.7
"""The share of a table's columns from which a first word that they have in common is the table's mark."""


@dataclass(eq=False, slots=True)
class SpokenColumn:
    """A column with its words, and what the keys say of it."""

    column: Column
    name: SpokenName
    letters: str
    plain: Words
    """The words of the name as it is written, no run-on cut."""
    type_number: int
    position: float
    """From 0 for the first column of its table to 1 for the last."""
    is_key: bool
    refers_to: TableRef | None
    profile: ColumnProfile | None
    weight: float = 1.0
    """What it tells of its table, from 0.1 to 1: little, when half of the tables have such a column."""


@dataclass(eq=False)
class SpokenTable:
    """A table with its words; `long` is its name behind its schema's, for the schema may become a prefix."""

    table: Table
    name: SpokenName
    long: SpokenName
    letters: str
    columns: tuple[SpokenColumn, ...]
    parents: frozenset[TableRef] = frozenset()
    is_staging: bool = False
    rows: int | None = None
    children: set[TableRef] = field(default_factory=set)

    @property
    def ref(self) -> TableRef:
        return self.table.ref


def spoken_tables(
    tables: Sequence[Table],
    vocabulary: Vocabulary,
    types: TypeLikeness,
    profiles: Profiles,
) -> list[SpokenTable]:
    """The tables, in their order."""
    told = [_spoken_table(table, vocabulary, types, profiles) for table in tables]
    counts = Counter(name for each in told for name in {column.letters for column in each.columns})
    by_ref = {each.ref: each for each in told}
    for each in told:
        for column in each.columns:
            column.weight = _weight(counts[column.letters], len(told))
        for parent in each.parents:
            if parent in by_ref:
                by_ref[parent].children.add(each.ref)
    return told


def _weight(tables: int, of: int) -> float:
    return max(0.1, 1.0 - 1.5 * max(0, tables - 2) / of)


def _spoken_table(
    table: Table,
    vocabulary: Vocabulary,
    types: TypeLikeness,
    profiles: Profiles,
) -> SpokenTable:
    own = vocabulary.words_of(table.ref.name)
    schema = vocabulary.words_of(table.ref.schema_name) if table.ref.schema_name else ()
    mark = _mark([vocabulary.words_of(name) for name in table.column_names])
    optional = frozenset(word for word in own if word not in LAYERS) | mark
    columns = _columns(table, vocabulary, types, optional, profiles)
    counted = (c.profile.rows for c in columns if c.profile and c.profile.rows is not None)
    return SpokenTable(
        table=table,
        name=spoken(own, vocabulary.weight, LAYERS),
        long=spoken(schema + own, vocabulary.weight, LAYERS),
        letters=letters(table.ref.name),
        columns=tuple(columns),
        parents=frozenset(key.table for key in table.foreign_keys if key.table != table.ref),
        is_staging=not STAGING.isdisjoint(own),
        rows=next(counted, table.row_estimate),
    )


def _mark(names: Sequence[Words]) -> frozenset[str]:
    """The first word of nearly all columns: `cu` of `cu_id`, `cu_surname`."""
    firsts = Counter(words[0] for words in names if len(words) > 1)
    if len(names) < 3 or not firsts:
        return frozenset()
    word, count = firsts.most_common(1)[0]
    return frozenset({word}) if count >= _COMMON_PREFIX * len(names) else frozenset()


def _columns(
    table: Table,
    vocabulary: Vocabulary,
    types: TypeLikeness,
    optional: frozenset[str],
    profiles: Profiles,
) -> Sequence[SpokenColumn]:
    key = set(table.primary_key.columns) if table.primary_key else set()
    refers = {name: foreign.table for foreign in table.foreign_keys for name in foreign.columns}
    last = max(1, len(table.columns) - 1)
    return [
        SpokenColumn(
            column=column,
            name=spoken(vocabulary.words_of(column.name), vocabulary.weight, optional),
            letters=letters(column.name),
            plain=words(column.name),
            type_number=types.number(column.data_type),
            position=index / last,
            is_key=column.name in key,
            refers_to=refers.get(column.name),
            profile=profiles.get(ColumnRef(table.ref, column.name)),
        )
        for index, column in enumerate(table.columns)
    ]
