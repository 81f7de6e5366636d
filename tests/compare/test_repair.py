"""A repair script makes the target equal to the source: by hand it is run here, and the tables are compared again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.compare.two_tables import TwoTables
from tests.postgres_server import PostgresServer

from ombudsman.compare.plan import Strategy
from ombudsman.model.equality import Equality
from ombudsman.model.errors import Unsupported
from ombudsman.model.tables import Side

pytestmark = pytest.mark.postgres

TARGETS = ("duckdb", "postgresql")

COLUMNS = """
    id BIGINT, truth BOOLEAN, small SMALLINT, price DECIMAL(12,3), weight DOUBLE PRECISION, score REAL, day DATE,
    moment TIMESTAMP, instant TIMESTAMP WITH TIME ZONE, clock TIME, name VARCHAR(60), raw {bytes}, u UUID
"""
ROW = (
    "{id}, {truth}, {small}, {price}, CAST('{weight}' AS DOUBLE PRECISION), CAST('0.1' AS REAL), {day},"
    " {at}, {instant}, TIME '23:59:59.999999', {name}, {raw},"
    " '6f9619ff-8b86-d011-b42d-00cf4fc964ff'"
)
PLAIN = {
    "truth": "true",
    "small": "7",
    "price": "1.250",
    "weight": "0.1",
    "day": "DATE '2024-02-29'",
    "at": "TIMESTAMP '2024-02-29 12:34:56.789012'",
    "instant": "TIMESTAMPTZ '2024-02-29 12:34:56+02:00'",
    "name": "'it''s \\ 100% :x \"quoted\"'",
    "raw": "'abc'",
}
NULLS = dict.fromkeys(PLAIN, "NULL") | {"weight": "0.5"}
EXTREME = {
    "truth": "false",
    "small": "-32768",
    "price": "-999999999.999",
    "weight": "1e-300",
    "day": "DATE '9999-12-31'",
    "at": "TIMESTAMP '0001-01-01 00:00:00'",
    "instant": "TIMESTAMPTZ '1969-12-31 23:59:59.999999+00'",
    "name": "'🔑 -- ; é' || chr(10) || 'DROP'",
    "raw": "'x'",
}
ODD = {
    "truth": "true",
    "small": "0",
    "price": "0.001",
    "weight": "NaN",
    "day": "DATE '1752-09-14'",
    "at": "TIMESTAMP '9999-12-31 23:59:59.999999'",
    "instant": "TIMESTAMPTZ '2024-01-01 00:00:00+00'",
    "name": "''",
    "raw": "''",
}


def row(number: int, values: dict[str, str], **changed: str) -> str:
    return f"({ROW.format(id=number, **(values | changed))})"


def filled(engine: str, *rows: str) -> list[str]:
    columns = COLUMNS.format(bytes="BLOB" if engine == "duckdb" else "BYTEA")
    return [f"CREATE TABLE t ({columns})", f"INSERT INTO t VALUES {', '.join(rows)}"]


@pytest.fixture
def two_tables(tmp_path: Path, postgres: PostgresServer) -> Callable[[str, str], TwoTables]:
    return lambda source, target: TwoTables((source, target), tmp_path, postgres)


def mended(tables: TwoTables, path: Path, **question: Any) -> str:
    """Runs the script by hand; afterwards both sides are equal."""
    before = tables.compared(repair_file=path, **question)
    assert before.differences.rows
    script = path.read_text()
    tables.run(Side.TARGET, script)
    assert tables.compared(**question).differences.rows == 0
    assert not path.with_name(path.name + ".part").exists()
    return script


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("source", TARGETS)
@pytest.mark.parametrize("strategy", [Strategy.STREAM, Strategy.AUTO])
def test_the_script_makes_the_target_equal(
    two_tables: Callable[[str, str], TwoTables],
    tmp_path: Path,
    source: str,
    target: str,
    strategy: Strategy,
):
    tables = two_tables(source, target).make(
        filled(
            source,
            row(1, PLAIN),
            row(2, EXTREME),
            row(3, NULLS),
            row(4, ODD),
            row(5, PLAIN),
            row(6, NULLS),
        ),
        filled(
            target,
            row(2, PLAIN),
            row(3, EXTREME),
            row(4, NULLS),
            row(5, PLAIN, name="'other'", price="1.251"),
            row(6, NULLS),
            row(-7, ODD),
        ),
    )
    script = mended(tables, tmp_path / "repair.sql", strategy=strategy)
    statements = [line for line in script.splitlines() if not line.startswith("--")]
    assert statements[0] == "BEGIN TRANSACTION;"
    assert statements[-1] == "COMMIT;"
    assert sum(line.startswith("DELETE") for line in statements) == 1
    assert sum(line.startswith("INSERT") for line in statements) == 1
    (update,) = (line for line in statements if line.endswith(' WHERE "id" = 5;'))
    assert '"price" = 1.250' in update
    assert '"name" = ' in update
    assert '"day"' not in update  # what agrees is left alone


def test_the_script_says_what_it_is_and_that_it_was_not_run(
    two_tables: Callable[[str, str], TwoTables], tmp_path: Path
):
    tables = two_tables("duckdb", "postgresql").make(
        ["CREATE TABLE t (id INTEGER, a TEXT)", "INSERT INTO t VALUES (1, 'x'), (2, 'y')"],
        ["CREATE TABLE t (id INTEGER, a TEXT, own TEXT)", "INSERT INTO t VALUES (1, 'z', 'kept')"],
    )
    path = tmp_path / "repair.sql"
    tables.compared(repair_file=path)
    assert path.read_text().splitlines() == [
        "-- What would make the target public.t equal to the source main.t.",
        "-- It was written by a comparison of their rows, and was not run. Read it before you do.",
        "-- Columns that were not compared have no value in what is inserted: own.",
        "BEGIN TRANSACTION;",
        'UPDATE "public"."t" SET "a" = \'x\' WHERE "id" = 1;',
        'INSERT INTO "public"."t" ("id", "a") VALUES (2, \'y\');',
        "COMMIT;",
    ]
    assert tables.rows(Side.TARGET, "SELECT * FROM t") == [(1, "z", "kept")]


DUPLICATES = {
    "source": "(1, 'a'), (1, 'a'), (1, 'b'), (2, 'x'), (3, 'q'), (3, 'r'), (NULL, 'n'), (5, 'e'), (5, 'e')",
    "target": "(1, 'a'), (1, 'c'), (2, 'x'), (2, 'x'), (3, 'r'), (3, 'q'), (NULL, 'm'), (4, 'z'), (4, 'z')",
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("key", [("id",), ()])
def test_rows_that_repeat_are_written_anew(
    two_tables: Callable[[str, str], TwoTables], tmp_path: Path, target: str, key: tuple[str, ...]
):
    made = [
        ["CREATE TABLE t (id INTEGER, a TEXT)", f"INSERT INTO t VALUES {DUPLICATES[side]}"]
        for side in Side
    ]
    tables = two_tables("postgresql", target).make(*made)
    script = mended(tables, tmp_path / "repair.sql", key=key)
    assert '"id" IS NULL' in script
    assert '"id" = 3' not in script  # the same rows in another order


@pytest.mark.parametrize("target", TARGETS)
def test_rows_that_repeat_are_left_alone_where_they_have_more_columns(
    two_tables: Callable[[str, str], TwoTables], tmp_path: Path, target: str
):
    tables = two_tables("duckdb", target).make(
        ["CREATE TABLE t (id INTEGER, a TEXT)", f"INSERT INTO t VALUES {DUPLICATES['source']}"],
        [
            "CREATE TABLE t (id INTEGER, a TEXT, own INTEGER DEFAULT 1)",
            f"INSERT INTO t (id, a) VALUES {DUPLICATES['target']}",
        ],
    )
    path = tmp_path / "repair.sql"
    tables.compared(repair_file=path)
    remarks = [line for line in path.read_text().splitlines() if line.startswith("-- [")]
    assert sorted(json.loads(line[3:].split(": ")[0])[0] for line in remarks) == ["1", "2"]
    tables.run(Side.TARGET, path.read_text())
    left = tables.compared().differences
    assert {finding.key for finding in left.findings} == {(1,), (2,)}


@pytest.mark.parametrize("target", TARGETS)
def test_a_padded_key_finds_the_text_that_it_became(
    two_tables: Callable[[str, str], TwoTables], tmp_path: Path, target: str
):
    tables = two_tables("postgresql", target).make(
        ["CREATE TABLE t (id CHAR(6), a TEXT)", "INSERT INTO t VALUES ('A', 'x'), ('B', 'y')"],
        [
            "CREATE TABLE t (id VARCHAR(6), a TEXT)",
            "INSERT INTO t VALUES ('A', 'z'), ('B  ', 'z'), ('C ', 'z')",
        ],
    )
    mended(tables, tmp_path / "repair.sql")
    assert tables.rows(Side.TARGET, "SELECT COUNT(*) FROM t") == [(2,)]


def test_whole_numbers_become_truth_values_again(
    two_tables: Callable[[str, str], TwoTables], tmp_path: Path
):
    tables = two_tables("duckdb", "postgresql").make(
        ["CREATE TABLE t (id INTEGER, a INTEGER)", "INSERT INTO t VALUES (1, 1), (2, 0)"],
        ["CREATE TABLE t (id INTEGER, a BOOLEAN)", "INSERT INTO t VALUES (1, false)"],
    )
    mended(tables, tmp_path / "repair.sql")


def test_a_forgiven_cell_is_left_as_it_is(
    two_tables: Callable[[str, str], TwoTables], tmp_path: Path
):
    tables = two_tables("duckdb", "duckdb").make(
        [
            "CREATE TABLE t (id INTEGER, a TEXT, b INTEGER)",
            "INSERT INTO t VALUES (1, 'x', 1), (2, 'y', 2)",
        ],
        [
            "CREATE TABLE t (id INTEGER, a TEXT, b INTEGER)",
            "INSERT INTO t VALUES (1, 'X', 9), (2, 'Y', 2)",
        ],
    )
    mended(tables, tmp_path / "repair.sql", equality={"a": Equality(letter_case="ignored")})
    assert tables.rows(Side.TARGET, "SELECT * FROM t ORDER BY id") == [(1, "X", 1), (2, "Y", 2)]


def test_a_limit_is_told_in_the_script(two_tables: Callable[[str, str], TwoTables], tmp_path: Path):
    tables = two_tables("duckdb", "duckdb").make(
        ["CREATE TABLE t AS SELECT i AS id FROM range(10) AS r(i)"], ["CREATE TABLE t (id BIGINT)"]
    )
    path = tmp_path / "repair.sql"
    answer = tables.compared(repair_file=path, limit=1)
    assert answer.at_least
    assert "stopped at its limit" in path.read_text()


@pytest.mark.parametrize(
    ("kinds", "equality"),
    [
        (("TEXT", "TEXT"), Equality(letter_case="ignored")),
        (("UUID", "TEXT"), Equality()),
        (("INTEGER", "TEXT"), Equality()),
        (("JSON", "JSON"), Equality()),
    ],
)
def test_rows_that_no_statement_can_name_are_refused_before_anything_is_read(
    two_tables: Callable[[str, str], TwoTables],
    tmp_path: Path,
    kinds: tuple[str, str],
    equality: Equality,
):
    tables = two_tables("duckdb", "duckdb").make(
        *([f"CREATE TABLE t (id {kind}, a TEXT)"] for kind in kinds)
    )
    path = tmp_path / "repair.sql"
    with pytest.raises(Unsupported, match="no repair script"):
        tables.compared(repair_file=path, equality={"id": equality})
    assert not path.exists()
