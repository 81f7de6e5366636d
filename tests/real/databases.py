"""The published databases, made for real: DuckDB from the Parquet files, PostgreSQL and SQLite from their scripts.

The Parquet files carry types, but not all constraints. `meta` has read keys, foreign keys and NOT NULL from the script
of each port; a DuckDB database is made of both, so that it is as guarded as the script would have made it.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from tests.postgres_server import PostgresServer

_META_COMMAND = re.compile(r"^\\.*$", re.MULTILINE)
_OF_THE_SERVER = re.compile(r"^(CREATE|DROP) DATABASE\b.*?;\s*$", re.MULTILINE)

Meta = dict[str, Any]


def read_meta(data: Path, name: str) -> Meta:
    """What the script of a database declares, table by table."""
    meta: Meta = json.loads((data / "meta" / f"{name}.json").read_text("utf-8"))
    return meta


def make_duckdb(data: Path, *, parquet: str, meta: Meta, path: Path) -> None:
    """A DuckDB file with the rows and types of `parquet/<parquet>` and the constraints of `meta`."""
    folder = data / "parquet" / parquet
    with duckdb.connect() as types, duckdb.connect(str(path)) as made:
        types.execute((folder / "schema.sql").read_text("utf-8"))
        for table in _parents_first(meta):
            made.execute(_create(table, types))
            _fill(made, table, folder / f"{_file_name(table['name'])}.parquet")


def make_postgres(data: Path, *, script: str, server: PostgresServer, database: str) -> None:
    """A PostgreSQL database as the script makes it; what only `psql` understands is left out."""
    text = (data / "scripts" / script).read_text("utf-8-sig")
    server.create_database(database)
    server.execute(database, _OF_THE_SERVER.sub("", _META_COMMAND.sub("", text)))


def make_sqlite(data: Path, *, scripts: tuple[str, ...], path: Path) -> None:
    """A SQLite file as the scripts make it."""
    session = sqlite3.connect(path)
    for script in scripts:
        text = (data / "scripts" / script).read_text("utf-8-sig")
        session.executescript(f"BEGIN;\n{text}\nCOMMIT;")
    session.close()


def _parents_first(meta: Meta) -> Iterator[dict[str, Any]]:
    """The tables so that each comes after those that it refers to."""
    open_tables = dict(meta)
    while open_tables:
        for name, table in list(open_tables.items()):
            referred = {key["ref_table"] for key in table["fks"]} - {name}
            if not referred & open_tables.keys():
                yield open_tables.pop(name)


def _fill(made: duckdb.DuckDBPyConnection, table: dict[str, Any], rows: Path) -> None:
    """Inserts the rows; of a table that refers to itself, level by level, as DuckDB wants it."""
    name = _quoted(table["name"])
    own = [key for key in table["fks"] if key["ref_table"] == table["name"]]
    if not own:
        made.execute(f"INSERT INTO {name} SELECT * FROM '{rows}'")
        return
    (referring,), (key,) = own[0]["columns"], own[0]["ref_columns"]
    there = f"(SELECT {_quoted(key)} FROM {name})"
    level = (
        f"INSERT INTO {name} SELECT * FROM '{rows}' WHERE {_quoted(key)} NOT IN {there}"
        f" AND ({_quoted(referring)} IS NULL OR {_quoted(referring)} IN {there})"
    )
    while made.execute(level).fetchall() != [(0,)]:
        pass


def _create(table: dict[str, Any], types: duckdb.DuckDBPyConnection) -> str:
    declared = dict(
        types.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ?",
            [table["name"]],
        ).fetchall()
    )
    lines = [
        f"{_quoted(c['name'])} {declared[c['name']]}{'' if c['nullable'] else ' NOT NULL'}"
        for c in table["columns"]
    ]
    if table["pk"]:
        lines.append(f"PRIMARY KEY ({_list(table['pk'])})")
    lines += [f"UNIQUE ({_list(key)})" for key in table["unique"]]
    lines += [
        f"FOREIGN KEY ({_list(key['columns'])})"
        f" REFERENCES {_quoted(key['ref_table'])} ({_list(key['ref_columns'])})"
        for key in table["fks"]
    ]
    return f"CREATE TABLE {_quoted(table['name'])} ({', '.join(lines)})"


def _list(names: list[str]) -> str:
    return ", ".join(map(_quoted, names))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _file_name(table: str) -> str:
    return table.lower().replace(" ", "_")
