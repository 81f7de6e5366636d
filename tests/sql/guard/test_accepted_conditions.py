"""What people write is accepted, and chooses the same rows on every engine as it says.

Where an engine is at hand, it reads the person's own text; elsewhere DuckDB reads what we made of it.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from tests.postgres_server import PostgresServer
from tests.sql.guard.samples import COLUMNS, ROWS, corpus, in_duckdb, in_sqlite

from ombudsman.sql.conditions import Condition, parse_condition

CONDITIONS = corpus("accepted_conditions")


def _texts(*sections: str) -> list[str]:
    return [text for section in sections for text in CONDITIONS[section]]


def _read(text: str, dialect: str) -> Condition:
    return parse_condition(text, dialect=dialect, columns=COLUMNS, table="t")


def _chosen(connection: Any, condition: str) -> list[int]:
    rows = connection.execute(f"SELECT id FROM t WHERE (\n{condition}\n) ORDER BY id").fetchall()
    return [row[0] for row in rows]


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with in_duckdb() as connection:
        yield connection


@pytest.fixture(scope="module")
def sqlite() -> Iterator[sqlite3.Connection]:
    connection = in_sqlite()
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def pg(postgres: PostgresServer) -> Iterator[Any]:
    postgres.create_database("guard")
    with postgres.connect("guard") as connection:
        connection.execute(
            "CREATE TABLE t (id int, a int, b int, c text, d date, e numeric(10, 2), f boolean,"
            " g double precision, h timestamp)"
        )
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO t VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)", ROWS)
        yield connection


@pytest.mark.parametrize("text", _texts("duckdb", "duckdb_and_sqlite"))
def test_duckdb_reads_our_rendering_as_the_text_itself(duck: Any, text: str):
    assert _chosen(duck, _read(text, "duckdb").render("duckdb")) == _chosen(duck, text)


@pytest.mark.parametrize("text", _texts("duckdb_and_sqlite"))
def test_sqlite_chooses_the_rows_that_duckdb_chooses(duck: Any, sqlite: Any, text: str):
    assert _chosen(sqlite, _read(text, "duckdb").render("sqlite")) == _chosen(duck, text)


@pytest.mark.postgres
@pytest.mark.parametrize("text", _texts("duckdb_and_sqlite"))
def test_postgres_chooses_the_rows_that_duckdb_chooses(duck: Any, pg: Any, text: str):
    assert _chosen(pg, _read(text, "duckdb").render("postgres")) == _chosen(duck, text)


@pytest.mark.postgres
@pytest.mark.parametrize("text", _texts("postgres"))
def test_postgres_reads_our_rendering_as_the_text_itself(pg: Any, text: str):
    assert _chosen(pg, _read(text, "postgres").render("postgres")) == _chosen(pg, text)


@pytest.mark.postgres
@pytest.mark.parametrize("text", _texts("postgres"))
def test_duckdb_chooses_the_rows_that_postgres_chooses(duck: Any, pg: Any, text: str):
    assert _chosen(duck, _read(text, "postgres").render("duckdb")) == _chosen(pg, text)


@pytest.mark.parametrize("text", _texts("sqlite"))
def test_sqlite_reads_our_rendering_as_the_text_itself(sqlite: Any, text: str):
    assert _chosen(sqlite, _read(text, "sqlite").render("sqlite")) == _chosen(sqlite, text)


@pytest.mark.parametrize(
    ("dialect", "text"),
    [(dialect, text) for dialect in ("tsql", "snowflake") for text in _texts(dialect)],
)
def test_duckdb_can_run_what_was_written_for_another_engine(duck: Any, dialect: str, text: str):
    condition = _read(text, dialect)
    _chosen(duck, condition.render("duckdb"))
    assert condition.render(dialect) == condition.canonical
