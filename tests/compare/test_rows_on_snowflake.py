"""Rows of DuckDB against rows of Snowflake, through its own driver: what a loader leaves alone is found alike."""

from pathlib import Path
from typing import Any

import pytest
from tests.compare.two_tables import OpenTables
from tests.standins.snowflake.account import Place, Standin

from ombudsman.compare.engine import RowsAnswer
from ombudsman.connections.connection import connect
from ombudsman.connections.purpose import purpose
from ombudsman.connections.samples import duckdb_file
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.model.result import Kind
from ombudsman.model.tables import Side

COLUMNS = {
    "id": ("INTEGER", "NUMBER(38, 0)"),
    "amount": ("DECIMAL(12, 2)", "NUMBER(12, 2)"),
    "huge": ("HUGEINT", "NUMBER(38, 0)"),
    "share": ("DOUBLE", "FLOAT"),
    "paid": ("BOOLEAN", "BOOLEAN"),
    "name": ("VARCHAR", "VARCHAR(40)"),
    "day": ("DATE", "DATE"),
    "valid_to": ("TIMESTAMP", "TIMESTAMP_NTZ"),
    "picture": ("BLOB", "BINARY"),
}
"""Each column as DuckDB declares it, and as a loader does on Snowflake."""

UNSUMMED = {"share", "valid_to"}
"""Doubles have no text that both engines make alike; the stand-in cannot count billionths beyond 2262."""

ROWS = [
    "1, 1.50, 12345678901234567890123, 0.1, TRUE, 'é🦆 it''s', '2024-02-29', '9999-12-31 00:00:00'",
    "2, -0.01, -1, 1e300, FALSE, '', '0001-01-01', '9999-12-31 23:59:59.999999'",
    "3, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
    "4, 0, 0, -0.5, TRUE, 'trailing ', '1969-12-31', '1969-12-31 23:59:59.999999'",
]


@pytest.fixture(scope="module")
def place(snowflake: Standin) -> Place:
    place = snowflake.place()
    columns = ", ".join(f'"{name}" {there}' for name, (_, there) in COLUMNS.items())
    rows = "".join(f"INSERT INTO \"t\" SELECT {row}, TO_BINARY('00ff', 'HEX');" for row in ROWS)
    place.execute(f'CREATE TABLE "t" ({columns})', *rows.rstrip(";").split(";"))
    return place


CHANGES: dict[str, tuple[str | None, dict[Kind, int]]] = {
    "nothing": (None, {}),
    "a far moment": (
        "UPDATE t SET valid_to = '9999-12-31 23:59:59.999998' WHERE id = 2",
        {Kind.VALUE_DIFFERS: 1},
    ),
    "a huge number": ("UPDATE t SET huge = huge + 1 WHERE id = 1", {Kind.VALUE_DIFFERS: 1}),
    "a row": ("DELETE FROM t WHERE id = 4", {Kind.ROW_MISSING_IN_SOURCE: 1}),
}


@pytest.mark.parametrize(
    ("strategy", "change"),
    [("stream", change) for change in CHANGES]
    + [("checksum", change) for change in CHANGES if change != "a far moment"],
)
def test_exactly_what_was_changed_is_found(
    place: Place, tmp_path: Path, strategy: str, change: str
):
    damage, expected = CHANGES[change]
    columns = tuple(name for name in COLUMNS if strategy == "stream" or name not in UNSUMMED)
    answer = compared(place, source_file(tmp_path, damage), strategy=strategy, columns=columns)
    assert {kind: n for kind, n in answer.differences.found.items() if n} == expected


def source_file(folder: Path, damage: str | None = None) -> Path:
    """The source: what Snowflake was loaded with, and what was changed since."""
    path = folder / "t.duckdb"
    with duckdb_file(path) as database:
        columns = ", ".join(f'"{name}" {here}' for name, (here, _) in COLUMNS.items())
        database.execute(f"CREATE TABLE t ({columns})")
        for row in ROWS:
            database.execute(f"INSERT INTO t VALUES ({row}, unhex('00ff'))")
        if damage:
            database.execute(damage)
    return path


def compared(place: Place, path: Path, **question: Any) -> RowsAnswer:
    source, target = connect("source", DuckDbSettings(path=path)), connect("target", place.settings)
    with source, target, source.open() as ours, target.open() as theirs:
        schemas = None, place.settings.schema_name
        return OpenTables((source, target), (ours, theirs), schemas).compared(**question)


@pytest.mark.parametrize("strategy", ["stream", "checksum"])
def test_snowflake_is_told_what_every_statement_of_a_comparison_is_for(
    snowflake: Standin, place: Place, tmp_path: Path, strategy: str
):
    path, words = source_file(tmp_path, "DELETE FROM t WHERE id = 4"), f"run 7: rows by {strategy}"
    with purpose(words):
        answer = compared(place, path, strategy=strategy, columns=("id", "amount"))
    theirs = [each for each in answer.statements if each.side is Side.TARGET]
    assert theirs
    for statement in theirs:
        tags = [each["tag"] for each in snowflake.statements(statement.sql)]
        assert any(tag.endswith(words) for tag in tags), (statement.sql, tags)


@pytest.mark.parametrize("strategy", ["stream", "checksum"])
@pytest.mark.parametrize("days", [0, 1])
def test_the_evidence_says_as_of_when_each_statement_was_read(
    snowflake: Standin, tmp_path: Path, strategy: str, days: int
):
    """A table that keeps no history is read as it is now, and its statements say so."""
    place = snowflake.place()
    place.execute(
        f'CREATE TABLE "t" ("id" NUMBER(38, 0), "amount" NUMBER(12, 2)) DATA_RETENTION_TIME_IN_DAYS = {days}',
        'INSERT INTO "t" VALUES (1, 1.50), (2, 3)',
    )
    answer = compared(place, source_file(tmp_path), strategy=strategy, columns=("id", "amount"))
    theirs = [each for each in answer.statements if each.side is Side.TARGET]
    assert theirs
    for statement in theirs:
        assert (" AT(" in statement.sql) == (days > 0)
        assert str(statement.snapshot).startswith("time travel to") == (days > 0)
        assert (statement.snapshot is None) == (days == 0)


@pytest.mark.parametrize("strategy", ["stream", "checksum"])
@pytest.mark.parametrize("days", [0, 1])
def test_what_differs_in_a_table_that_keeps_no_history_is_looked_at_again(
    snowflake: Standin, tmp_path: Path, strategy: str, days: int
):
    place = snowflake.place()
    place.execute(
        f'CREATE TABLE "t" ("id" NUMBER(38, 0), "amount" NUMBER(12, 2)) DATA_RETENTION_TIME_IN_DAYS = {days}',
        'INSERT INTO "t" VALUES (1, 1.75)',
    )
    answer = compared(place, source_file(tmp_path), strategy=strategy, columns=("id", "amount"))
    assert any("the target was not pinned" in note for note in answer.notes) == (days == 0)
    assert answer.differences.found == {Kind.ROW_MISSING_IN_TARGET: 3, Kind.VALUE_DIFFERS: 1}
