"""Databases in which the cases' tables stand: each case in a schema of its own, made once for a process."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.postgres_server import PostgresServer
from tests.validators.case_file import Named, TableData, Tables

from ombudsman.connections.connection import connect
from ombudsman.connections.reader import Reader
from ombudsman.connections.samples import duckdb_file
from ombudsman.connections.settings import ConnectionSettings, DuckDbSettings
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.tables import Catalogue, Side

POSTGRES_WORDS = {
    "TINYINT": "SMALLINT",
    "HUGEINT": "NUMERIC(38, 0)",
    "FLOAT": "REAL",
    "DOUBLE": "DOUBLE PRECISION",
    "BLOB": "BYTEA",
    "TIMESTAMP_S": "TIMESTAMP(0)",
    "TIMESTAMP_MS": "TIMESTAMP(3)",
}
"""DuckDB's words for types that PostgreSQL spells otherwise."""


@dataclass(frozen=True)
class Stage:
    """One side of the cases on one engine, open for reading."""

    reader: Reader
    catalogue: Catalogue


@contextmanager
def duckdb_stages(folder: Path, cases: Sequence[Named]) -> Iterator[Mapping[Side, Stage]]:
    """Both sides as DuckDB files."""
    paths = {side: folder / f"{side}.duckdb" for side in Side}
    for side, path in paths.items():
        with duckdb_file(path) as database:
            database.execute(script(cases, side, engine="duckdb"))
    with _stages({side: DuckDbSettings(path=path) for side, path in paths.items()}) as stages:
        yield stages


@contextmanager
def postgres_stages(
    server: PostgresServer, cases: Sequence[Named]
) -> Iterator[Mapping[Side, Stage]]:
    """Both sides as PostgreSQL databases."""
    settings: dict[Side, ConnectionSettings] = {}
    for side in Side:
        settings[side] = server.create_database(f"cases_{side}")
        server.execute(f"cases_{side}", script(cases, side, engine="postgres"))
    with _stages(settings) as stages:
        yield stages


@contextmanager
def _stages(settings: Mapping[Side, ConnectionSettings]) -> Iterator[Mapping[Side, Stage]]:
    source = connect("source", settings[Side.SOURCE])
    target = connect("target", settings[Side.TARGET])
    with source, target, source.open() as source_reader, target.open() as target_reader:
        yield {
            Side.SOURCE: Stage(source_reader, read_catalogue(source_reader)),
            Side.TARGET: Stage(target_reader, read_catalogue(target_reader)),
        }


# ------------------------------------------------------------ tables as SQL


def script(cases: Sequence[Named], side: Side, *, engine: str) -> str:
    """The SQL that makes the tables of one side of all cases that are played on the engine."""
    return ";\n".join(["BEGIN", *_statements(cases, side, engine), "COMMIT"])


def _statements(cases: Sequence[Named], side: Side, engine: str) -> Iterator[str]:
    for named in cases:
        if not any(route.engine(side) == engine for route in named.case.on):
            continue
        yield f"CREATE SCHEMA {named.schema}"
        for tables in named.case.all_tables():
            table = tables.source if side is Side.SOURCE else tables.target
            if table is not None:
                others = {"items": named.case, **named.case.others}
                yield from _table(table, named.schema, _names(others, side), engine)


def _names(tables: Mapping[str, Tables], side: Side) -> dict[str, str]:
    """What the tables of a case are called on this side."""
    both = {name: (each.source, each.target) for name, each in tables.items()}
    return {
        name: here.table
        for name, (source, target) in both.items()
        if (here := source if side is Side.SOURCE else target) is not None
    }


def _table(table: TableData, schema: str, names: Mapping[str, str], engine: str) -> Iterator[str]:
    types = {name: _type(declared, engine) for name, declared in table.types.items()}
    parts = [f"{quoted(name)} {declared}" for name, declared in types.items()]
    if table.primary_key:
        parts.append(f"PRIMARY KEY ({_list(table.primary_key)})")
    parts += [f"UNIQUE ({_list(key)})" for key in table.unique_keys]
    parts += [
        f"FOREIGN KEY ({_list(key.columns)}) REFERENCES {schema}.{quoted(names[key.table])} "
        f"({_list(key.referred_columns)})"
        for key in table.foreign_keys
    ]
    yield f"CREATE TABLE {schema}.{quoted(table.table)} ({', '.join(parts)})"
    if table.rows:
        plain = [declared.removesuffix(" NOT NULL") for declared in types.values()]
        rows = ", ".join(_row(row, plain, engine) for row in table.rows)
        yield f"INSERT INTO {schema}.{quoted(table.table)} VALUES {rows}"


def _row(row: list[Any], types: list[str], engine: str) -> str:
    assert len(row) == len(types), f"{row} does not fit the columns {types}"
    values = (_literal(value, declared, engine) for value, declared in zip(row, types, strict=True))
    return f"({', '.join(values)})"


def _type(declared: str, engine: str) -> str:
    if engine == "duckdb":
        return declared
    return re.sub(r"^\w+", lambda word: POSTGRES_WORDS.get(word[0], word[0]), declared)


def _literal(value: Any, declared: str, engine: str) -> str:
    if value is None:
        return "NULL"
    if declared in {"BLOB", "BYTEA"}:
        return f"unhex('{value}')" if engine == "duckdb" else f"decode('{value}', 'hex')"
    text = str(value).replace("'", "''")
    return f"CAST('{text}' AS {declared})"


def _list(names: list[str]) -> str:
    return ", ".join(quoted(name) for name in names)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
