"""The cases' target tables on Snowflake: the same tables, as a loader would declare them there."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.standins.snowflake.account import Place, Standin
from tests.validators.case_file import Named, TableData
from tests.validators.stage import Stage

from ombudsman.connections.connection import connect
from ombudsman.metadata.read import read_catalogue

WORDS = {
    "TINYINT": "NUMBER(3, 0)",
    "UTINYINT": "NUMBER(3, 0)",
    "SMALLINT": "NUMBER(5, 0)",
    "INTEGER": "NUMBER(10, 0)",
    "BIGINT": "NUMBER(19, 0)",
    "HUGEINT": "NUMBER(38, 0)",
    "FLOAT": "FLOAT",
    "DOUBLE": "FLOAT",
    "BLOB": "BINARY",
    "UUID": "VARCHAR(36)",
    "TIME": "TIME(6)",
    "TIMESTAMP": "TIMESTAMP_NTZ(6)",
    "TIMESTAMP_S": "TIMESTAMP_NTZ(0)",
    "TIMESTAMP_MS": "TIMESTAMP_NTZ(3)",
    "TIMESTAMPTZ": "TIMESTAMP_TZ(6)",
    "JSON": "VARIANT",
}
"""DuckDB's words for types, as the usual loaders declare them on Snowflake; others agree."""

ROWS_AT_ONCE = 200


@contextmanager
def snowflake_target(standin: Standin, cases: Sequence[Named]) -> Iterator[Stage]:
    """The target side of the cases, in a database of its own."""
    database = f"cases_{len(cases)}"
    settings = standin.settings(database=database)
    writer = standin.place().writer
    Place(writer, writer).execute(f"CREATE DATABASE {database}")
    writer = writer.model_copy(update={"database": database, "schema_name": None})
    Place(writer, writer).execute(*(sql for named in cases for sql in _statements(named)))
    with connect("target", settings) as target, target.open() as reader:
        yield Stage(reader, read_catalogue(reader))


def _statements(named: Named) -> Iterator[str]:
    yield f"CREATE SCHEMA {quoted(named.schema)}"
    for tables in named.case.all_tables():
        if tables.target is not None:
            yield from _table(tables.target, named.schema)


def _table(table: TableData, schema: str) -> Iterator[str]:
    types = {name: _type(declared) for name, declared in table.types.items()}
    parts = [f"{quoted(name)} {declared}" for name, declared in types.items()]
    parts += [f"PRIMARY KEY ({_list(table.primary_key)})"] if table.primary_key else []
    parts += [f"UNIQUE ({_list(key)})" for key in table.unique_keys]
    name = f"{quoted(schema)}.{quoted(table.table)}"
    yield f"CREATE TABLE {name} ({', '.join(parts)})"
    plain = [declared.removesuffix(" NOT NULL") for declared in types.values()]
    for start in range(0, len(table.rows), ROWS_AT_ONCE):
        rows = (_row(row, plain) for row in table.rows[start : start + ROWS_AT_ONCE])
        yield f"INSERT INTO {name} SELECT * FROM VALUES {', '.join(rows)}"


def _row(row: list[Any], types: list[str]) -> str:
    values = (_literal(value, declared) for value, declared in zip(row, types, strict=True))
    return f"({', '.join(values)})"


def _literal(value: Any, declared: str) -> str:
    if value is None:
        return f"NULL::{declared}"
    if declared == "BINARY":
        return f"TO_BINARY('{value}', 'HEX')"
    text = str(value).replace("\\", "\\\\").replace("'", "''")
    return f"PARSE_JSON('{text}')" if declared == "VARIANT" else f"'{text}'::{declared}"


def _type(declared: str) -> str:
    return re.sub(r"^\w+", lambda word: WORDS.get(word[0], word[0]), declared)


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(quoted, names))


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
