"""What does a table seem to be: a fact, a dimension, a dimension with history, or just a table?

Told from keys, types and names. What is declared is believed; what only a name suggests is taken where it can be meant
in one way alone, and always comes with the reason, for a person to check.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from ombudsman.mapping.names import words
from ombudsman.model.mapping import TableMapping
from ombudsman.model.tables import Table, TableRef
from ombudsman.model.types import NUMERIC
from ombudsman.pipeline.generate_columns import EVENTS, HOUSEKEEPING, LOADS, MappedColumn
from ombudsman.relationships.history import (
    SURROGATE_ENDS,
    VersionColumns,
    business_key,
    surrogate_key,
    version_columns,
)
from ombudsman.relationships.keys import ParentKey
from ombudsman.relationships.meaning import Meaning
from ombudsman.relationships.naming import Naming
from ombudsman.relationships.star import DIMENSION_WORDS, FACT_WORDS

Names = tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    """Columns that name a row of another table. `declared` by the source; else inferred, and `why` says from what."""

    columns: Names
    table: TableRef
    referred: Names
    declared: bool
    why: str = ""
    confidence: float = 1.0


@dataclass(frozen=True)
class History:
    """The columns that make the history of a dimension; no `business_key` where none could be told."""

    valid_from: MappedColumn
    valid_to: MappedColumn
    business_key: Names = ()
    current: MappedColumn | None = None


@dataclass(frozen=True)
class Key:
    """Columns that name a row, and why they are taken for that."""

    columns: Names
    why: str
    in_mapping: bool = False


@dataclass
class MappedTable:
    """A table that both sides have, and what it seems to be. References are told once all tables are known."""

    mapping: TableMapping
    source: Table
    target: Table
    columns: tuple[MappedColumn, ...]
    references: tuple[Reference, ...] = ()
    is_referred_to: bool = False
    name_words: Names = field(init=False)

    def __post_init__(self) -> None:
        self.name_words = words(self.ref.name)

    @property
    def ref(self) -> TableRef:
        """What the mapping calls the source table."""
        return self.mapping.source

    @property
    def rows(self) -> int | None:
        """About how many rows the fuller side has; None where a catalogue does not say."""
        estimates = (self.source.row_estimate, self.target.row_estimate)
        known = [each for each in estimates if each is not None]
        return max(known) if len(known) == len(estimates) else None

    def column(self, name: str) -> MappedColumn | None:
        return next((each for each in self.columns if each.name == name), None)

    def has(self, names: Iterable[str]) -> bool:
        """Whether all of these source columns have an answer."""
        return {each.name for each in self.columns}.issuperset(names)

    # ------------------------------------------------------------ keys

    @cached_property
    def key(self) -> Key | None:
        """What names a row: the mapping's key, else the column that is called so."""
        primary = self.source.primary_key
        if self.mapping.key:
            is_primary = primary is not None and set(primary.columns) == set(self.mapping.key)
            why = "the primary key of the source" if is_primary else "the key of the mapping"
            return Key(self.mapping.key, why, in_mapping=True)
        guarded = any(not each.source.nullable for each in self.columns)
        columns = [c for c in self.columns if not (guarded and c.source.nullable)]
        for end in SURROGATE_ENDS:
            named = [c for c in columns if self._is_called_key(c, end)]
            if len(named) == 1:
                return Key((named[0].name,), f"{named[0].name} is called like the key of its table")
        return None

    def _is_called_key(self, column: MappedColumn, end: str) -> bool:
        *noun, last = column.words
        return last == end and (not noun or _is_noun(tuple(noun), self.noun))

    @cached_property
    def unique_keys(self) -> tuple[Names, ...]:
        """What the source declares unique beside the key, where all of it is mapped."""
        declared = [key.columns for key in self.source.unique_keys]
        declared += [index.columns for index in self.source.indexes if index.unique]
        taken = {frozenset(self.key.columns)} if self.key else set()
        found: list[Names] = []
        for columns in declared:
            if frozenset(columns) not in taken and self.has(columns):
                taken.add(frozenset(columns))
                found.append(columns)
        return tuple(found)

    @property
    def noun(self) -> Names:
        """What a row is, by the table's name: `DimCustomer` is a customer."""
        return tuple(w for w in self.name_words if w not in FACT_WORDS | DIMENSION_WORDS)

    @cached_property
    def surrogate_key(self) -> str | None:
        """The number that the warehouse gave to each row."""
        name = surrogate_key(self._spoken, self._all_keys)
        column = self.column(name) if name else None
        return column.name if column and column.is_of(NUMERIC) else None

    @cached_property
    def business_key(self) -> Key | None:
        """What names a member beside its surrogate key; for a dimension with history, through all its versions."""
        begins = self._versions.valid_from if self._versions else None
        columns = business_key(self._spoken, self._all_keys, valid_from=begins)
        if not columns:
            return None
        if begins and any({*columns, begins} == set(key.columns) for key in self._all_keys):
            return Key(columns, f"unique together with {begins}")
        if not begins and columns in self.unique_keys:
            return Key(columns, "declared unique")
        return Key(columns, "by its name")

    @cached_property
    def _spoken(self) -> Naming:
        """The names of what both sides have."""
        columns = tuple(each.source for each in self.columns)
        return Naming(self.source.model_copy(update={"columns": columns}))

    @cached_property
    def _all_keys(self) -> tuple[ParentKey, ...]:
        primary = [self.key.columns] if self.key else []
        return tuple(
            ParentKey(self._spoken, columns, is_primary=columns in primary, is_declared=True)
            for columns in (*primary, *self.unique_keys)
        )

    # ------------------------------------------------------------ roles

    @cached_property
    def _versions(self) -> VersionColumns | None:
        """The columns by which versions are kept, where they are dates on both sides."""
        found = version_columns(self._spoken, self._all_keys)
        if found is None:
            return None
        dates = {each.name for each in self.columns if each.is_date}
        return found if {found.valid_from, found.valid_to} <= dates else None

    @property
    def history(self) -> History | None:
        """The history of a dimension; None where it has none."""
        told = self._versions
        if told is None or self.is_called(FACT_WORDS):
            return None
        begins, ends = self.column(told.valid_from), self.column(told.valid_to)
        flag = self.column(told.current) if told.current else None
        if begins is None or ends is None:
            return None
        may_be_flag = flag is not None and flag.is_of(NUMERIC | {"boolean", "text"})
        key = self.business_key.columns if self.business_key else ()
        return History(begins, ends, key, flag if may_be_flag else None)

    def is_called(self, known: frozenset[str]) -> bool:
        """Whether one of the words is the first or the last of the table's name."""
        return bool(known & {self.name_words[0], self.name_words[-1]})

    @property
    def is_fact(self) -> bool:
        """By its name; or it has amounts, refers to two tables or more, and is dated or referred to by none."""
        if self.is_called(FACT_WORDS):
            return True
        if self.is_called(DIMENSION_WORDS) or self.history or not self.amounts:
            return False
        others = {each.table for each in self.references} - {self.ref}
        return len(others) > 1 and (self.event_date is not None or not self.is_referred_to)

    @property
    def is_dimension(self) -> bool:
        """By its name or its history; or it is referred to by a number that stands for a business key."""
        if self.is_fact:
            return False
        stands_for_members = self.is_referred_to and self.surrogate_key and self.business_key
        return bool(self.is_called(DIMENSION_WORDS) or self.history or stands_for_members)

    # ------------------------------------------------------------ columns

    @property
    def amounts(self) -> tuple[MappedColumn, ...]:
        """The numbers that can be added up."""
        return tuple(c for c in self.columns if c.is_amount and c.name not in self.naming)

    @cached_property
    def naming(self) -> frozenset[str]:
        """The columns that name this row or another."""
        keys = [self.key.columns] if self.key else []
        keys += [*self.unique_keys, *(each.columns for each in self.references)]
        if self.business_key:
            keys.append(self.business_key.columns)
        return frozenset(name for key in keys for name in key)

    @property
    def codes(self) -> tuple[MappedColumn, ...]:
        return tuple(c for c in self.columns if c.is_code and c.name not in self.naming)

    @cached_property
    def event_date(self) -> MappedColumn | None:
        """When what a row tells of happened."""
        dates = [c for c in self.columns if c.is_date and not c.says(HOUSEKEEPING | LOADS)]
        dates = [c for c in dates if not c.means(Meaning.AUDIT)]
        if self._versions is not None:
            valid = {self._versions.valid_from, self._versions.valid_to}
            dates = [c for c in dates if c.name not in valid]
        return next((c for c in dates if c.says(EVENTS)), dates[0] if dates else None)

    @property
    def load_date(self) -> MappedColumn | None:
        """When a row came into the warehouse."""
        return next((c for c in self.columns if c.is_date and c.says(LOADS)), None)


def _is_noun(name: Names, noun: Names) -> bool:
    """Whether a column's words are those of its table, singular against plural set aside."""
    own, there = "".join(name), "".join(noun)
    return own in {there, there.removesuffix("s"), there.removesuffix("es")} or (
        there.endswith("ies") and own == there.removesuffix("ies") + "y"
    )
