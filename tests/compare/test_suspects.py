"""Of a range of rows only those are typed and matched that may differ."""

from dataclasses import replace
from typing import Any
from unittest import mock

import pyarrow as pa
import pytest
from tests.compare.tables import PAIRS, Content, Engines, Tables, told

from ombudsman.compare import suspects
from ombudsman.compare.suspects import Suspects
from ombudsman.model.result import Kind
from ombudsman.model.tables import Side

COLUMNS = {
    "id": "bigint",
    "amount": "decimal(12,2)",
    "huge": "decimal(38,4)",
    "weight": "double",
    "name": "varchar",
    "code": "char(4)",
    "seen": "timestamptz",
}
ROW: tuple[Any, ...] = ("1.10", "0", "-0.0", "é", "a", "2024-01-01 00:00:00+00")
ROWS = [(i, *ROW) for i in range(-40, 40)]


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """How many rows of source and target were left, range by range."""
    seen: list[tuple[int, int]] = []
    of = Suspects.of

    def watched(self: Suspects, tables: suspects.Tables) -> suspects.Tables:
        left = of(self, tables)
        seen.append((left[0].num_rows, left[1].num_rows))
        return left

    monkeypatch.setattr(Suspects, "of", watched)
    monkeypatch.setattr("ombudsman.compare.plan.ROWS_PER_RANGE", 20)
    return seen


def streamed(tables: Tables, engines: Engines, source: Content, target: Content) -> Any:
    with tables.pair(engines, source, target) as pair:
        return told(pair.answer("stream", bucket_rows=8))


@pytest.mark.parametrize("engines", PAIRS, ids="-".join)
def test_of_equal_rows_none_is_looked_at(
    engines: Engines, tables: Tables, looked_at: list[tuple[int, int]]
):
    content = Content(COLUMNS, ROWS, key=["id"])
    assert not streamed(tables, engines, content, content).kinds
    assert looked_at == [(0, 0)] * 4


@pytest.mark.parametrize("engines", PAIRS[1:3], ids="-".join)
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("amount", "-1.10"),
        ("huge", "-0.0001"),  # the hash of so great a number is that of 0.0000
        ("weight", "5e-324"),
        ("name", None),
        ("code", "b"),
        ("seen", "2024-01-01 00:00:00.000001+00"),
    ],
)
def test_a_changed_cell_brings_its_bucket_alone(
    engines: Engines, column: str, value: Any, tables: Tables, looked_at: list[tuple[int, int]]
):
    place = list(COLUMNS).index(column)
    changed = [(*row[:place], value, *row[place + 1 :]) if row[0] == -7 else row for row in ROWS]
    source = Content(COLUMNS, ROWS, key=["id"])
    found = streamed(tables, engines, source, source.with_rows(changed))
    assert found.kinds == {Kind.VALUE_DIFFERS: 1}
    assert found.cells.keys() == {((-7,), column)}
    assert sorted(looked_at) == [(0, 0), (0, 0), (0, 0), (8, 8)]


def test_where_most_rows_are_suspect_they_are_looked_for_once(
    tables: Tables, looked_at: list[tuple[int, int]]
):
    source = Content(COLUMNS, ROWS, key=["id"])
    target = source.with_rows([(row[0], "9.99", *row[2:]) for row in ROWS])
    found = streamed(tables, PAIRS[1], source, target)
    assert found.kinds == {Kind.VALUE_DIFFERS: len(ROWS)}
    assert looked_at == [(20, 20)]


@pytest.mark.parametrize("engines", [PAIRS[0], PAIRS[2]], ids="-".join)
def test_repeated_and_nameless_rows_are_counted_among_the_suspects(
    engines: Engines, tables: Tables
):
    """A row more of a key that has its equals on the other side, and a row whose key is NULL."""
    source = Content(COLUMNS, ROWS)
    target = source.with_rows([*ROWS, ROWS[5], (None, *ROW)])
    with (
        tables.pair(engines, source, target) as pair,
        mock.patch("ombudsman.compare.side.ComparedSide.can_seek", new=True),
        mock.patch("ombudsman.compare.plan.ROWS_PER_RANGE", 20),
    ):
        found = told(pair.answer("stream", bucket_rows=8))
    assert found.kinds == {Kind.ROW_DUPLICATED: 1, Kind.ROW_MISSING_IN_SOURCE: 1}


def test_a_type_that_each_side_sends_its_own_way_is_not_hashed_as_it_came():
    column = mock.Mock(label="c0", source_type="number", target_type="number")
    alike = (pa.table({"c0": ["1.10"]}), pa.table({"c0": ["1.10"]}))
    unlike = (alike[0], pa.table({"c0": [1]}))
    with mock.patch.object(suspects, "has_halves", return_value=False):
        assert suspects._is_sent_alike(column, alike)
        assert not suspects._is_sent_alike(column, unlike)
    with mock.patch.object(suspects, "has_halves", return_value=True):
        assert not suspects._is_sent_alike(column, alike)


@pytest.mark.parametrize(
    ("sent", "is_alike"),
    [
        (pa.decimal128(12, 2), True),
        (pa.decimal128(18, 2), True),
        (pa.decimal128(19, 2), False),
        (pa.decimal128(38, 2), False),
        (pa.int64(), True),
    ],
    ids=str,
)
def test_numbers_that_came_in_two_halves_are_not_hashed_as_they_came(
    sent: pa.DataType, is_alike: bool
):
    column = mock.Mock(label="c0", source_type="number", target_type="number")
    alike = tuple(pa.table({"c0": pa.array([], sent)}) for _ in Side)
    with mock.patch.object(suspects, "has_halves", return_value=False):
        assert suspects._is_sent_alike(column, (alike[0], alike[1])) == is_alike


def test_a_number_that_came_wider_than_its_type_is_told_from_another(
    tables: Tables, looked_at: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
):
    """DuckDB's hash of 0.00 is that of -0.01 where the type has room for 38 digits."""

    def widened(batch: pa.RecordBatch) -> pa.RecordBatch:
        fields = [
            pa.field(
                each.name, pa.decimal128(38, 2) if pa.types.is_decimal(each.type) else each.type
            )
            for each in batch.schema
        ]
        return batch.cast(pa.schema(fields))

    monkeypatch.setattr("ombudsman.compare.side.plain", widened)
    source = Content({"id": "bigint", "amount": "decimal(12,2)"}, [(i, "0.00") for i in range(40)])
    source = replace(source, key=["id"])
    changed = [(i, "-0.01" if i == 7 else "0.00") for i in range(40)]
    found = streamed(tables, PAIRS[0], source, source.with_rows(changed))
    assert found.cells.keys() == {((7,), "amount")}
    assert looked_at
