"""The demo's two databases, moved to where they would stand: its source on a SQL Server, its target in Snowflake.

Tables get the types that the engines have for what the demo keeps in DuckDB, with the keys that they had; rows go as
INSERT statements, as any client would send them.
"""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ombudsman.connections.reader import Reader
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.tables import Column, ForeignKey, Key, Table, TableRef

ROWS_AT_ONCE = 500
"""Rows of one INSERT; SQL Server takes 1,000 at most."""

Execute = Callable[[str], object]


@dataclass(frozen=True)
class Dialect:
    """How an engine is told of tables and rows; `types` are its words for DuckDB's, where they are others.

    With a `suffix` behind their names the schemas are others, and are there already.
    """

    types: dict[str, str]
    opening: str
    closing: str
    literal: Callable[[Any], str]
    suffix: str = ""

    def named(self, name: str) -> str:
        return f"{self.opening}{name.replace(self.closing, self.closing * 2)}{self.closing}"

    def table(self, ref: TableRef) -> str:
        schema = ref.schema_name and ref.schema_name + self.suffix
        return ".".join(self.named(part) for part in (schema, ref.name) if part)

    def names(self, columns: Iterable[str]) -> str:
        return ", ".join(map(self.named, columns))


def _transact_literal(value: Any) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return "1" if value else "0"
        case int() | Decimal():
            return str(value)
        case float():
            return f"{value:.17E}"
        case dt.datetime():
            return f"'{value.isoformat(timespec='microseconds')}'"
        case dt.date():
            return f"'{value.isoformat()}'"
        case str():
            return "N'" + value.replace("'", "''") + "'"
    raise TypeError(type(value).__name__)


def _snowflake_literal(value: Any) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | Decimal():
            return str(value)
        case float() if math.isfinite(value):
            return f"{value:.17E}::FLOAT"
        case dt.datetime():
            return f"'{value.isoformat(sep=' ', timespec='microseconds')}'"
        case dt.date():
            return f"'{value.isoformat()}'"
        case str():
            return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
    raise TypeError(type(value).__name__)


TRANSACT = Dialect(
    types={
        "BIGINT": "bigint",
        "INTEGER": "int",
        "SMALLINT": "smallint",
        "BOOLEAN": "bit",
        "DATE": "date",
        "TIMESTAMP": "datetime2(6)",
        "TIMESTAMP_S": "datetime2(0)",
        "DOUBLE": "float(53)",
        "FLOAT": "real",
        "VARCHAR": "nvarchar(400)",
    },
    opening="[",
    closing="]",
    literal=_transact_literal,
)

SNOWFLAKE = Dialect(
    types={
        "BIGINT": "NUMBER(38,0)",
        "INTEGER": "NUMBER(38,0)",
        "SMALLINT": "NUMBER(5,0)",
        "BOOLEAN": "BOOLEAN",
        "DATE": "DATE",
        "TIMESTAMP": "TIMESTAMP_NTZ(9)",
        "DOUBLE": "FLOAT",
        "FLOAT": "FLOAT",
        "VARCHAR": "VARCHAR",
    },
    opening='"',
    closing='"',
    literal=_snowflake_literal,
)


def move(reader: Reader, execute: Execute, dialect: Dialect) -> None:
    """Everything that the reader's database holds, through `execute`, a statement at a time."""
    tables = read_catalogue(reader).tables
    for statement in statements(tables, dialect):
        execute(statement)
    for table in tables:
        columns = dialect.names(table.column_names)
        rows = reader.query(f"SELECT * FROM {table.ref}").rows
        for first in range(0, len(rows), ROWS_AT_ONCE):
            values = _values(rows[first : first + ROWS_AT_ONCE], dialect)
            execute(f"INSERT INTO {dialect.table(table.ref)} ({columns}) VALUES {values}")


def statements(tables: Sequence[Table], dialect: Dialect) -> Iterator[str]:
    """Schemas and tables, then the foreign keys, for what they name must exist."""
    if not dialect.suffix:
        for schema in sorted({table.ref.schema_name or "" for table in tables} - {""}):
            yield f"CREATE SCHEMA {dialect.named(schema)}"
    for table in tables:
        yield _create(table, dialect)
    for table in tables:
        for key in table.foreign_keys:
            yield _foreign_key(table.ref, key, dialect)


def _create(table: Table, dialect: Dialect) -> str:
    keys = filter(None, (table.primary_key, *_unique_keys(table)))
    parts = [
        *(_column(column, dialect) for column in table.columns),
        *(_key(key, dialect) for key in keys),
    ]
    return f"CREATE TABLE {dialect.table(table.ref)} ({', '.join(parts)})"


def _unique_keys(table: Table) -> Iterator[Key]:
    """Unique keys, and indexes that are unique: what DuckDB keeps as such is declared as a key elsewhere."""
    yield from table.unique_keys
    known = {key.columns for key in table.unique_keys}
    for index in table.indexes:
        if index.unique and index.columns not in known:
            yield Key(kind="unique", columns=index.columns)


def _column(column: Column, dialect: Dialect) -> str:
    native = dialect.types.get(column.native_type, column.native_type)
    default = "" if column.default is None else f" DEFAULT {column.default}"
    null = "" if column.nullable else " NOT NULL"
    return f"{dialect.named(column.name)} {native}{default}{null}"


def _key(key: Key, dialect: Dialect) -> str:
    word = "PRIMARY KEY" if key.kind == "primary" else "UNIQUE"
    return f"{word} ({dialect.names(key.columns)})"


def _foreign_key(ref: TableRef, key: ForeignKey, dialect: Dialect) -> str:
    return (
        f"ALTER TABLE {dialect.table(ref)} ADD FOREIGN KEY ({dialect.names(key.columns)}) "
        f"REFERENCES {dialect.table(key.table)} ({dialect.names(key.referred_columns)})"
    )


def _values(rows: Iterable[Sequence[Any]], dialect: Dialect) -> str:
    return ", ".join(f"({', '.join(map(dialect.literal, row))})" for row in rows)
