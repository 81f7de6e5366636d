"""SQL Server through its drivers: what is read, what is refused, and that a statement can be stopped.

On the stand-in, and on the server that OVS_TEST_MSSQL_URL names.
"""

import datetime as dt
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
import sqlalchemy as sa
from tests.sqlserver_server import Place, skip_without

from ombudsman.connections import sqlserver_stream
from ombudsman.connections.connection import Connection, connect
from ombudsman.connections.sqlserver_privileges import RIGHTS
from ombudsman.model.errors import (
    Cancelled,
    ObjectNotFound,
    QueryFailed,
    StatementInvalid,
    TimedOut,
)

at = dt.datetime.fromisoformat

VALUES: list[tuple[str, str, Any]] = [
    ("bit", "1", True),
    ("tinyint", "255", 255),
    ("smallint", "-32768", -32_768),
    ("int", "-2147483648", -(2**31)),
    ("bigint", "9223372036854775807", 2**63 - 1),
    ("decimal(38,0)", "-99999999999999999999999999999999999999", Decimal(-(10**38) + 1)),
    ("decimal(38,37)", "1.0000000000000000000000000000000000001", Decimal("1." + "0" * 36 + "1")),
    ("numeric(18,4)", "-0.0500", Decimal("-0.0500")),
    ("money", "-922337203685477.5808", Decimal("-922337203685477.5808")),
    ("smallmoney", "214748.3647", Decimal("214748.3647")),
    ("float", "1.7976931348623157E+308", 1.7976931348623157e308),
    ("float", "0.1", 0.1),
    ("real", "0.5", 0.5),
    ("date", "'0001-01-01'", dt.date(1, 1, 1)),
    ("date", "'9999-12-31'", dt.date(9999, 12, 31)),
    ("time(6)", "'23:59:59.999999'", dt.time(23, 59, 59, 999_999)),
    ("datetime", "'1753-01-01T00:00:00'", at("1753-01-01")),
    ("datetime", "'2024-02-29T12:34:56.003'", at("2024-02-29 12:34:56.003")),
    ("smalldatetime", "'2024-02-29T12:34:00'", at("2024-02-29 12:34")),
    ("datetime2(6)", "'9999-12-31T23:59:59.999999'", at("9999-12-31 23:59:59.999999")),
    ("datetimeoffset(6)", "'2024-01-01T00:00:00.5+05:30'", dt.datetime(2023, 12, 31, 18, 30, 0, 500_000, dt.UTC)),
    ("uniqueidentifier", "'0123ABCD-0000-4000-8000-00000000000A'", UUID("0123abcd-0000-4000-8000-00000000000a")),
    ("char(5)", "'ab'", "ab   "),
    ("varchar(20)", "''", ""),
    ("nchar(3)", "N'Ł'", "Ł  "),
    ("nvarchar(40)", "N'Łódź 😀'", "Łódź 😀"),
    ("nvarchar(max)", "REPLICATE(CAST(N'ż' AS nvarchar(max)), 9000)", "ż" * 9_000),
    ("varchar(max)", "REPLICATE(CAST('x' AS varchar(max)), 20000)", "x" * 20_000),
    ("binary(3)", "0x01", b"\x01\x00\x00"),
    ("varbinary(8)", "0x00FF", b"\x00\xff"),
    ("varbinary(max)", "''", b""),
    ("xml", "'<a>1</a>'", "<a>1</a>"),
]  # fmt: skip


TEXT = f"c{next(n for n, (kind, _, _) in enumerate(VALUES) if kind == 'nvarchar(40)')}"


@pytest.fixture(scope="module")
def values(place: Place) -> Place:
    columns = ", ".join(f"c{n} {kind} NULL" for n, (kind, _, _) in enumerate(VALUES))
    written = ", ".join(f"CAST({value} AS {kind})" for kind, value, _ in VALUES)
    nulls = ", ".join("NULL" for _ in VALUES)
    place.execute(
        f"CREATE TABLE {{s}}.vals (id int NOT NULL PRIMARY KEY, {columns})",
        f"INSERT INTO {{s}}.vals VALUES (1, {written})",
        f"INSERT INTO {{s}}.vals VALUES (2, {nulls})",
    )
    return place


