"""Where a side is not pinned, what differs is read again: what differs no longer is gone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.compare.two_tables import TwoTables
from tests.postgres_server import PostgresServer

from ombudsman.compare import differences
from ombudsman.compare.engine import RowsAnswer
from ombudsman.compare.plan import Strategy
from ombudsman.connections.adapter import Pin
from ombudsman.connections.engine_postgres import PostgresAdapter
from ombudsman.measures.under_way import HowFar, UnderWay
from ombudsman.model.equality import Equality
from ombudsman.model.result import Kind
from ombudsman.model.rows import Cause
from ombudsman.model.tables import Side

pytestmark = pytest.mark.postgres

UNPINNED = Pin(words=None, note="every statement sees its own moment")


@pytest.fixture
def unpinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that exports no snapshot."""
    monkeypatch.setattr(PostgresAdapter, "pin", lambda self: UNPINNED)  # noqa: ARG005


@pytest.fixture
def tables(tmp_path: Path, postgres: PostgresServer) -> TwoTables:
    """Ten rows; of the target 2 and 3 are changed, 4 is missing, -5 extra, and 6 is spelt otherwise."""
    made = "SELECT i AS id, CAST('name ' || i AS TEXT) AS name FROM generate_series(1, 10) AS r(i)"
    return TwoTables(("postgresql", "postgresql"), tmp_path, postgres).make(
        [f"CREATE TABLE t AS {made}"],
        [
            f"CREATE TABLE t AS {made}",
            "UPDATE t SET name = name || '!' WHERE id IN (2, 3)",
            "DELETE FROM t WHERE id = 4",
            "INSERT INTO t VALUES (-5, 'extra')",
            "UPDATE t SET name = UPPER(name) WHERE id = 6",
        ],
    )


def while_read(tables: TwoTables, act: Callable[[], None], **question: Any) -> RowsAnswer:
    """Compares; `act` happens when the first look is over, and before the second begins."""

    def watch(how_far: HowFar) -> None:
        if how_far.stage == "second look" and not how_far.done:
            act()

    with tables.open() as opened:
        return opened.compared(under_way=UnderWay(watch), **question)


def mend(tables: TwoTables) -> None:
    """What a person who writes to the target does meanwhile: 2 is put right, 4 arrives, -5 goes."""
    tables.run(
        Side.TARGET,
        [
            "UPDATE t SET name = 'name 2' WHERE id = 2",
            "INSERT INTO t VALUES (4, 'name 4')",
            "DELETE FROM t WHERE id = -5",
        ],
    )


FORGIVING = {"name": Equality(letter_case="ignored")}


@pytest.mark.usefixtures("unpinned")
@pytest.mark.parametrize("strategy", [Strategy.STREAM, Strategy.CHECKSUM])
def test_what_differs_no_longer_is_gone(tables: TwoTables, tmp_path: Path, strategy: Strategy):
    rows_file, repair_file = tmp_path / "rows.parquet", tmp_path / "repair.sql"
    answer = while_read(
        tables,
        lambda: mend(tables),
        strategy=strategy,
        equality=FORGIVING,
        rows_file=rows_file,
        repair_file=repair_file,
    )
    found = answer.differences
    assert found.found == {Kind.VALUE_DIFFERS: 1}
    assert [finding.key for finding in found.findings] == [(3,)]
    assert found.accepted == {"name": {Cause.LETTER_CASE: 1}}  # row 6, which was read once
    assert sum(group.accepted for group in found.causes.groups()) == 1
    assert sum(group.cells for group in found.causes.groups()) == 2
    which = "for the source and the target were not pinned"
    told = f"4 differing keys were read again, {which}: 3 of them gone on second look"
    assert told in answer.notes
    assert duckdb.sql(f"SELECT key FROM '{rows_file}'").fetchall() == [('["3"]',)]
    updates = [line for line in repair_file.read_text().splitlines() if line.endswith(";")]
    assert len(updates) == 3  # begin, one, commit


