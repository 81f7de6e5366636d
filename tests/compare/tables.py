"""Tables of one side each, made on an engine out of types and rows, and compared in every way there is.

A value is written as text and cast to its column's type by the engine itself, so that `-0.0`, `infinity` or 38 digits
arrive as they are written; None is NULL, and bytes are bytes.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import pytest
from psycopg import sql as psycopg_sql
from tests.postgres_server import PostgresServer

from ombudsman.compare.engine import RowsAnswer, RowsQuestion, compare_rows
from ombudsman.compare.plan import Plan, Strategy, make_plan
from ombudsman.compare.sums import Fingerprint
from ombudsman.connections.connection import Connection, connect
from ombudsman.connections.reader import Reader
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.measures.relation import Relation
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.errors import Unsupported
from ombudsman.model.mapping import ColumnMapping, TableMapping
from ombudsman.model.result import Kind
from ombudsman.model.rows import Cause
from ombudsman.model.tables import Side, Table
from ombudsman.sql.canonical import makes_text

Row = Sequence[Any]
Key = tuple[Any, ...]
Engines = tuple[str, str]

DUCKDB, POSTGRESQL = "duckdb", "postgresql"
PAIRS: Sequence[Engines] = (
    (DUCKDB, DUCKDB),
    (POSTGRESQL, POSTGRESQL),
    (POSTGRESQL, DUCKDB),
    (DUCKDB, POSTGRESQL),
)
"""Every pair of engines, source and target."""

SOME_PAIRS = [
    pytest.param(PAIRS[2]),
    pytest.param(PAIRS[0], marks=pytest.mark.slow),
    pytest.param(PAIRS[1], marks=pytest.mark.slow),
]
"""For tests that would take long: two different engines in the everyday tests, one engine on both sides in the slow."""

MAIN_WAYS = ("stream", "checksum", "portable")
"""Those of `WAYS` that do different things; what `auto` and `native` do is one of them."""

_SPELT = {POSTGRESQL: {"double": "double precision", "float": "real", "blob": "bytea"}}
"""Types that the engines spell differently; all are written as DuckDB spells them."""


@dataclass(frozen=True)
class Content:
    """What stands in a table. `columns` are name and type, as DuckDB spells it or as both engines do."""

    columns: Mapping[str, str]
    rows: Sequence[Row]
    key: Sequence[str] = ()
    """The primary key that the table declares."""

    def with_rows(self, rows: Sequence[Row]) -> "Content":
        return replace(self, rows=rows)


@dataclass(frozen=True)
class Found:
    """What a comparison says.

    `kinds` are the rows that differ, counted; `rows` their keys, and `cells` those of differing cells with the column.
    """

    kinds: Mapping[Kind, int]
    rows: Mapping[Kind, Sequence[Key]] = field(default_factory=dict)
    cells: Mapping[tuple[Key, str], Cause] = field(default_factory=dict)
    accepted: Mapping[str, Mapping[Cause, int]] = field(default_factory=dict)
    counts: Mapping[str, Mapping[Cause, int]] = field(default_factory=dict)
    notes: Sequence[str] = ()

    def cells_of(self, *key: Any) -> Mapping[str, Cause]:
        """The differing cells of one row, by column."""
        return {column: cause for (of, column), cause in self.cells.items() if of == key}


@dataclass
class Tables:
    """Makes tables, on the server or in files of `folder`, and compares them. Each has its number in its name."""

    server: PostgresServer
    folder: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self._database = self.server.create_database(f"rows_{self.folder.name.replace('-', '_')}")
        self._writing = self.server.connect(self._database.database)
        self.execute("SET TimeZone = 'UTC'")

    def close(self) -> None:
        self._writing.close()

    def execute(self, statement: str, *values: Any) -> None:
        """Runs a statement on the server; each commits by itself."""
        self._writing.execute(psycopg_sql.SQL(statement), values)

    @contextmanager
    def made(self, engine: str, content: Content) -> Iterator[tuple[Connection, Table]]:
        """The table on this engine; it is gone afterwards."""
        name = f"t{next(self._numbers)}"
        make = self._in_duckdb if engine == DUCKDB else self._in_postgres
        with make(name, content) as connection:
            with connection.open() as reader:
                tables = read_catalogue(reader).tables
            yield connection, next(table for table in tables if table.ref.name == name)

    @contextmanager
    def _in_duckdb(self, name: str, content: Content) -> Iterator[Connection]:
        path = self.folder / f"{name}.duckdb"
        with duckdb.connect(str(path)) as database:
            database.execute("SET TimeZone = 'UTC'")
            database.execute(_create(name, content, DUCKDB))
            cells = ", ".join(f"CAST(? AS {kind})" for kind in content.columns.values())
            insert = f"INSERT INTO {name} VALUES ({cells})"
            if content.rows:
                database.executemany(
                    insert, [[_written(each) for each in row] for row in content.rows]
                )
        with connect(name, DuckDbSettings(path=path)) as connection:
            yield connection
        path.unlink()

    @contextmanager
    def _in_postgres(self, name: str, content: Content) -> Iterator[Connection]:
        cells = ", ".join(
            f"CAST(%s::{'bytea' if kind == 'blob' else 'text'} AS {_spelt(kind, POSTGRESQL)})"
            for kind in content.columns.values()
        )
        with self._writing.transaction(), self._writing.cursor() as cursor:
            cursor.execute(psycopg_sql.SQL(_create(name, content, POSTGRESQL)))
            insert = psycopg_sql.SQL(f"INSERT INTO {name} VALUES ({cells})")
            cursor.executemany(insert, [[_written(each) for each in row] for row in content.rows])
        try:
            with connect(name, self._database) as connection:
                yield connection
        finally:
            self.execute(f"DROP TABLE {name}")

    def found(self, engines: Engines, source: Content, target: Content, **question: Any) -> Found:
        """What every way of comparing says of these two tables: the same, or this is no answer."""
        with self.pair(engines, source, target) as pair:
            return pair.found(**question)

    @contextmanager
    def pair(self, engines: Engines, source: Content, target: Content) -> Iterator["TablePair"]:
        """Both tables, to be compared more than once."""
        with ExitStack() as stack:
            ours, our_table = stack.enter_context(self.made(engines[0], source))
            theirs, their_table = stack.enter_context(self.made(engines[1], target))
            readers = stack.enter_context(ours.open()), stack.enter_context(theirs.open())
            yield TablePair((ours, theirs), readers, (our_table, their_table))


@dataclass(frozen=True)
class TablePair:
    """Two tables that are there."""

    connections: tuple[Connection, Connection]
    readers: tuple[Reader, Reader]
    tables: tuple[Table, Table]

    def found(
        self, *, ways: Sequence[str] = MAIN_WAYS, at_least_ways: int = 1, **question: Any
    ) -> Found:
        """What these ways say, and all say. Ways that refuse these columns are left out, but for so many."""
        told = {way: found for way in ways if (found := self._told(way, question)) is not None}
        first = next(iter(told.values()))
        others = {w: found for w, found in told.items() if repr(found) != repr(first)}  # NaN is NaN
        assert not others, f"{next(iter(told))} says {first}, but {others}"
        assert len(told) >= at_least_ways, f"only {list(told)} compare these tables"
        return first

    def _told(self, way: str, question: Mapping[str, Any]) -> Found | None:
        try:
            return told(self.answer(way, **dict(question)))
        except Unsupported:
            if way in {"auto", "stream"}:
                raise
            return None

    def answer(self, way: str, /, **question: Any) -> RowsAnswer:
        """The answer that one way gives; of buckets of `bucket_rows` rows, so that each may tell its own.

        Without `columns` all that the source has are compared, each with the target's of the same name, or of that
        which `names` says.
        """
        names: Mapping[str, str] = question.pop("names", {})
        filters: Mapping[str, Any] = question.pop("mapping", {})
        bucket_rows: int = question.pop("bucket_rows", 1)
        source, target = self.tables
        known = {"columns": tuple(source.column_names), "key": ("id",)} | question
        mapping = TableMapping(
            source=source.ref,
            target=target.ref,
            columns=tuple(
                ColumnMapping(source=name, target=names.get(name, name))
                for name in source.column_names
            ),
            **filters,
        )
        dialects = [connection.sql_dialect for connection in self.connections]
        ours, theirs = (
            Relation(
                side,
                table,
                source_table=source,
                mapping=mapping,
                dialect=dialect,
                source_dialect=dialects[0],
            )
            for side, table, dialect in zip(Side, self.tables, dialects, strict=True)
        )
        with ExitStack() as stack:
            stack.enter_context(WAYS[way].chosen())
            stack.enter_context(mock.patch("ombudsman.compare.plan.BUCKET_ROWS", bucket_rows))
            asked = RowsQuestion(strategy=WAYS[way].strategy, **known)
            return compare_rows(asked, (ours, theirs), self.readers)


@dataclass(frozen=True)
class _Way:
    """A strategy, and what the plan is made to choose in it, whatever it costs."""

    strategy: Strategy
    fingerprint: Fingerprint | None = None
    here: frozenset[Side] = frozenset()

    @contextmanager
    def chosen(self) -> Iterator[None]:
        if self.fingerprint is None:
            yield
            return
        with mock.patch("ombudsman.compare.engine.make_plan", self._plan):
            yield

    def _plan(self, sides: Any, strategy: Strategy) -> Plan:
        columns = sides[0].layout.columns
        plan = make_plan(sides, strategy)
        engines = ["duckdb" if side.side in self.here else side.engine for side in sides]
        if not all(makes_text(c.form, engine) for c in columns for engine in engines):
            raise Unsupported("some column has no portable text")
        assert self.fingerprint is not None
        return replace(plan, fingerprint=self.fingerprint, hashed_here=self.here)


WAYS: Mapping[str, _Way] = {
    "auto": _Way(Strategy.AUTO),
    "stream": _Way(Strategy.STREAM),
    "checksum": _Way(Strategy.CHECKSUM),
    "native": _Way(Strategy.NATIVE),
    "portable": _Way(Strategy.CHECKSUM, Fingerprint.PORTABLE),
    "portable, the source's here": _Way(
        Strategy.CHECKSUM, Fingerprint.PORTABLE, frozenset({Side.SOURCE})
    ),
    "portable, both here": _Way(Strategy.CHECKSUM, Fingerprint.PORTABLE, frozenset(Side)),
}


def told(answer: RowsAnswer) -> Found:
    """The answer as far as all ways must agree on it."""
    rows: dict[Kind, list[Key]] = {}
    cells: dict[tuple[Key, str], Cause] = {}
    for each in answer.differences.findings:
        if each.column is None:
            rows.setdefault(each.kind, []).append(tuple(each.key or ()))
        else:
            assert each.cause is not None
            cell = tuple(each.key or ()), each.column
            cells[cell] = min(each.cause, cells.get(cell, each.cause))
    return Found(
        kinds=_sorted({kind: n for kind, n in answer.differences.found.items() if n}),
        rows=_sorted({kind: sorted(keys, key=repr) for kind, keys in rows.items()}),
        cells=_sorted(cells),
        accepted=_counts(answer.differences.accepted),
        counts=_counts(answer.differences.columns),
        notes=[note for note in answer.notes if not note.startswith(("source: ", "target: "))],
    )


def _counts(columns: Mapping[str, Counter[Cause]]) -> dict[str, dict[Cause, int]]:
    return _sorted({name: _sorted(causes) for name, causes in columns.items() if causes})


def _sorted(found: Mapping[Any, Any]) -> dict[Any, Any]:
    return dict(sorted(found.items(), key=repr))


def _create(name: str, content: Content, engine: str) -> str:
    lines = [
        '"{}" {}'.format(column.replace('"', '""'), _spelt(kind, engine))
        for column, kind in content.columns.items()
    ]
    if content.key:
        lines.append(f"PRIMARY KEY ({', '.join(content.key)})")
    return f"CREATE TABLE {name} ({', '.join(lines)})"


def _spelt(kind: str, engine: str) -> str:
    return _SPELT.get(engine, {}).get(kind, kind)


def _written(value: Any) -> Any:
    return value if value is None or isinstance(value, str | bytes) else str(value)