@pytest.fixture
def connection(values: Place, driver: str) -> Iterator[Connection]:
    with opened(values, driver=driver) as made:
        yield made


def opened(place: Place, **changes: Any) -> Connection:
    return connect("erp", place.settings.model_copy(update=changes))


def test_every_type_is_read_exactly(connection: Connection, values: Place):
    with connection.open() as reader:
        got = reader.query(f"SELECT * FROM {values.schema}.vals ORDER BY id")
    assert str(got.query_id).startswith("session ")
    first, second = got.rows
    for (kind, written, expected), value in zip(VALUES, first[1:], strict=True):
        assert (kind, written, value) == (kind, written, expected)
        assert type(value) is type(expected)
    assert second == (2, *(None for _ in VALUES))


def test_every_type_streams_exactly(connection: Connection, values: Place):
    with connection.open() as reader:
        batches = list(reader.stream(f"SELECT * FROM {values.schema}.vals ORDER BY id"))
    first, second = pa.Table.from_batches(batches).to_pylist()
    for number, (kind, written, expected) in enumerate(VALUES):
        got = first[f"c{number}"]
        match expected:
            case Decimal():
                got = Decimal(got)
            case UUID():
                got = UUID(got)
        assert (kind, written, got) == (kind, written, expected)
    assert set(second.values()) == {2, None}


def test_bytes_that_begin_after_many_nulls_are_streamed(
    connection: Connection, values: Place, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sqlserver_stream, "BATCH_ROWS", 1)
    kinds = {kind: f"c{number}" for number, (kind, _, _) in enumerate(VALUES)}
    columns = (
        sa.column("id", sa.Integer()),
        sa.column(kinds["varbinary(8)"], sa.LargeBinary()),
        sa.column(kinds["date"], sa.Date()),
    )
    table = sa.table("vals", *columns, schema=values.schema)
    with connection.open() as reader:
        batches = list(reader.stream(sa.select(*table.c).order_by(table.c.id.desc())))
    empty, full = pa.Table.from_batches(batches).to_pylist()
    assert [*empty.values()] == [2, None, None]
    assert full[kinds["varbinary(8)"]] == b"\x00\xff"
    assert str(full[kinds["date"]]) == "9999-12-31"


def test_values_are_bound_and_never_part_of_the_text(connection: Connection, values: Place):
    columns = sa.column("id", sa.Integer()), sa.column(TEXT, sa.Unicode())
    table = sa.table("vals", *columns, schema=values.schema)
    hostile = ["' OR 1=1 --", "'; DROP TABLE vals; --", "%s ? :x @P1 %(a)s", "]]", "Łódź 😀"]
    with connection.open() as reader:
        for text in hostile:
            found = reader.query(sa.select(table.c.id).where(table.c[TEXT] == text)).rows
            assert found == ([(1,)] if text == "Łódź 😀" else [])
        like = sa.select(table.c.id).where(table.c[TEXT].like("%ód%"))
        assert reader.query(like).rows == [(1,)]
        assert [b.to_pylist() for b in reader.stream(like)] == [[{"id": 1}]]


