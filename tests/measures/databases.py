"""Small databases of Python values, the same on three engines, and how to ask them.

A `Database` makes tables and opens a reader of them; `relation` speaks of a table as one side of a mapping; `ask` holds
one conversation about it.
"""

import datetime as dt
import itertools
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from pydantic import SecretStr
from tests.postgres_server import PostgresServer

from ombudsman.connections.connection import Connection, connect
from ombudsman.connections.reader import Reader
from ombudsman.connections.settings import DuckDbSettings, SqlAlchemySettings
from ombudsman.measures.plan import Question
from ombudsman.measures.questions import Measure
from ombudsman.measures.relation import Relation
from ombudsman.measures.rounds import Ask, Ended, Rounds
from ombudsman.model.mapping import ColumnMapping, TableMapping
from ombudsman.model.tables import Column, Side, Table, TableRef
from ombudsman.sql.native_types import read_type

ENGINES = ("duckdb", "sqlite", "postgresql")

NATIVE: Mapping[str, tuple[str, str, str]] = {
    "integer": ("BIGINT", "BIGINT", "bigint"),
    "small": ("INTEGER", "INTEGER", "integer"),
    "decimal": ("DECIMAL(18,3)", "DECIMAL(18,3)", "numeric(18,3)"),
    "double": ("DOUBLE", "DOUBLE", "double precision"),
    "text": ("VARCHAR", "TEXT", "text"),
    "padded": ("VARCHAR", "TEXT", "character(6)"),
    "date": ("DATE", "DATE", "date"),
    "timestamp": ("TIMESTAMP", "TIMESTAMP", "timestamp(6) without time zone"),
    "instant": (
        "TIMESTAMP WITH TIME ZONE",
        "TIMESTAMP",
        "timestamp(6) with time zone",
    ),
    "boolean": ("BOOLEAN", "BOOLEAN", "boolean"),
    "uuid": ("UUID", "UUID", "uuid"),
}
"""What each engine calls a kind of column, in the order of `ENGINES`."""


@dataclass(frozen=True)
class Sample:
    """A table to make: columns by name with their kinds, and rows."""

    name: str
    columns: Mapping[str, str]
    rows: Sequence[tuple[Any, ...]] = ()


@dataclass(frozen=True)
class Database:
    """One engine's place for tables. `create` makes them and says in which schema, `connect` leads there."""

    engine: str
    sql_dialect: str
    create: Callable[[Sequence[Sample]], tuple[str, Connection]]

    @contextmanager
    def reading(self, *samples: Sample) -> Iterator[tuple[Reader, dict[str, Table]]]:
        """A reader of new tables, and their catalogue entries by name."""
        schema, connection = self.create(samples)
        tables = {each.name: self.described(each, schema) for each in samples}
        try:
            with connection.open() as reader:
                yield reader, tables
        finally:
            if self.engine != "postgresql":
                connection.close()

    def described(self, sample: Sample, schema: str) -> Table:
        """The catalogue entry of a table that is there."""
        columns = tuple(
            Column(name=name, native_type=native, data_type=read_type(self.engine, native))
            for name, kind in sample.columns.items()
            for native in [NATIVE[kind][ENGINES.index(self.engine)]]
        )
        return Table(ref=TableRef(schema=schema, name=sample.name), columns=columns)


def duckdb_database(folder: Path) -> Database:
    """A file of its own for every set of tables, for DuckDB locks what is open."""
    numbers = itertools.count()

    def create(samples: Sequence[Sample]) -> tuple[str, Connection]:
        path = folder / f"{next(numbers)}.duckdb"
        with duckdb.connect(str(path)) as session:
            for sample in samples:
                session.execute(_create_table("duckdb", "main", sample))
                if sample.rows:
                    insert = _insert("main", sample, "?", times=len(sample.rows))
                    session.execute(insert, [value for row in sample.rows for value in row])
        return "main", connect("shop", DuckDbSettings(path=path))

    return Database("duckdb", "duckdb", create)


