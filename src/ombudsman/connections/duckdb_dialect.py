"""DuckDB's SQLAlchemy dialect, made to do what we need; all work-arounds stand here.

- **Names with dots.** `duckdb-sqlalchemy` reads the schema `my.schema` as catalogue `my`, schema `schema`. Our names
  are a catalogue's own, exact: a schema is quoted as one name.
- **Cursors.** Its cursor looks into the text of statements and rewrites some (`register ...`, `commit`). Ours hands
  statement and parameters to DuckDB and nothing else.
- **Infinity.** DuckDB's Python driver gives `infinity` as 9999-12-31, which is a date that people use. Results that
  hold dates are therefore fetched as Arrow, and read by `duckdb_values`.
- **Parameters** are `$1`, `$2`: percent signs and colons in names and literals need no care.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
from duckdb_sqlalchemy import Dialect, DuckDBIdentifierPreparer
from sqlalchemy.dialects import registry
from sqlalchemy.engine import Dialect as AnyDialect
from typing_extensions import override

from ombudsman.connections.adapter import PART_ROWS
from ombudsman.connections.duckdb_values import needs_arrow, python_rows

DIALECT_URL = "duckdb+ombudsman://"
"""By this URL SQLAlchemy finds the dialect of this file."""

registry.register("duckdb.ombudsman", __name__, "DuckDbDialect")


class _Preparer(DuckDBIdentifierPreparer):
    @override
    def format_schema(self, name: str) -> str:
        return str(self.quote(name))

    @override
    def quote_schema(self, schema: str, force: Any = None) -> str:
        return str(self.quote(schema))


class DuckDbDialect(Dialect):
    """DuckDB, every transaction of it read-only."""

    preparer = _Preparer
    supports_statement_cache = True

    @override
    def do_begin(self, dbapi_connection: Any) -> None:
        dbapi_connection.begin()

    @override
    def do_execute(
        self, cursor: Any, statement: str, parameters: Any, context: Any | None = None
    ) -> None:
        cursor.execute(statement, parameters)

    @override
    def do_execute_no_params(self, cursor: Any, statement: str, context: Any | None = None) -> None:
        cursor.execute(statement)

    @override
    def is_disconnect(self, e: Exception, connection: Any, cursor: Any) -> bool:
        return isinstance(e, duckdb.ConnectionException)

    @override
    def initialize(self, connection: Any) -> None:
        """DuckDB needs no questions before the first question."""


def duckdb_dialect(**options: Any) -> AnyDialect:
    """The dialect, to compile statements with."""
    dialect: AnyDialect = DuckDbDialect(**options)
    return dialect


class DuckDbSession:
    """One DuckDB session as the DBAPI wants to see it. `driver` is DuckDB's own connection."""

    def __init__(self, driver: duckdb.DuckDBPyConnection) -> None:
        self.driver = driver
        self.notices: list[str] = []
        self._in_transaction = False

    def cursor(self) -> "DuckDbCursor":
        return DuckDbCursor(self)

    def begin(self) -> None:
        if not self._in_transaction:
            self.driver.execute("BEGIN TRANSACTION READ ONLY")
            self._in_transaction = True

    def commit(self) -> None:
        self.rollback()

    def rollback(self) -> None:
        if self._in_transaction:
            self._in_transaction = False
            self.driver.rollback()

    def close(self) -> None:
        self.driver.close()


class DuckDbCursor:
    """A cursor that runs one statement and fetches its rows as they are wanted."""

    arraysize = 1
    rowcount = -1

    def __init__(self, session: DuckDbSession) -> None:
        self.connection = session
        self.description: list[tuple[Any, ...]] | None = None
        self._parts: Iterator[list[tuple[Any, ...]]] = iter(())
        self._rows: list[tuple[Any, ...]] = []

    def execute(self, statement: str, parameters: Sequence[Any] | None = None) -> None:
        driver = self.connection.driver
        driver.execute(statement, list(parameters or ()))
        described = driver.description or []
        types = [str(column[1]) for column in described]
        self._parts, self._rows = _parts(driver, types), []
        self.description = [
            (column[0], kind, None, None, None, None, None)
            for column, kind in zip(described, types, strict=True)
        ]

    def fetchall(self) -> list[tuple[Any, ...]]:
        rows, self._rows = self._rows, []
        for part in self._parts:
            rows.extend(part)
        return rows

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        wanted = self.arraysize if size is None else size
        while len(self._rows) < wanted and (part := next(self._parts, None)):
            self._rows = self._rows + part if self._rows else part
        rows, self._rows = self._rows[:wanted], self._rows[wanted:]
        return rows

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(iter(self.fetchmany(1)), None)

    def close(self) -> None:
        self._parts, self._rows = iter(()), []


def _parts(
    driver: duckdb.DuckDBPyConnection, types: Sequence[str]
) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of what the session has just run, part by part."""
    if needs_arrow(types):
        for batch in driver.to_arrow_reader(PART_ROWS):
            yield python_rows(batch, types)
    else:
        while rows := driver.fetchmany(PART_ROWS):
            yield rows
