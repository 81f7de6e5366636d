"""The rows of a driver without Arrow, as Arrow: types are read off values, and nothing is guessed."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
import sqlalchemy as sa

from ombudsman.connections import sqlserver_stream
from ombudsman.connections.sqlserver_stream import (
    arrow_of_rows,
    columns_of_bytes,
    python_row,
    rows_at_once,
)
from ombudsman.model.errors import Unsupported


class Cursor:
    """A result with these rows."""

    def __init__(self, names: list[str], rows: list[tuple[Any, ...]]) -> None:
        self.description = [(name, None) for name in names]
        self._rows = rows

    def fetchmany(self, count: int) -> list[tuple[Any, ...]]:
        taken, self._rows = self._rows[:count], self._rows[count:]
        return taken


def arrow(rows: list[tuple[Any, ...]], width: int = 1) -> pa.Table:
    names = [f"c{place}" for place in range(width)]
    return pa.Table.from_batches(arrow_of_rows(Cursor(names, rows)))


LAST = dt.datetime(9999, 12, 31, 23, 59, 59, 999_999)  # noqa: DTZ001 - it has no zone
INDIA = dt.timezone(dt.timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (2**63 - 1, 2**63 - 1),
        (1.5, 1.5),
        (Decimal("-0.00000000000000000000000000000000000001"), "-0." + "0" * 37 + "1"),
        (Decimal("1E+3"), "1000"),
        ("Łódź \U0001f600", "Łódź \U0001f600"),
        (b"\x00\xff", b"\x00\xff"),
        (dt.date(1, 1, 1), dt.date(1, 1, 1)),
        (dt.time(23, 59, 59, 999_999), dt.time(23, 59, 59, 999_999)),
        (LAST, LAST),
        (
            dt.datetime(2024, 1, 1, 0, 0, tzinfo=INDIA),
            dt.datetime(2023, 12, 31, 18, 30, tzinfo=dt.UTC),
        ),
        (UUID(int=0xAB), str(UUID(int=0xAB))),
    ],
)
def test_a_value_and_a_null_come_as_they_are(value: Any, expected: Any):
    assert arrow([(value,), (None,)])["c0"].to_pylist() == [expected, None]
    assert arrow([(None,), (value,)])["c0"].to_pylist() == [None, expected]


def test_no_rows_have_their_columns_all_the_same():
    table = arrow([], width=2)
    assert (table.num_rows, table.column_names) == (0, ["c0", "c1"])


def test_a_column_without_values_at_first_holds_what_follows(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlserver_stream, "BATCH_ROWS", 2)
    rows = [(None,), (None,), (12345678901234567890,), (dt.date(2024, 2, 29),)]
    assert arrow(rows)["c0"].to_pylist() == [None, None, "12345678901234567890", "2024-02-29"]


def test_a_column_of_bytes_without_values_at_first_holds_bytes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlserver_stream, "BATCH_ROWS", 2)
    rows = [(None,), (None,), (b"\x00\xff",), (None,)]
    table = pa.Table.from_batches(arrow_of_rows(Cursor(["c0"], rows), of_bytes={0}))
    assert table["c0"].to_pylist() == [None, None, b"\x00\xff", None]


@pytest.mark.parametrize(
    ("statement", "kinds", "expected"),
    [
        ("SELECT a, b FROM t", [bytes, int], {0}),
        ("SELECT a, b FROM t", [str, bytearray], {1}),
        ("SELECT a, b FROM t", [2, 2], set()),
        (sa.select(sa.column("a", sa.LargeBinary()), sa.column("b", sa.Date())), [2, 2], {0}),
        (sa.select(sa.column("a", sa.Uuid()), sa.column("b", sa.VARBINARY(8))), [2, 2], {1}),
        (sa.select(sa.column("a"), sa.column("b")), [2, 2], set()),
    ],
)
def test_bytes_are_known_by_what_was_asked_for_or_what_the_driver_tells(
    statement: Any, kinds: list[Any], expected: set[int]
):
    assert columns_of_bytes(statement, [("c", kind, None) for kind in kinds]) == expected


@pytest.mark.parametrize("later", ["x", 1.5, b"x"])
def test_types_that_do_not_go_together_are_told(later: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlserver_stream, "BATCH_ROWS", 1)
    with pytest.raises(Unsupported, match="'c0'"):
        arrow([(1,), (later,)])
    with pytest.raises(Unsupported, match="'c0'"):
        arrow([(None,), (b"bytes",)])


def test_instants_come_in_utc():
    moment = dt.datetime(2024, 1, 1, 0, 0, tzinfo=INDIA)
    (row, plain) = python_row((moment, Decimal("1.10"))), python_row((None, "x"))
    assert row == (moment, Decimal("1.10"))
    assert row[0].tzinfo is dt.UTC
    assert plain == (None, "x")


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([(int, 10)] * 10, 50_000),
        ([(str, 40)] * 10, 20_971),
        ([(str, 4_000)], 2_097),
        ([(str, 4_000)] * 100, 64),
        ([(bytes, 8_000)], 4_194),
        ([(str, 0)], 50_000),
        ([(1, None)] * 3, 50_000),
    ],
)
def test_wide_rows_are_fetched_few_at_a_time(sizes: list[tuple[Any, Any]], expected: int):
    description = [("c", kind, None, size, size, 0, True) for kind, size in sizes]
    assert rows_at_once(description, 50_000) == expected
