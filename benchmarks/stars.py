"""A retail warehouse and its migration, on two DuckDB files or in two databases of a PostgreSQL server.

It is the demo's, with all its planted defects; the pipeline is the demo's too, whatever it has by now. A PostgreSQL
server gets the same rows, read from the files as Arrow, with the keys that they had; of the pipeline only the
names in the two hand-written queries change, for PostgreSQL wants mixed case quoted.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from psycopg import Cursor, sql
from pyarrow import csv
from tests.postgres_server import PostgresServer, running_server

from benchmarks.sides import cpu_with
from ombudsman.connections.config import load_config
from ombudsman.connections.connection import Connection, connect
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.pipeline import Pipeline, Step
from ombudsman.model.tables import Catalogue, Side, Table, TableRef
from ombudsman.pipeline.expand import expand
from ombudsman.pipeline.load import read_pipeline_file
from ombudsman.pipeline.session import Session
from ombudsman.validators.registry import catalogue

POSTGRES_TYPES = {"DOUBLE": "DOUBLE PRECISION", "FLOAT": "REAL", "TIMESTAMP_S": "TIMESTAMP(0)"}
"""Where PostgreSQL calls a type of DuckDB by another name."""

SETTINGS = ("server_version", "shared_buffers", "work_mem", "max_parallel_workers_per_gather")


@dataclass(frozen=True)
class Star:
    """An open session over both sides, and the pipeline for it.

    `cpu` is the processor time spent so far by us and the engine, in seconds.
    """

    session: Session
    pipeline: Pipeline
    cpu: Callable[[], float]
    settings: Mapping[str, str]


@contextmanager
def duckdb_star(folder: Path) -> Iterator[Star]:
    """Over the files of the demo in `folder`, each opened as its ombudsman.yaml says: with 256 MB of memory."""
    connections = load_config(folder / "ombudsman.yaml").connections
    with (
        connect("source", connections["source"]) as source,
        connect("target", connections["target"]) as target,
    ):
        files = {side: folder / f"{side}.duckdb" for side in Side}
        sizes = {f"{side} file": f"{path.stat().st_size >> 20} MB" for side, path in files.items()}
        with _opened(folder, source, target) as (session, pipeline):
            yield Star(session, pipeline, time.process_time, sizes)


@contextmanager
def postgres_star(folder: Path) -> Iterator[Star]:
    """Over copies of the demo's databases on a PostgreSQL server of our own on the loopback."""
    with running_server() as server:
        connections = load_config(folder / "ombudsman.yaml").connections
        for side in Side:
            with connect(side, connections[side]) as connection:
                _copy(connection, server, side)
        with (
            connect("source", server.settings("source")) as source,
            connect("target", server.settings("target")) as target,
            _opened(folder, source, target) as (session, pipeline),
        ):
            told = {name: server.execute("source", f"SHOW {name}")[0][0] for name in SETTINGS}
            size = "SELECT pg_size_pretty(pg_database_size(current_database()))"
            told |= {f"{side} database": server.execute(side, size)[0][0] for side in Side}
            yield Star(session, _quoting(pipeline, session), cpu_with(server), told)


@contextmanager
def _opened(
    folder: Path, source: Connection, target: Connection
) -> Iterator[tuple[Session, Pipeline]]:
    known = {name: validator.params for name, validator in catalogue().items()}
    file = read_pipeline_file(folder / "retail.yaml", known_validators=known)
    with Session(source, target, file.mapping) as session:
        yield session, expand(file, session.mapping, source=session.source)


# ------------------------------------------------------------ to PostgreSQL


def _copy(connection: Connection, server: PostgresServer, database: str) -> None:
    """Everything of a DuckDB file into a new database of this name."""
    server.create_database(database)
    with connection.open() as reader, server.connect(database) as session:
        tables = read_catalogue(reader).tables
        cursor = session.cursor()
        for schema in {table.ref.schema_name or "public" for table in tables} - {"public"}:
            cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        for table in tables:
            cursor.execute(_create(table))
            _fill(cursor, _name(table.ref), reader.stream(f"SELECT * FROM {table.ref}"))
        for constraint in (*_keys(tables), *_foreign_keys(tables)):
            cursor.execute(constraint)
        cursor.execute("VACUUM (FREEZE, ANALYZE)")


def _create(table: Table) -> sql.Composed:
    columns = [
        sql.SQL("{} {} {}").format(
            sql.Identifier(column.name),
            sql.SQL(POSTGRES_TYPES.get(column.native_type, column.native_type)),
            sql.SQL("" if column.nullable else "NOT NULL"),
        )
        for column in table.columns
    ]
    return sql.SQL("CREATE TABLE {} ({})").format(_name(table.ref), sql.SQL(", ").join(columns))


def _keys(tables: Iterable[Table]) -> Iterator[sql.Composed]:
    for table in tables:
        for key in filter(None, (table.primary_key, *table.unique_keys)):
            kind = sql.SQL("PRIMARY KEY" if key.kind == "primary" else "UNIQUE")
            yield sql.SQL("ALTER TABLE {} ADD {} ({})").format(
                _name(table.ref), kind, _names(key.columns)
            )


def _foreign_keys(tables: Iterable[Table]) -> Iterator[sql.Composed]:
    for table in tables:
        for key in table.foreign_keys:
            yield sql.SQL("ALTER TABLE {} ADD FOREIGN KEY ({}) REFERENCES {} ({})").format(
                _name(table.ref),
                _names(key.columns),
                _name(key.table),
                _names(key.referred_columns),
            )


def _name(ref: TableRef) -> sql.Identifier:
    return sql.Identifier(ref.schema_name or "public", ref.name)


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _fill(
    cursor: Cursor[tuple[object, ...]], name: sql.Identifier, batches: Iterator[pa.RecordBatch]
) -> None:
    """As CSV, in which a NULL is nothing and an empty text is quoted."""
    without_names = csv.WriteOptions(include_header=False)
    with cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(name)) as copy:
        for batch in batches:
            written = pa.BufferOutputStream()
            csv.write_csv(batch, written, without_names)
            copy.write(written.getvalue().to_pybytes())


def _quoting(pipeline: Pipeline, session: Session) -> Pipeline:
    """The pipeline with the names in its hand-written queries quoted: PostgreSQL would read them as small letters."""
    return pipeline.model_copy(
        update={"steps": tuple(_step_quoting(each, session) for each in pipeline.steps)}
    )


def _step_quoting(step: Step, session: Session) -> Step:
    sides = {"query": Side.SOURCE, "source_query": Side.SOURCE, "target_query": Side.TARGET}
    quoted = {
        param: _quoted(step.params[param], session.tables.catalogues[side])
        for param, side in sides.items()
        if param in step.params
    }
    return step.model_copy(update={"params": step.params | quoted})


def _quoted(query: str, names_of: Catalogue) -> str:
    refs = [table.ref for table in names_of.tables]
    names = {name for ref in refs for name in (ref.schema_name, ref.name)}
    names |= {column.name for table in names_of.tables for column in table.columns}
    return re.sub(r"\w+", lambda word: f'"{word[0]}"' if word[0] in names else word[0], query)
