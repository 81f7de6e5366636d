"""Whole queries that people write are accepted and give the rows they say, under either side's names."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from tests.sql.guard.samples import QUERY_TABLES, corpus, in_duckdb

from ombudsman.model.errors import RuleInvalid
from ombudsman.sql.queries import parse_query

QUERIES = corpus("accepted_queries")
BARE = {name: name for name in ("a",)}

RENAMED = {
    "sales.orders": (
        "dwh.fact order",
        {"id": "order", "customer": "customer_key", "amount": 'amt"', "ordered": "group"},
    ),
    "sales.customers": ("dwh.dim", {"id": "customer_key", "name": "id"}),
    "t": ("dwh.t", {"a": "b"}),
}


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables in their own schema, and renamed in another."""
    with in_duckdb() as connection:
        connection.execute("CREATE SCHEMA dwh")
        connection.execute(
            'CREATE TABLE dwh."fact order" AS SELECT status, 1 AS batch, ordered AS "group", amount AS "amt""",'
            ' customer AS customer_key, id AS "order" FROM sales.orders'
        )
        connection.execute(
            "CREATE TABLE dwh.dim AS SELECT city, name AS id, id AS customer_key FROM sales.customers"
        )
        connection.execute("CREATE TABLE dwh.t AS SELECT a AS b FROM t")
        connection.execute("CREATE VIEW orders AS FROM sales.orders")
        yield connection


def _rows(connection: Any, statement: str) -> Counter[Any]:
    return Counter(connection.execute(statement).fetchall())


@pytest.mark.parametrize("text", QUERIES["duckdb"])
def test_our_rendering_gives_the_rows_of_the_text_itself(duck: Any, text: str):
    query = parse_query(text, dialect="duckdb", tables=QUERY_TABLES)
    assert _rows(duck, query.render("duckdb")) == _rows(duck, text)


@pytest.mark.parametrize("text", QUERIES["duckdb"])
def test_renamed_tables_give_the_same_rows_under_the_same_names(duck: Any, text: str):
    query = parse_query(text, dialect="duckdb", tables=QUERY_TABLES)
    renamed = query.render("duckdb", RENAMED)
    assert _rows(duck, renamed) == _rows(duck, text)
    assert tuple(each[0] for each in duck.execute(renamed).description) == query.columns


@pytest.mark.parametrize(
    ("dialect", "text"),
    [(dialect, text) for dialect, texts in QUERIES["other"].items() for text in texts],
)
def test_duckdb_runs_what_was_written_for_another_engine(duck: Any, dialect: str, text: str):
    query = parse_query(text, dialect=dialect, tables=QUERY_TABLES)
    assert _rows(duck, query.render("duckdb")) == _rows(duck, query.render("duckdb", RENAMED))
    assert query.render(dialect) == query.canonical


@pytest.mark.parametrize("text", QUERIES["duckdb"])
def test_a_limit_caps_the_rows(duck: Any, text: str):
    query = parse_query(text, dialect="duckdb", tables=QUERY_TABLES)
    capped = duck.execute(query.render("duckdb", limit=1)).fetchall()
    assert len(capped) == min(1, len(duck.execute(text).fetchall()))


@pytest.mark.parametrize("text", QUERIES["duckdb"])
@pytest.mark.parametrize("dialect", ["postgres", "tsql", "snowflake", "sqlite"])
def test_another_engine_is_given_one_select_or_a_reason(dialect: str, text: str):
    query = parse_query(text, dialect="duckdb", tables=QUERY_TABLES)
    try:
        rendered = query.render(dialect, RENAMED, limit=10)
    except RuleInvalid:
        return
    again = parse_query(
        rendered,
        dialect=dialect,
        tables={
            "dwh.fact order": ["order", "customer_key", 'amt"', "group", "status"],
            "dwh.dim": ["customer_key", "id", "city"],
            "dwh.t": ["b"],
        },
    )
    assert len(again.columns) == len(query.columns)
    assert len(again.tables) == len(query.tables)