@pytest.mark.usefixtures("unpinned")
def test_what_differs_still_is_found(tables: TwoTables):
    answer = while_read(tables, lambda: None, equality=FORGIVING)
    assert answer.differences.found.total() == 4
    assert "all differ still" in answer.notes[-1]


@pytest.mark.usefixtures("unpinned")
def test_a_row_that_changes_its_way_of_differing_is_told_as_it_is_now(tables: TwoTables):
    answer = while_read(
        tables, lambda: tables.run(Side.TARGET, "DELETE FROM t WHERE id = 2"), equality=FORGIVING
    )
    assert answer.differences.found == {
        Kind.VALUE_DIFFERS: 1,
        Kind.ROW_MISSING_IN_TARGET: 2,
        Kind.ROW_MISSING_IN_SOURCE: 1,
    }


@pytest.mark.usefixtures("unpinned")
def test_equal_tables_need_no_second_look(tables: TwoTables):
    answer = tables.compared(where=("id > 6",))
    assert answer.differences.rows == 0
    assert not any("read again" in note or "second look" in note for note in answer.notes)


@pytest.mark.usefixtures("unpinned")
def test_too_many_differing_keys_are_not_read_again(
    tables: TwoTables, monkeypatch: pytest.MonkeyPatch
):
    for module in ("differences", "second_look"):
        monkeypatch.setattr(f"ombudsman.compare.{module}.DIFFERING_KEPT", 3)
    answer = tables.compared(equality=FORGIVING)
    assert answer.differences.found.total() == 4
    assert "no second look" in answer.notes[-1]
    assert "more than 3 keys differ" in answer.notes[-1]
    assert differences.DIFFERING_KEPT == 3


@pytest.mark.usefixtures("unpinned")
def test_rows_without_a_key_are_not_read_again(tables: TwoTables):
    answer = tables.compared(key=())
    assert answer.differences.rows
    assert "rows without a key cannot be sought" in answer.notes[-1]


@pytest.mark.usefixtures("unpinned")
@pytest.mark.parametrize("key", [("id", "name"), ("name",)])
def test_keys_of_texts_and_of_several_columns_are_sought(tables: TwoTables, key: tuple[str, ...]):
    first = tables.compared(key=key)
    assert any("all differ still" in note for note in first.notes)
    answer = while_read(tables, lambda: mend(tables), key=key)
    assert any("gone on second look" in note for note in answer.notes)
    assert answer.differences.rows < first.differences.rows


def test_a_pinned_side_is_not_read_again(tables: TwoTables):
    answer = tables.compared()
    assert answer.differences.rows
    assert not any("read again" in note or "second look" in note for note in answer.notes)


@pytest.mark.usefixtures("unpinned")
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("UUID", ("'6f9619ff-8b86-d011-b42d-00cf4fc964ff'", "NULL")),
        ("DATE", ("DATE '2024-02-29'", "DATE '0001-01-01'")),
        ("CHAR(5)", ("'A'", "''")),
        ("NUMERIC(30,0)", ("12345678901234567890", "1")),
        ("INTEGER", ("NULL", "-1")),
        ("TEXT", ("'it''s'", "'é '")),
    ],
)
def test_keys_of_other_types_are_found_again_or_left_with_a_word(
    tmp_path: Path, postgres: PostgresServer, kind: str, values: tuple[str, str]
):
    """A row that were not found again would be told as gone, and would pass."""
    one, other = values
    two = TwoTables(("postgresql", "postgresql"), tmp_path, postgres).make(
        [
            f"CREATE TABLE t (id {kind}, a INTEGER)",
            f"INSERT INTO t VALUES ({one}, 1), ({other}, 2)",
        ],
        [f"CREATE TABLE t (id {kind}, a INTEGER)", f"INSERT INTO t VALUES ({one}, 9)"],
    )
    answer = two.compared()
    assert answer.differences.found == {Kind.VALUE_DIFFERS: 1, Kind.ROW_MISSING_IN_TARGET: 1}
    assert "all differ still" in answer.notes[-1] or "no second look" in answer.notes[-1]