def sqlite_database(folder: Path) -> Database:
    numbers = itertools.count()

    def create(samples: Sequence[Sample]) -> tuple[str, Connection]:
        path = folder / f"{next(numbers)}.sqlite"
        session = sqlite3.connect(path)
        session.execute("PRAGMA synchronous = OFF")
        for sample in samples:
            session.execute(_create_table("sqlite", "main", sample))
            rows = [tuple(map(_for_sqlite, row)) for row in sample.rows]
            session.executemany(_insert("main", sample, "?"), rows)
        session.commit()
        session.close()
        url = SecretStr(f"sqlite:///{path}")
        return "main", connect("shop", SqlAlchemySettings(url=url, max_concurrent_queries=2))

    return Database("sqlite", "sqlite", create)


def _for_sqlite(value: Any) -> Any:
    """As loaders write it: dates as ISO texts, all of one length; decimals as numbers."""
    match value:
        case dt.datetime():
            return value.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
        case dt.date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            return value


@contextmanager
def postgres_database(server: PostgresServer, name: str = "measures") -> Iterator[Database]:
    """A schema of its own for every set of tables."""
    connection = connect("shop", server.create_database(name))
    numbers = itertools.count()

    def create(samples: Sequence[Sample]) -> tuple[str, Connection]:
        schema = f"s{next(numbers)}"
        with server.connect(name) as session, session.transaction(), session.cursor() as cursor:
            cursor.execute(f'CREATE SCHEMA "{schema}"'.encode())
            for sample in samples:
                cursor.execute(_create_table("postgresql", schema, sample).encode())
                if sample.rows:
                    cursor.executemany(_insert(schema, sample, "%s").encode(), sample.rows)
        return schema, connection

    with connection:
        yield Database("postgresql", "postgres", create)


def _create_table(engine: str, schema: str, sample: Sample) -> str:
    columns = ", ".join(
        f"{quoted(name)} {NATIVE[kind][ENGINES.index(engine)]}"
        for name, kind in sample.columns.items()
    )
    return f"CREATE TABLE {quoted(schema)}.{quoted(sample.name)} ({columns})"


def _insert(schema: str, sample: Sample, mark: str, *, times: int = 1) -> str:
    row = f"({', '.join([mark] * len(sample.columns))})"
    table = f"{quoted(schema)}.{quoted(sample.name)}"
    table = table.replace("%", "%%") if mark == "%s" else table
    return f"INSERT INTO {table} VALUES {', '.join([row] * times)}"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# ------------------------------------------------------------ asking


def relation(
    database: Database,
    table: Table,
    *,
    side: Side = Side.SOURCE,
    source_table: Table | None = None,
    source_dialect: str | None = None,
    mapping: TableMapping | None = None,
) -> Relation:
    """The table as one side of a mapping; without a mapping every column answers itself."""
    source = source_table or table
    return Relation(
        side,
        table,
        source_table=source,
        mapping=mapping or mapped(source, table),
        dialect=database.sql_dialect,
        source_dialect=source_dialect or database.sql_dialect,
    )


def mapped(source: Table, target: Table, **more: Any) -> TableMapping:
    """The mapping of two tables, column by column in their order; `more` are further fields."""
    pairs = zip(source.column_names, target.column_names, strict=True)
    columns = tuple(ColumnMapping(source=s, target=t) for s, t in pairs)
    told: dict[str, Any] = {"source": source.ref, "target": target.ref, "columns": columns}
    return TableMapping(**(told | more))


async def asking(spoken_of: Relation, *measures: Measure[Any]) -> tuple[Any, ...]:
    """A conversation that asks once, and ends with the answers."""
    return await Ask(tuple(Question(spoken_of, measure) for measure in measures))


def ask(reader: Reader, spoken_of: Relation, *measures: Measure[Any]) -> tuple[Any, ...]:
    """The answers to measures that are asked together; raises what the conversation ended with."""
    with Rounds({spoken_of.side: reader}) as rounds:
        rounds.begin("only", asking(spoken_of, *measures))
        (ended,) = rounds.wait()
    if ended.error is not None:
        raise ended.error
    answers: tuple[Any, ...] = ended.value
    return answers


def outcomes(rounds: Rounds) -> dict[str, Ended]:
    """All conversations, by their names, when all have ended."""
    ended: dict[str, Ended] = {}
    while some := rounds.wait():
        ended |= {each.id: each for each in some}
    return ended
