"""What did CREATE TABLE tell? The definitions of a database, which DuckDB cannot hold.

DuckDB has the rows; types, collations, keys, identities, computed columns and marks are here, as the server was told them.
Names are found whatever their case, as under the usual collation of a database, and keep the case they were given.
"""

import copy
import datetime as dt
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.standins.tds.types import DEFAULT_COLLATION, SqlType

CREATED = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - the catalogue's dates have no zone


@dataclass
class Column:
    """A column as it was declared."""

    name: str
    type: SqlType
    is_nullable: bool = True
    identity: tuple[int, int] | None = None
    """First value and step."""
    computed: str | None = None
    """Its expression, in T-SQL."""
    is_persisted: bool = False
    default: str | None = None
    default_name: str | None = None
    is_sparse: bool = False
    is_hidden: bool = False
    generated: int = 0
    """1: the row's begin, 2: its end, of a temporal table."""


@dataclass
class Index:
    """An index or the one behind a key. Columns are names with whether they descend."""

    name: str
    columns: list[tuple[str, bool]]
    is_unique: bool = False
    is_primary: bool = False
    is_unique_constraint: bool = False
    is_clustered: bool = False
    is_columnstore: bool = False
    included: list[str] = field(default_factory=list)
    filter: str | None = None


@dataclass
class ForeignKey:
    name: str
    columns: list[str]
    parent_schema: str
    parent_table: str
    parent_columns: list[str]
    is_disabled: bool = False
    is_not_trusted: bool = False
    on_delete: int = 0
    on_update: int = 0
    object_id: int = 0


@dataclass
class Check:
    name: str
    definition: str
    object_id: int = 0


@dataclass
class Table:
    """A table or a view; a view has the text of its query."""

    object_id: int
    schema: str
    name: str
    columns: list[Column]
    indexes: list[Index] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    query: str | None = None
    temporal_type: int = 0
    history: str | None = None
    is_memory_optimized: bool = False
    properties: dict[tuple[str | None, str], str] = field(default_factory=dict)
    """Extended properties: by column (None is the table's own) and name."""

    def column(self, name: str) -> Column | None:
        return next((each for each in self.columns if each.name.lower() == name.lower()), None)

    @property
    def is_view(self) -> bool:
        return self.query is not None


class Catalogue:
    """One database's definitions."""

    def __init__(
        self,
        name: str,
        *,
        collation: str = DEFAULT_COLLATION,
        allows_snapshot: bool = True,
        compatibility: int = 160,
    ) -> None:
        self.name = name
        self.collation = collation
        self.allows_snapshot = allows_snapshot
        self.compatibility = compatibility
        self.is_online = True
        self.version = 0
        """Grows with each change, so that what was derived from an older state is known to be old."""
        self.schemas: dict[str, str] = {"dbo": "dbo", "guest": "guest", "sys": "sys"}
        self._tables: dict[tuple[str, str], Table] = {}
        self._numbers = itertools.count(1_000_001)
        self._guard = threading.RLock()

    def schema(self, name: str) -> str | None:
        """The schema's name in its own case."""
        return self.schemas.get(name.lower())

    def add_schema(self, name: str) -> None:
        self.schemas[name.lower()] = name
        self.version += 1

    def next_number(self) -> int:
        """An object id that no other object has."""
        return next(self._numbers)

    def table(self, schema: str, name: str) -> Table | None:
        return self._tables.get((schema.lower(), name.lower()))

    def add(self, table: Table) -> None:
        with self._guard:
            self._tables[table.schema.lower(), table.name.lower()] = table
            self.version += 1

    def drop(self, table: Table) -> None:
        with self._guard:
            self._tables.pop((table.schema.lower(), table.name.lower()), None)
            self.version += 1

    def only(self, may_read: Callable[[str, str], bool]) -> "Catalogue":
        """What a login sees that may not read all: a catalogue of the same objects, but fewer."""
        seen = copy.copy(self)
        seen._tables = {key: table for key, table in self._tables.items() if may_read(*key)}
        return seen

    def changed(self) -> None:
        self.version += 1

    def __iter__(self) -> Iterator[Table]:
        return iter(list(self._tables.values()))
