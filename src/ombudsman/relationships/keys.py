"""Which keys can be referred to?

The primary and unique keys that a table declares; where it declares none, a column that is called like the key of its
table, or the first that says key, and that holds no value twice as far as that was measured.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ombudsman.model.profile import Profiles
from ombudsman.model.tables import Column, ColumnRef, Key, Table
from ombudsman.model.types import DataType, Decimal
from ombudsman.relationships.key_words import (
    COPIES,
    KEY_WORDS,
    PARTS,
    PEOPLE,
    SURE_KEY_WORDS,
)
from ombudsman.relationships.naming import Naming
from ombudsman.relationships.proposal import Names
from ombudsman.relationships.word_likeness import PLURALS, likeness_of_all

_PEOPLE = PEOPLE | {person + ending for person in PEOPLE for ending in PLURALS}


@dataclass(frozen=True)
class ParentKey:
    """A key that others may refer to. `words` are those of its column (of several: of each in turn)."""

    naming: Naming
    columns: Names
    is_primary: bool
    is_declared: bool

    @property
    def table(self) -> Table:
        return self.naming.table

    @property
    def words(self) -> Names:
        """The words of the first column; a key of one column has no other."""
        return self.naming.words_of(self.columns[0])

    @property
    def is_generic(self) -> bool:
        """Whether its name tells nothing of its table: `id`, `row_id`."""
        return all(word in KEY_WORDS or word in {"row", "rec", "record"} for word in self.words)

    @property
    def is_of_people(self) -> bool:
        noun = self.naming.noun
        return not _PEOPLE.isdisjoint((noun[-1], "".join(noun)))

    @property
    def is_of_logins(self) -> bool:
        """Whether people log in by its rows, whatever the table is called."""
        return self.naming.is_of_logins

    @property
    def is_of_parts(self) -> bool:
        """Whether the rows are things that are made of one another, or stand for one another."""
        return len(self.naming.noun) == 1 and self.naming.noun[0] in PARTS

    @property
    def is_own(self) -> bool:
        """Whether the key is called after this very table: that of orders is `order_id`."""
        telling = tuple(w for w in self.words if w not in KEY_WORDS)
        return bool(telling) and likeness_of_all(telling, self.naming.noun) > 0


def parent_keys(naming: Naming, profiles: Profiles) -> list[ParentKey]:
    """The keys of one table, the primary first; none of a view, nor of a table that keeps copies of others' rows."""
    return [] if _keeps_copies(naming) else own_keys(naming, profiles)


def own_keys(naming: Naming, profiles: Profiles) -> list[ParentKey]:
    """The keys of one table, whether others may refer to them or not; none of a view."""
    table = naming.table
    if table.kind == "view":
        return []
    declared = list(_declared(table))
    found = [
        ParentKey(naming, columns, is_primary=is_primary, is_declared=True)
        for columns, is_primary in declared
    ]
    if not any(len(each.columns) == 1 or each.is_primary for each in found):
        found += _guessed(naming, profiles)
    return found


def _keeps_copies(naming: Naming) -> bool:
    return len(naming.noun) > 1 and bool({naming.noun[0], naming.noun[-1]} & COPIES)


def _declared(table: Table) -> Iterator[tuple[Names, bool]]:
    told = [(key.columns, key.kind == "primary") for key in _keys(table)]
    told += [(index.columns, False) for index in table.indexes if index.unique]
    seen: set[frozenset[str]] = set()
    for columns, is_primary in told:
        if columns and frozenset(columns) not in seen and all(map(table.column, columns)):
            seen.add(frozenset(columns))
            yield columns, is_primary


def _keys(table: Table) -> tuple[Key, ...]:
    return (*([table.primary_key] if table.primary_key else []), *table.unique_keys)


def _guessed(naming: Naming, profiles: Profiles) -> list[ParentKey]:
    """The column that seems to name a row of a table that declares no key."""
    table = naming.table
    may_be = [c for c in table.columns if family(c.data_type) in {"integer", "text", "uuid"}]
    unique = [c for c in may_be if _may_be_unique(table, c, profiles)]
    called = [c for c in unique if _is_called_key(naming, c)]
    if not called and unique and unique[0] is table.columns[0]:
        says_key = naming.words_of(unique[0].name)[-1] in SURE_KEY_WORDS
        called = unique[:1] if says_key and _was_measured(table, unique[0], profiles) else []
    return [ParentKey(naming, (c.name,), is_primary=True, is_declared=False) for c in called[:1]]


def _is_called_key(naming: Naming, column: Column) -> bool:
    *telling, last = naming.words_of(column.name)
    if last not in KEY_WORDS:
        return False
    if not telling:
        return last in SURE_KEY_WORDS
    return (
        likeness_of_all(telling, naming.noun) > 0 or likeness_of_all(telling, naming.noun[-1:]) > 0
    )


def _may_be_unique(table: Table, column: Column, profiles: Profiles) -> bool:
    profile = profiles.get(ColumnRef(table.ref, column.name))
    return profile is None or profile.is_unique is not False


def _was_measured(table: Table, column: Column, profiles: Profiles) -> bool:
    profile = profiles.get(ColumnRef(table.ref, column.name))
    return profile is not None and (profile.rows or 0) > 1 and profile.is_unique is True


def family(data_type: DataType) -> str | None:
    """The family of types within which keys are compared; None where a type makes no keys."""
    if isinstance(data_type, Decimal):
        return "integer" if not data_type.scale else None
    return _FAMILIES.get(data_type.kind)


_FAMILIES = {
    "integer": "integer",
    "text": "text",
    "uuid": "uuid",
    "date": "date",
    "timestamp": "date",
}


def families(table: Table, columns: Sequence[str]) -> tuple[str | None, ...]:
    """The families of some columns."""
    return tuple(
        family(column.data_type) if (column := table.column(name)) else None for name in columns
    )
