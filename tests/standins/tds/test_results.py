"""Do big results come through whole, and fast enough? And do the bytes of rows say what the batch holds?"""

import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.standins.fixtures import connect_freetds, connect_microsoft, needs_microsofts_driver
from tests.standins.tds import TdsServer
from tests.standins.tds.parameters import Reader, read_value
from tests.standins.tds.rows import rows
from tests.standins.tds.typeinfo import type_info
from tests.standins.tds.types import SqlType, read_type

ROWS = 100_000


@pytest.fixture(scope="module")
def big(tds_server: TdsServer) -> Any:
    """A table of many rows, put in past the protocol; the same rows as DuckDB has them."""
    made = duckdb.sql(
        f"""
        SELECT i::INTEGER AS id, i::BIGINT * 1000003 AS big, (i / 100)::DECIMAL(12,2) AS amount, i * 0.5::DOUBLE AS share,
               CASE WHEN i % 7 > 0 THEN 'Zürich ' || i END AS city, 'code-' || (i % 5000) AS code,
               DATE '2020-01-01' + (i % 1000)::INTEGER AS day, TIMESTAMP '2020-01-01' + to_seconds(i) AS at, i % 2 = 0 AS ok,
               repeat('x', (i % 50)::INTEGER) AS note
        FROM range({ROWS}) AS t(i)
        """
    ).to_arrow_table()
    tds_server.create_table(
        "CREATE TABLE big_table (id int NOT NULL, big bigint, amount decimal(12,2), share float, city nvarchar(50),"
        " code varchar(20), day date, at datetime2(6), ok bit, note nvarchar(max))",
        made,
    )
    yield made
    tds_server.define("DROP TABLE big_table")


@needs_microsofts_driver
@pytest.mark.parametrize("encrypt", ["no", "yes"])
def test_a_big_result_is_whole_as_arrow(tds_server: TdsServer, big: pa.Table, encrypt: str) -> None:
    connection = connect_microsoft(tds_server, Encrypt=encrypt)
    found = connection.cursor().execute("SELECT * FROM big_table ORDER BY id").arrow()
    connection.close()
    assert found.cast(big.schema).equals(big)


def test_a_big_result_is_whole_as_rows(tds_server: TdsServer, big: pa.Table) -> None:
    connection = connect_freetds(tds_server)
    cursor = connection.cursor()
    cursor.execute("SELECT TOP 20000 id, city, amount, at FROM big_table ORDER BY id")
    expected = big.select(["id", "city", "amount", "at"]).slice(0, 20_000).to_pylist()
    assert cursor.fetchall() == [tuple(row.values()) for row in expected]
    connection.close()


def test_several_results_come_one_after_the_other(tds_server: TdsServer, big: pa.Table) -> None:
    connection = connect_freetds(tds_server)
    cursor = connection.cursor()
    cursor.execute(
        "SELECT id FROM big_table WHERE id < 5000; SELECT COUNT(*) FROM big_table; SELECT 'end'"
    )
    assert len(cursor.fetchall()) == 5000
    assert cursor.nextset()
    assert cursor.fetchall() == [(ROWS,)]
    assert cursor.nextset()
    assert cursor.fetchall() == [("end",)]
    assert not cursor.nextset()
    connection.close()


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
COLUMNS: dict[str, tuple[pa.DataType, st.SearchStrategy[Any]]] = {
    "bigint": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "tinyint": (pa.uint8(), st.integers(0, 255)),
    "bit": (pa.bool_(), st.booleans()),
    "float": (pa.float64(), st.floats(allow_nan=False)),
    "decimal(38,7)": (pa.decimal128(38, 7), st.decimals(-(10**30), 10**30, places=7)),
    "decimal(9,2)": (pa.decimal128(9, 2), st.decimals(-(10**7) + 1, 10**7 - 1, places=2)),
    "money": (
        pa.decimal128(19, 4),
        st.integers(-(2**63), 2**63 - 1).map(lambda each: Decimal(each).scaleb(-4)),
    ),
    "date": (pa.date32(), st.dates()),
    "datetime2(7)": (pa.int64(), st.integers(0, 3_155_378_975_999_999_999)),
    "time(7)": (pa.int64(), st.integers(0, 863_999_999_999)),
    "nvarchar(40)": (pa.string(), TEXTS),
    "nvarchar(max)": (pa.string(), TEXTS),
    "varbinary(40)": (pa.binary(), st.binary(max_size=40)),
    "varbinary(max)": (pa.binary(), st.binary(max_size=40)),
}


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_the_bytes_of_rows_are_read_back_as_the_batch(data: st.DataObject) -> None:
    """A law: what `rows` writes, the reader of parameters reads, cell by cell, for any columns and any NULLs."""
    names = data.draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=5))
    count = data.draw(st.integers(0, 6))
    columns = [
        data.draw(st.lists(st.none() | COLUMNS[name][1], min_size=count, max_size=count))
        for name in names
    ]
    types = [_type(name) for name in names]
    arrays = [
        pa.array(values, type=COLUMNS[name][0]) for name, values in zip(names, columns, strict=True)
    ]
    batch = pa.RecordBatch.from_arrays(arrays, names=[f"c{index}" for index in range(len(names))])
    content, position = rows(batch, types), 0
    for row in range(count):
        assert content[position] == 0xD1
        position += 1
        for sql_type, values in zip(types, columns, strict=True):
            value, position = _read(content, position, sql_type)
            assert value == values[row]
    assert position == len(content)


def _type(name: str) -> SqlType:
    found = read_type(name)
    assert found is not None
    return found


def _read(content: bytes, position: int, sql_type: SqlType) -> tuple[Any, int]:
    """The next cell, read as a parameter of the same type would be."""
    head = type_info(sql_type)
    reader = Reader(head + content[position:])
    value = read_value(reader)[1]
    return value, position + reader.position - len(head)


def test_a_slice_of_a_batch_is_written_as_itself() -> None:
    """DuckDB's batches may begin in the middle of their buffers."""
    whole = pa.RecordBatch.from_arrays(
        [
            pa.array(["a", None, "ж", "dd"]),
            pa.array([Decimal("1.5"), None, Decimal("-2.5"), Decimal(3)], type=pa.decimal128(5, 1)),
            pa.array([dt.date(2024, 1, day) for day in range(1, 5)]),
        ],
        names=["t", "n", "d"],
    )
    types = [_type("nvarchar(5)"), _type("decimal(5,1)"), _type("date")]
    assert rows(whole.slice(0, 2), types) + rows(whole.slice(2, 2), types) == rows(whole, types)
