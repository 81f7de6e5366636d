"""A sample: the same rows on both sides, whichever the engines and the way, and honest words of what it says."""

import re
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from tests.compare.two_tables import TwoTables
from tests.postgres_server import PostgresServer

from ombudsman.compare.plan import Strategy
from ombudsman.model.equality import Equality
from ombudsman.model.errors import Unsupported
from ombudsman.model.result import Kind
from ombudsman.model.tables import Side

pytestmark = pytest.mark.postgres

ROWS = 4_000
PAIRS = [
    ("duckdb", "duckdb"),
    ("postgresql", "postgresql"),
    ("postgresql", "duckdb"),
    ("duckdb", "postgresql"),
]
Make = Callable[[tuple[str, str]], TwoTables]


@pytest.fixture
def two_tables(tmp_path: Path, postgres: PostgresServer) -> Make:
    return lambda engines: TwoTables(engines, tmp_path, postgres)


def _numbers(engine: str, rows: int) -> str:
    made = (
        f"range({rows}) AS r(i)"
        if engine == "duckdb"
        else f"generate_series(0, {rows - 1}) AS r(i)"
    )
    return (
        "CREATE TABLE t AS SELECT CAST(i AS BIGINT) AS id, CAST('é' || i AS VARCHAR) AS name,"
        f" CAST(i AS INTEGER) AS price FROM {made}"
    )


def _made(two_tables: Make, engines: tuple[str, str], *damage: str, rows: int = ROWS) -> TwoTables:
    source, target = ([_numbers(engine, rows)] for engine in engines)
    return two_tables(engines).make(source, [*target, *damage])


@pytest.mark.parametrize("engines", PAIRS)
def test_both_sides_choose_the_same_rows(two_tables: Make, engines: tuple[str, str]):
    tables = _made(two_tables, engines)
    ways = (Strategy.AUTO, Strategy.STREAM, Strategy.CHECKSUM)
    for key, strategy in product((("id",), ("name",), ("id", "name")), ways):
        answer = tables.compared(key=key, sample=500, strategy=strategy)
        source, target = answer.rows
        assert source == target
        assert 400 < source < 600
        assert answer.differences.rows == 0
        assert re.fullmatch(
            rf"0 of {source} sampled rows differ: at most 0\.\d+ % of all rows differ, with 95 % confidence",
            answer.sampled or "",
        )


@pytest.mark.parametrize("engines", PAIRS)
def test_differences_in_the_sample_are_told_with_what_they_say_of_all(
    two_tables: Make, engines: tuple[str, str]
):
    tables = _made(
        two_tables,
        engines,
        "UPDATE t SET price = -1 WHERE id % 10 = 1",
        "DELETE FROM t WHERE id % 10 = 2",
        f"INSERT INTO t SELECT id + {ROWS}, name, price FROM t WHERE id % 10 = 3",
    )
    answer = tables.compared(sample=1_000)
    found = answer.differences.found
    assert set(found) == {
        Kind.VALUE_DIFFERS,
        Kind.ROW_MISSING_IN_TARGET,
        Kind.ROW_MISSING_IN_SOURCE,
    }
    assert answer.sampled is not None
    differing, looked, low, high = re.fullmatch(
        r"(\d+) of ([\d,]+) sampled rows differ: between ([\d.]+) % and ([\d.]+) % of all rows differ,"
        r" with 95 % confidence",
        answer.sampled,
    ).groups()  # type: ignore[union-attr]
    assert int(differing) == found.total()
    assert int(looked.replace(",", "")) == answer.rows[0] + found[Kind.ROW_MISSING_IN_SOURCE]
    assert float(low) < 1_200 / 4_400 * 100 < float(high)
    assert tables.compared(sample=1_000).differences.found == found  # the same rows again


def test_a_sample_as_large_as_the_table_is_the_table(two_tables: Make):
    answer = _made(two_tables, ("duckdb", "duckdb"), "DELETE FROM t WHERE id = 7").compared(
        sample=ROWS
    )
    assert answer.sampled is None
    assert answer.differences.found == {Kind.ROW_MISSING_IN_TARGET: 1}


def test_a_sample_of_nothing_says_nothing(two_tables: Make):
    answer = _made(two_tables, ("duckdb", "duckdb"), rows=0).compared(sample=5)
    assert answer.sampled is None
    assert answer.rows == (0, 0)


def test_a_limit_leaves_nothing_to_be_said_of_all_rows(two_tables: Make):
    tables = _made(two_tables, ("duckdb", "duckdb"), "UPDATE t SET price = -1")
    answer = tables.compared(sample=500, limit=1)
    assert answer.at_least
    assert answer.sampled is not None
    assert "of all rows nothing is said" in answer.sampled


def test_a_sample_obeys_a_condition(two_tables: Make):
    tables = _made(two_tables, ("postgresql", "duckdb"))
    answer = tables.compared(sample=200, where=("id < 1000",))
    assert 140 < answer.rows[0] < 260
    assert answer.rows[0] == answer.rows[1]


@pytest.mark.parametrize(
    ("kind", "key", "equality"),
    [
        ("INTEGER", (), Equality()),
        ("TEXT", ("id",), Equality(letter_case="ignored")),
        ("JSON", ("id",), Equality()),
    ],
)
def test_keys_by_which_the_sides_could_choose_differently_are_refused(
    two_tables: Make, kind: str, key: tuple[str, ...], equality: Equality
):
    tables = two_tables(("duckdb", "duckdb")).make(
        *([f"CREATE TABLE t (id {kind}, a INTEGER)"] for _ in Side)
    )
    with pytest.raises(Unsupported, match=r"sampled|choose"):
        tables.compared(key=key, sample=10, equality={"id": equality})
