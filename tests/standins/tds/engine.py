"""Where are the rows? One DuckDB with a database in it for each of the server's, and the catalogues beside it."""

import itertools
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
from tests.standins.tds.catalogue import Catalogue, Table
from tests.standins.tds.changes import computed_type, identity_sql, load_sql
from tests.standins.tds.conversions import Typed
from tests.standins.tds.definitions import Words, create_table, storage_sql
from tests.standins.tds.faults import Faults
from tests.standins.tds.macros import install
from tests.standins.tds.parsing import tokens_of
from tests.standins.tds.queries import query
from tests.standins.tds.scope import Environment, quote
from tests.standins.tds.types import DEFAULT_COLLATION


@dataclass(frozen=True)
class Database:
    """How a database is to be."""

    collation: str = DEFAULT_COLLATION
    allows_snapshot: bool = True
    is_online: bool = True
    compatibility: int = 160


@dataclass(frozen=True)
class User:
    """A login. One that may not write gets error 229 or 262 when it tries."""

    password: str
    can_write: bool = True
    databases: frozenset[str] | None = None
    """The databases it may enter; None is all of them."""
    reads: frozenset[str] | None = None
    """The tables it may read and see in the catalogue, as `schema.table`; None is all of them."""
    sees_state: bool = True
    """Whether it has VIEW DATABASE STATE."""
    updates: frozenset[str] = frozenset()
    """Columns that it is said to have UPDATE on, as `schema.table.column`; who may not write is refused all the same."""

    def may_read(self, schema: str, table: str) -> bool:
        return self.reads is None or f"{schema}.{table}".lower() in {
            name.lower() for name in self.reads
        }


class Engine:
    """The data and definitions that all sessions share."""

    def __init__(self, databases: Mapping[str, Database], users: Mapping[str, User]) -> None:
        self.root = duckdb.connect()
        self.root.execute("SET TimeZone = 'UTC'")
        install(self.root)
        self.users = {name.lower(): user for name, user in users.items()}
        self.catalogues: dict[str, Catalogue] = {}
        self.faults = Faults()
        self._guard = threading.Lock()
        self._numbers = itertools.count(1)
        for name, database in {"master": Database(), **databases}.items():
            self.create_database(name, database)

    def create_database(self, name: str, database: Database) -> None:
        catalogue = Catalogue(
            name,
            collation=database.collation,
            allows_snapshot=database.allows_snapshot,
            compatibility=database.compatibility,
        )
        catalogue.is_online = database.is_online
        with self._guard:
            self.catalogues[name.lower()] = catalogue
            self.root.execute(f"ATTACH ':memory:' AS {quote(name)}")
            self.root.execute(f"CREATE SCHEMA {quote(name)}.dbo")
            self.root.execute(f'CREATE SEQUENCE {quote(name)}.dbo."row versions" START WITH 2001')

    def add_user(self, name: str, user: User) -> None:
        self.users[name.lower()] = user

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own to the same data."""
        with self._guard:
            return self.root.cursor()

    def create_table(
        self, database: str, definition: str, cursor: duckdb.DuckDBPyConnection
    ) -> Table:
        """A table as CREATE TABLE defines it."""
        catalogue = self.catalogues[database.lower()]
        words = Words(tokens_of(definition), definition)
        words.must("CREATE", "TABLE")
        return self.add_table(create_table(words, catalogue), catalogue, cursor)

    def add_table(
        self, table: Table, catalogue: Catalogue, cursor: duckdb.DuckDBPyConnection
    ) -> Table:
        """Makes room for the rows of a table that was defined."""
        for column in table.columns:
            if column.computed:
                column.type = computed_type(column, table, self.environment(catalogue.name))
        cursor.execute(storage_sql(table, catalogue))
        sequence = identity_sql(table, catalogue)
        if sequence:
            cursor.execute(sequence)
        catalogue.add(table)
        return table

    def environment(self, database: str) -> Environment:
        """For what is translated outside any session."""
        constants: dict[str, Typed] = {}
        return Environment(self.catalogues, database, {}, constants, query)

    def load(self, database: str, name: str, rows: Any) -> int:
        """Puts rows into a table at once, past the protocol; how many they were.

        `rows` is an Arrow table or what DuckDB can read by name; columns are found by their names, moments may be
        timestamps, and what is missing is NULL.
        """
        catalogue = self.catalogues[database.lower()]
        schema, _, plain = name.rpartition(".")
        table = catalogue.table(schema or "dbo", plain)
        if table is None:
            raise LookupError(f"no table {name} in {database}")
        cursor = self.cursor()
        try:
            cursor.register("rows to load", rows)
            kinds = {row[0]: row[1] for row in cursor.execute('DESCRIBE "rows to load"').fetchall()}
            found = cursor.execute(load_sql(table, catalogue, '"rows to load"', kinds)).fetchone()
            return int(found[0]) if found else 0
        finally:
            cursor.close()

    def counts(
        self, catalogue: Catalogue, cursor: duckdb.DuckDBPyConnection
    ) -> dict[tuple[str, str], int]:
        """Rows by schema and table, in lower case."""
        found = cursor.execute(
            "SELECT lower(schema_name), lower(table_name), estimated_size FROM duckdb_tables() WHERE database_name = ?",
            [catalogue.name],
        ).fetchall()
        return {(schema, name): count for schema, name, count in found}

    def close(self) -> None:
        self.root.close()