@pytest.mark.parametrize(
    "value",
    [
        Decimal("-12345678901234567890.123456789"),
        2**62,
        0.1,
        True,
        dt.date(2024, 2, 29),
        at("2024-02-29 12:34:56.123456"),
        dt.time(23, 59, 59, 999_999),
        UUID(int=0xABCDEF),
        b"\x00\xff",
        'it\'s [a] "q" 100% \\ ; -- /* Łódź',
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_comes_back_as_it_was(connection: Connection, value: Any):
    with connection.open() as reader:
        assert reader.query(sa.select(sa.literal(value).label("v"))).rows == [(value,)]
        assert reader.query(f"SELECT {reader.literal(value)} AS v").rows == [(value,)]


def test_hostile_texts_come_back_as_they_were(connection: Connection):
    chance = random.Random(20_261_125)  # noqa: S311 - the same texts each time
    pieces = [
        "'",
        "''",
        "\\",
        "\\\n",
        "\\\r\n",
        "\n",
        "--",
        "/*",
        "*/",
        ";",
        "]",
        "%s",
        "?",
        "{d}",
        "é",
        "Ł",
        "😀",
        "a",
    ]
    texts = ["".join(chance.choices(pieces, k=chance.randint(1, 12))) for _ in range(400)]
    columns = [
        sa.cast(sa.literal(text), sa.Unicode(200)).label(f"c{n}") for n, text in enumerate(texts)
    ]
    with connection.open() as reader:
        (got,) = reader.query(sa.select(*columns)).rows
        assert list(got) == texts
        (batch,) = reader.stream(sa.select(*columns))
        assert list(batch.to_pylist()[0].values()) == texts


@pytest.mark.parametrize(
    ("sql", "expected", "number"),
    [
        ("SELECT * FROM {s}.gone", ObjectNotFound, 208),
        ("SELECT gone FROM {s}.vals", ObjectNotFound, 207),
        ("SELECT 1 / (id - id) FROM {s}.vals", StatementInvalid, 8134),
        ("SELECT CAST(c5 AS int) FROM {s}.vals WHERE id = 1", StatementInvalid, None),
        ("SELECT CAST('x' AS int)", StatementInvalid, 245),
        ("SELECT FROM", StatementInvalid, None),
    ],
)
def test_an_error_says_what_it_is(
    connection: Connection,
    values: Place,
    sql: str,
    expected: type[QueryFailed],
    number: int | None,
):
    sql = sql.replace("{s}", values.schema)
    with connection.open() as reader:
        for ask in (reader.query, lambda text: list(reader.stream(text))):
            with pytest.raises(expected) as told:
                ask(sql)
            assert type(told.value) is expected
            assert number is None or told.value.context["code"] == number
            assert told.value.context["sql"] == sql
        assert reader.query("SELECT 1").rows == [(1,)]


WRITING = [
    "INSERT INTO {s}.vals (id) VALUES (9)",
    "UPDATE {s}.vals SET c1 = 0",
    "DELETE FROM {s}.vals",
    "DROP TABLE {s}.vals",
    "TRUNCATE TABLE {s}.vals",
    "SELECT id INTO {s}.other FROM {s}.vals",
    "SELECT 1 DELETE FROM {s}.vals",
    "SELECT 1; DELETE FROM {s}.vals",
    "SELECT 1 COMMIT DELETE FROM {s}.vals COMMIT",
    "WITH c AS (SELECT TOP 1 * FROM {s}.vals) DELETE FROM c",
    "EXEC sp_executesql N'DELETE FROM {s}.vals'",
    "MERGE {s}.vals AS t USING (SELECT 1 AS id) AS s ON t.id = s.id WHEN MATCHED THEN DELETE;",
]


@pytest.mark.parametrize("sql", WRITING)
def test_what_would_write_is_not_even_sent(connection: Connection, values: Place, sql: str):
    with connection.open() as reader:
        for ask in (reader.query, lambda text: list(reader.stream(text))):
            with pytest.raises(StatementInvalid, match="one reading statement"):
                ask(sql.replace("{s}", values.schema))
        assert reader.query(f"SELECT COUNT(*) FROM {values.schema}.vals").rows == [(2,)]


@pytest.mark.parametrize("sql", WRITING[:3])
def test_what_gets_past_the_gate_is_rolled_back(connection: Connection, values: Place, sql: str):
    """Straight to the driver, as nothing in the program does: a transaction is open, and nobody commits it."""
    with connection.session() as session:
        session.exec_driver_sql(sql.replace("{s}", values.schema))
    assert values.ask("SELECT COUNT(*), SUM(CAST(c1 AS int)) FROM {s}.vals") == [(2, 255)]


def test_the_report_says_what_it_is(connection: Connection):
    report = connection.check()
    assert report.version.startswith("SQL Server ")
    assert report.snapshot is None
    assert "one reading statement at a time" in report.read_only
    assert any("SNAPSHOT isolation" in note for note in report.notes)


def test_an_owner_is_told_what_it_could_do(connection: Connection):
    found = connection.privileges()
    assert not found.only_reads
    assert "insert rows" in found.beyond
    assert "ALTER ROLE db_datareader ADD MEMBER ombudsman_reader" in found.least


def test_a_view_through_which_its_table_is_written_to_is_told(
    connection: Connection, values: Place
):
    with connection.open() as reader:
        *_, before, _ = reader.query(RIGHTS).rows[0]
        values.execute("CREATE VIEW {s}.writable AS SELECT id FROM {s}.vals")
        *_, after, columns = reader.query(RIGHTS).rows[0]
    values.execute("DROP VIEW {s}.writable")
    assert after == before + 1
    assert columns == 0, "columns of what may be written to as a whole are not counted again"


ENDLESS = (
    "SELECT a.id FROM ("
    + " UNION ALL ".join(f"SELECT {n} AS id" for n in range(50))
    + ") AS a"
    + "".join(
        f" CROSS JOIN (SELECT {n} AS x UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) AS b{n}"
        for n in range(14)
    )
)
"""50 times 4 to the 14th rows."""

LONG = (
    f"SELECT COUNT_BIG(*) FROM ({ENDLESS}) AS e CROSS JOIN ({ENDLESS}) AS f WHERE e.id + f.id = -1"
)


@pytest.mark.parametrize("sql", [LONG, ENDLESS], ids=["long", "endless"])
@pytest.mark.parametrize("ask", ["query", "stream"])
def test_cancel_stops_a_statement_and_the_next_one_runs(connection: Connection, sql: str, ask: str):
    def drain() -> None:
        for _ in reader.stream(sql):
            pass

    with connection.open() as reader, ThreadPoolExecutor(1) as pool:
        running = pool.submit(lambda: reader.query(sql) if ask == "query" else drain())
        time.sleep(0.4)
        began = time.monotonic()
        connection.cancel()
        assert isinstance(running.exception(), Cancelled)
        assert time.monotonic() - began < 3
        assert reader.query("SELECT 1").rows == [(1,)]


@pytest.mark.parametrize(("driver", "ask"), [("mssql-python", "stream"), ("pymssql", "query")])
def test_a_statement_that_takes_too_long_is_ended(values: Place, driver: str, ask: str):
    skip_without(driver)
    with (
        opened(values, driver=driver, statement_timeout_s=1) as connection,
        connection.open() as reader,
    ):
        began = time.monotonic()
        with pytest.raises(TimedOut) as told:
            reader.query(LONG) if ask == "query" else list(reader.stream(LONG))
        assert time.monotonic() - began < 4.5
        assert "statement_timeout_s" in str(told.value.hint)
        assert reader.query("SELECT 1").rows == [(1,)]


def test_a_stream_that_nobody_reads_on_is_let_go(connection: Connection):
    with connection.open() as reader:
        stream = reader.stream(ENDLESS)
        next(stream)
        stream.close()
        assert reader.query("SELECT 1").rows == [(1,)]
    assert not connection.running._all


def test_many_threads_read_at_once(connection: Connection, values: Place):
    sql = f"SELECT COUNT(*) FROM {values.schema}.vals"
    with connection.open() as reader, ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: reader.query(sql).rows[0][0], range(24)))
    assert counts == [2] * 24
    assert threading.active_count() < 40
