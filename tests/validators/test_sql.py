"""The SQL of every validator on every engine is what the snapshots say, and in words that the engine knows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from tests.validators import sql_examples
from tests.validators.names import NAMES
from tests.validators.sql_examples import ENGINES, open_shop, read_examples, reason_for_none
from tests.validators.sql_layout import laid_out
from tests.validators.sql_rules import breaches
from tests.validators.sql_snapshots import FOLDER, wanted

from ombudsman.connections.literals import writing_dialect
from ombudsman.connections.snowflake_dialect import snowflake_dialect

WRONG = {
    "mssql": {
        "SELECT a FROM t WHERE (a IS NULL) = 1": "a condition is no value: a IS NULL",
        "SELECT CASE WHEN flag THEN 1 END AS n FROM t": "a value is no condition: flag",
        "SELECT a FROM t WHERE NOT flag": "a value is no condition: flag",
        "SELECT a > 1 AS big FROM t": "a condition is no value: a > 1",
        "SELECT a FROM t WHERE a > 1 AND TRUE": "no TRUE",
        "SELECT COUNT_BIG(*) AS n, a FROM t": "not grouped by a",
        "SELECT a FROM t GROUP BY 1": "no group 1",
        "SELECT a FROM t LIMIT 10": "no LIMIT",
        "SELECT a || b AS c FROM t": "no ||",
        "SELECT count(*) AS n FROM t": "no function count",
        "SELECT STDDEV_SAMP(a) AS n FROM t": "no function STDDEV_SAMP",
        "SELECT DATE_TRUNC('day', a) AS d FROM t": "no function DATE_TRUNC",
        "SELECT CAST(a AS DOUBLE) AS n FROM t": "no type DOUBLE",
        "SELECT CAST(a AS BOOLEAN) AS n FROM t": "no type BOOLEAN",
        "SELECT SUM(a) FILTER (WHERE a > 1) AS n FROM t": "no FILTER",
        "SELECT a FROM t ORDER BY a NULLS LAST": "no NULLS",
        "SELECT LEAD(a) OVER (PARTITION BY b) AS n FROM t": "no order in LEAD(a) OVER (PARTITION BY b)",
        "SELECT x.a FROM (SELECT a FROM t ORDER BY a) AS x": "an order inside, without TOP",
        "SELECT SUM(CASE WHEN EXISTS(SELECT 1 AS x) THEN 1 END) AS n FROM t": "an aggregate over a subquery",
        "SELECT a AS current FROM t": "current is no name",
        "SELECT a FROM t; SELECT b FROM t": "it is not one query",
        "DELETE FROM t": "it is not one query",
    },
    "snowflake": {
        "SELECT STDEV(a) AS n FROM t": "no function STDEV",
        "SELECT a AS following FROM t": "following is no name",
        "SELECT CAST(a AS NVARCHAR) AS n FROM t": "no type NVARCHAR",
        "SELECT HASHBYTES('MD5', a) AS n FROM t": "no function HASHBYTES",
    },
    "postgresql": {"SELECT ISFINITELY(a) AS n FROM t": "no function ISFINITELY"},
    "duckdb": {"SELECT a, MAX(b) AS n FROM t": "not grouped by a"},
}
"""Statements that a parser reads, and what the engine would fail of."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Path, str]]:
    with open_shop(tmp_path_factory.mktemp("shop")) as shop:
        yield dict(wanted(shop))


def test_every_validator_is_asked_something_or_says_why_it_asks_nothing():
    assert sorted(read_examples().examples) == NAMES


def test_the_snapshots_are_what_would_be_asked(files: dict[Path, str]):
    there = {path: path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.sql")}

    assert sorted(there) == sorted(files), "run `make snapshots`"
    differing = [str(path.relative_to(FOLDER)) for path, sql in files.items() if there[path] != sql]
    assert not differing, "run `make snapshots`, and read what has changed"


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_is_asked_by_every_validator(files: dict[Path, str], engine: str):
    asked = {path.parent.name for path in files if path.name.startswith(f"{engine}_")}

    assert asked == {name for name in NAMES if reason_for_none(name) is None}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_statement_is_one_query_in_words_that_the_engine_knows(
    files: dict[Path, str], engine: str
):
    wrong = {
        str(path.relative_to(FOLDER)): found
        for path, sql in _of(engine, files)
        if (found := list(dict.fromkeys(breaches(sql, engine))))
    }
    assert not wrong


@pytest.mark.parametrize(
    ("engine", "sql", "expected"),
    [(engine, sql, told) for engine, cases in WRONG.items() for sql, told in cases.items()],
)
def test_what_an_engine_would_fail_of_is_told(engine: str, sql: str, expected: str):
    assert any(each.startswith(expected) for each in breaches(sql, engine))


def test_laying_out_changes_nothing_but_the_space_between_words():
    sql = "SELECT a, 'x,  y' AS b \nFROM (SELECT a FROM t WHERE a BETWEEN 1 AND 2 AND c OR d) AS t"
    laid = laid_out(sql, "duckdb")

    assert [each.text for each in sqlglot.tokenize(laid)] == [
        each.text for each in sqlglot.tokenize(sql)
    ]
    assert laid.splitlines() == [
        "SELECT a,",
        "  'x,  y' AS b",
        "FROM (",
        "  SELECT a",
        "  FROM t",
        "  WHERE a BETWEEN 1 AND 2",
        "    AND c",
        "    OR d",
        ") AS t",
    ]


def _of(engine: str, files: dict[Path, str]) -> Iterator[tuple[Path, str]]:
    return ((path, sql) for path, sql in files.items() if path.name.startswith(f"{engine}_"))


def test_the_dialect_of_snowflakes_connections_writes_what_the_snapshots_show(
    files: dict[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        sql_examples, "rendering_dialect", lambda _: writing_dialect(snowflake_dialect)
    )
    with open_shop(tmp_path) as shop:
        written = {
            FOLDER / name / f"snowflake_{number}_{each.example}_{each.sides}.sql": each.sql
            for name in NAMES
            if reason_for_none(name) is None
            for number, each in enumerate(shop.asked(name, "snowflake"), 1)
        }
    shown = {path: sql for path, sql in files.items() if path.name.startswith("snowflake_")}
    assert written == shown
