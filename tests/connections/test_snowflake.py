# ruff: noqa: DTZ001 - moments without a zone are what is read here
"""Snowflake through its own driver: reading, types, one moment, evidence. On the stand-in, and on a real account."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any
from unittest.mock import Mock

import pyarrow as pa
import pytest
import sqlalchemy as sa
from snowflake.connector.errors import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from tests.standins.snowflake.account import Place, Standin

from ombudsman.connections.connection import Connection, connect
from ombudsman.connections.purpose import purpose
from ombudsman.connections.reader import Reader
from ombudsman.model.errors import LoginRefused, ObjectNotFound, SettingsError, StatementInvalid

SHOP = (
    """CREATE TABLE "orders" ("Id" INTEGER PRIMARY KEY, "select" VARCHAR(40), AMOUNT NUMBER(12, 2), MADE DATE)""",
    """INSERT INTO "orders" VALUES (1, '50% off: it''s "q"', 1.50, '2024-01-31'), (2, NULL, NULL, NULL),
       (3, 'c', 3, '2024-02-29')""",
    "CREATE TABLE CAPITALS (ID INTEGER)",
    "INSERT INTO CAPITALS VALUES (7)",
    """CREATE TABLE MANY AS SELECT ROW_NUMBER() OVER (ORDER BY NULL) AS I, a.ID * 0 + 1.5 AS X FROM
       (SELECT 1 AS ID UNION ALL SELECT 2) a""",
)


@pytest.fixture(scope="module")
def place(snowflake_place: Place) -> Place:
    snowflake_place.execute(*SHOP)
    return snowflake_place


@pytest.fixture
def connection(place: Place):
    with connect("shop", place.settings) as opened:
        yield opened


@pytest.fixture
def reader(connection: Connection):
    with connection.open() as opened:
        yield opened


def orders(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *map(sa.column, columns))


def test_a_check_tells_version_moment_and_what_keeps_us_from_writing(connection: Connection):
    told = connection.check()
    assert told.engine == "snowflake"
    assert told.version.startswith("Snowflake 9") or told.version.startswith("Snowflake 1")
    assert "nothing is committed" in told.read_only
    assert told.snapshot is not None
    assert told.snapshot.startswith("time travel to 20")


def test_names_are_taken_letter_by_letter(reader: Reader):
    small, capital = orders("orders", "Id", "select"), orders("CAPITALS", "ID")
    rows = reader.query(sa.select(small.c.Id, small.c["select"]).where(small.c.Id == 1))
    assert rows.columns == ("Id", "select")
    assert rows.rows == [(1, '50% off: it\'s "q"')]
    assert reader.query(sa.select(capital.c.ID.label("What Is It"))).columns == ("What Is It",)
    assert reader.query(sa.select(capital.c.ID)).rows == [(7,)]
    for wrong in (
        orders("Orders", "Id").c.Id,
        orders("orders", "id").c.id,
        orders("capitals", "ID").c.ID,
    ):
        with pytest.raises(ObjectNotFound):
            reader.query(sa.select(wrong))


def test_every_statement_says_as_of_when_it_reads(reader: Reader):
    one, other = orders("orders", "Id").alias("one"), orders("CAPITALS", "ID")
    inner = sa.select(other.c.ID).subquery("inside")
    statement = sa.select(sa.func.count()).select_from(one.join(inner, one.c.Id < inner.c.ID))
    got = reader.query(statement)
    assert got.rows == [(3,)]
    moment = str(reader.snapshot).removeprefix("time travel to ")
    assert got.sql.count(f" AT(TIMESTAMP => '{moment}'::TIMESTAMP_TZ)") == 2


def test_values_come_in_pythons_types_and_in_utc(reader: Reader):
    (row,) = reader.query(
        """SELECT 1, 12345678901234567890123456789012345678, 1.50::NUMBER(12, 2), -0.05::NUMBER(38, 10), 1.5::FLOAT,
           TRUE, 'é🦆', TO_BINARY('00ff', 'HEX'), '2024-02-29'::DATE, '23:59:59.999999'::TIME,
           '9999-12-31 23:59:59.999999'::TIMESTAMP_NTZ, '1969-12-31 23:59:59.5'::TIMESTAMP_NTZ, NULL::TIMESTAMP_NTZ,
           NULL::NUMBER(38, 2), PARSE_JSON('{"a":1}')"""
    ).rows
    assert row[:-1] == (
        *(1, 12345678901234567890123456789012345678, Decimal("1.50"), Decimal("-0.05"), 1.5, True),
        *("é🦆", b"\x00\xff", dt.date(2024, 2, 29), dt.time(23, 59, 59, 999999)),
        *(
            dt.datetime(9999, 12, 31, 23, 59, 59, 999999),
            dt.datetime(1969, 12, 31, 23, 59, 59, 500000),
        ),
        *(None, None),
    )
    assert [type(value) for value in row[:5]] == [int, int, Decimal, Decimal, float]
    assert row[-1].replace("\n", "").replace(" ", "") == '{"a":1}'


def test_an_instant_comes_in_utc(reader: Reader):
    got = reader.query("SELECT CURRENT_TIMESTAMP(), '2024-01-01 12:00:00'::TIMESTAMP_LTZ").rows[0]
    assert [value.tzinfo for value in got] == [dt.UTC, dt.UTC]
    assert got[1] == dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC)
    assert abs(got[0] - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=5)


def test_a_stream_has_one_type_a_column_whatever_each_batch_needs(place: Place, reader: Reader):
    place.execute(
        """CREATE OR REPLACE TABLE MANY AS
           WITH RECURSIVE N(I) AS (SELECT 1 UNION ALL SELECT I + 1 FROM N WHERE I < 20000)
           SELECT I, CASE WHEN I = 19999 THEN 12345678901234567890 ELSE 0 END::NUMBER(38, 0) AS BIG,
                  (I / 100)::NUMBER(12, 2) AS AMOUNT, '2024-01-01'::TIMESTAMP_NTZ AS MADE FROM N"""
    )
    many = orders("MANY", "I", "BIG", "AMOUNT", "MADE")
    table = pa.Table.from_batches(list(reader.stream(sa.select(*many.c).order_by(many.c.I))))
    assert table.num_rows == 20_000
    assert table.schema.field("BIG").type == pa.decimal128(38, 0)
    assert table.schema.field("AMOUNT").type == pa.decimal128(38, 2)
    assert table["AMOUNT"][-1].as_py() == Decimal("200.00")
    assert table["BIG"][19_998].as_py() == 12345678901234567890
    assert table["MADE"][0].as_py() == "2024-01-01 00:00:00.000000000"


def test_a_stream_without_rows_still_has_its_columns(reader: Reader):
    small = orders("orders", "Id", "AMOUNT")
    (batch,) = reader.stream(sa.select(small.c.Id, small.c.AMOUNT).where(small.c.Id > 9))
    assert batch.schema.names == ["Id", "AMOUNT"]
    assert batch.num_rows == 0


def test_parts_of_a_large_answer_are_handed_over_one_after_the_other(reader: Reader):
    sizes: list[int] = []
    reading = reader.read(sa.select(orders("MANY", "I").c.I), lambda rows: sizes.append(len(rows)))
    assert reading.count == sum(sizes) == 20_000
    assert len(sizes) > 1


VALUES = [
    "it's", '"', "back\\slash", "%s %(x)s ?", "日本", "", "a\nb", "';DROP TABLE CAPITALS;--", "$$", ":x",
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
def test_texts_reach_the_server_as_they_are(reader: Reader, value: str):
    assert reader.query(sa.select(sa.literal(value).label("v"))).rows == [(value,)]


@pytest.mark.parametrize(
    "value",
    [
        *(0, -1, 2**63, 10**37, Decimal("1.10"), Decimal("-0.0001"), 1.5, 1e300, True, False),
        *(dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.time(23, 59, 59, 999999)),
        *(dt.datetime(9999, 12, 31, 23, 59, 59, 999999), dt.datetime(1, 1, 1)),
        dt.datetime(2024, 1, 1, 12, 30, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30))),
    ],
    ids=repr,
)
def test_a_value_is_found_by_itself(reader: Reader, value: Any):
    statement = sa.select(
        sa.literal(value).label("v"), (sa.literal(value) == sa.literal(value)).label("same")
    )
    ((got, same),) = reader.query(statement).rows
    assert same is True
    assert got == (
        value.astimezone(dt.UTC) if isinstance(value, dt.datetime) and value.tzinfo else value
    )


def test_the_query_is_known_by_its_number_on_the_server(reader: Reader):
    numbers = {reader.query("SELECT 1").query_id for _ in range(2)}
    assert all(number and len(number) == 36 for number in numbers)
    assert len(numbers) == 2


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO CAPITALS VALUES (8)",
        "DELETE FROM CAPITALS",
        "CREATE TABLE X (I INTEGER)",
        "CALL SYSTEM$WAIT(1)",
        "SELECT SYSTEM$WAIT(1)",
        "WITH P AS PROCEDURE () RETURNS TEXT LANGUAGE SQL AS 'DELETE FROM CAPITALS' CALL P()",
        "SELECT 1; DELETE FROM CAPITALS",
        "SELECT 1 ->> DELETE FROM CAPITALS",
        "PUT file:///etc/passwd @~",
        "ALTER SESSION SET TIMEZONE = 'Asia/Tokyo'",
        "/* SELECT */ DROP TABLE CAPITALS",
        "SELECT 'x\\'; DELETE FROM CAPITALS",
        "",
    ],
)
def test_what_is_not_one_reading_statement_is_refused(reader: Reader, sql: str):
    with pytest.raises(StatementInvalid, match="only one reading statement"):
        reader.query(sql)
    assert reader.query(sa.select(orders("CAPITALS", "ID").c.ID)).rows == [(7,)]


def test_what_is_not_there_is_told_by_its_code(reader: Reader):
    with pytest.raises(ObjectNotFound) as told:
        reader.query(sa.select(orders("NOWHERE", "ID").c.ID))
    assert told.value.context["code"] == 2003
    assert told.value.context["query_id"]
    with pytest.raises(ObjectNotFound) as told:
        reader.query(sa.select(orders("CAPITALS", "NOWHERE").c.NOWHERE))
    assert told.value.context["code"] == 904


def test_a_statement_that_failed_leaves_nothing_behind(reader: Reader):
    for _ in range(6):
        with pytest.raises(StatementInvalid):
            reader.query("SELECT 'x'::NUMBER")
    assert reader.query("SELECT 1").rows == [(1,)]


def test_a_table_without_history_is_read_without_it_and_that_is_told(place: Place):
    place.execute(
        "CREATE OR REPLACE TABLE FORGETFUL (ID INTEGER) DATA_RETENTION_TIME_IN_DAYS = 0",
        "INSERT INTO FORGETFUL VALUES (1)",
    )
    with connect("shop", place.settings) as connection, connection.open() as reader:
        got = reader.query(sa.select(orders("FORGETFUL", "ID").c.ID))
        assert got.rows == [(1,)]
        if "AT(" in got.sql:  # a real account lets one look at the present of such a table
            return
        assert reader.snapshot_note.endswith(
            "1 statement was asked of tables that cannot be read as of a moment"
        )
        batches = list(reader.stream(sa.select(orders("FORGETFUL", "ID").c.ID)))
        assert batches[0].num_rows == 1
        assert "2 statements" in reader.snapshot_note


# ------------------------------------------------------------ what only the stand-in can tell


def test_the_session_is_told_what_it_should_be(snowflake: Standin):
    place = snowflake.place()
    settings = place.settings.model_copy(
        update={"query_tag": "ombudsman nightly", "statement_timeout_s": 77}
    )
    with connect("shop", settings) as connection, connection.open() as reader:
        reader.query("SELECT 42 AS TAGGED")
        with purpose("run 7: nulls, counts"):
            reader.query("SELECT 43 AS TAGGED")
        session = next(
            each
            for each in snowflake.told()["sessions"]
            if each["parameters"].get("QUERY_TAG") == "ombudsman nightly"
        )
    told = session["parameters"]
    assert told["TIMEZONE"] == "UTC"
    assert told["STATEMENT_TIMEOUT_IN_SECONDS"] == "77"
    assert told["QUOTED_IDENTIFIERS_IGNORE_CASE"] == "false"
    assert told["ROWS_PER_RESULTSET"] == "0"
    assert told["AUTOCOMMIT"] == "false"
    assert session["warehouse"] == "SMALL_WH"
    tags = [each["tag"] for each in snowflake.statements(" AS TAGGED")]
    assert tags == ["ombudsman nightly", "ombudsman nightly run 7: nulls, counts"]


def test_what_it_cost_is_estimated_by_the_size_of_the_warehouse(snowflake: Standin):
    place = snowflake.place()
    with connect("shop", place.settings) as connection, connection.open() as reader:
        reader.query("SELECT 1")
        told = re.fullmatch(
            r"about (0\.\d{3}) credits on warehouse SMALL_WH \(X-Small\), were it ours alone",
            str(reader.cost),
        )
    assert told is not None
    assert 0.016 < float(told[1]) < 0.1  # a minute of rest, and what it took
    settings = place.settings.model_copy(update={"warehouse": "NOT_THERE"})
    with connect("shop", settings) as connection, connection.open() as reader:
        assert reader.cost is None


@pytest.mark.parametrize(
    ("rest", "is_endless"), [(60, False), ("600", False), (0, True), ("0", True), (None, True)]
)
def test_of_a_warehouse_that_never_stops_it_is_said(
    snowflake: Standin, monkeypatch: pytest.MonkeyPatch, rest: Any, is_endless: bool
):
    told = {"name": "SMALL_WH", "size": "X-Small", "auto_suspend": rest}
    with connect("shop", snowflake.place().settings) as connection, connection.open() as reader:
        monkeypatch.setattr(connection._adapter, "_warehouse", lambda _: told)
        cost = str(reader.cost)
    assert cost.startswith("about 0.")
    assert cost.endswith("does not stop by itself, and costs on") == is_endless


@pytest.mark.parametrize("code", ["003001", "000630", "250001", "390195"])
def test_a_run_is_not_lost_when_its_cost_cannot_be_told(snowflake: Standin, code: str):
    place = snowflake.place()
    with connect("shop", place.settings) as connection, connection.open() as reader:
        reader.query("SELECT 1")
        snowflake.will(
            {
                "where": "query",
                "times": 9,
                "code": code,
                "message": "no",
                "containing": "CURRENT_WAREHOUSE",
            }
        )
        assert reader.cost is None
        snowflake.will()
        assert reader.cost is not None


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("a part of the answer did not come", errno=250003),
        LoginRefused("the key has gone"),
        SettingsError("the key cannot be read"),
        PoolTimeout("no session has come back"),
    ],
    ids=repr,
)
def test_nor_when_it_breaks_off_in_the_driver_or_on_the_way_there(
    snowflake: Standin, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    with connect("shop", snowflake.place().settings) as connection, connection.open() as reader:
        for where in ("_warehouse", "session"):
            with monkeypatch.context() as broken:
                broken.setattr(connection._adapter, where, Mock(side_effect=error))
                assert reader.cost is None


def test_what_statements_have_scanned_is_asked_once_for_all(snowflake: Standin):
    place = snowflake.place()
    since = dt.datetime.now(dt.UTC)
    with connect("shop", place.settings) as connection, connection.open() as reader:
        small, great = (
            reader.query(f"SELECT SEQ8() AS n FROM TABLE(GENERATOR(ROWCOUNT => {count}))")
            for count in (10, 1_000)
        )
        before = len(snowflake.statements("QUERY_HISTORY"))
        scanned = reader.bytes_scanned(since=since)
        assert len(snowflake.statements("QUERY_HISTORY")) == before + 1
        assert 0 < scanned[str(small.query_id)] < scanned[str(great.query_id)]
        assert reader.bytes_scanned(since=since - dt.timedelta(days=30)).keys() >= scanned.keys()
    with (
        connect("shop", snowflake.settings(warehouse="not_there")) as connection,
        connection.open() as reader,
    ):
        assert reader.bytes_scanned(since=since) == {}


def test_a_stream_tells_the_query_id_of_its_statement(snowflake: Standin):
    heard: list[tuple[str, str | None, str | None]] = []
    with connect("shop", snowflake.place().settings) as connection, connection.open() as reader:
        list(reader.stream("SELECT 1 AS streamed", asked=lambda *told: heard.append(told)))
        ((sql, _, query_id),) = heard
        (told,) = snowflake.statements("AS streamed")
    assert sql == "SELECT 1 AS streamed"
    assert query_id == told["number"]


@pytest.mark.parametrize("code", ["003001", "000630", "250001", "390195"])
def test_a_run_is_not_lost_when_nobody_says_what_it_scanned(snowflake: Standin, code: str):
    with connect("shop", snowflake.place().settings) as connection, connection.open() as reader:
        fault = {"where": "query", "times": 9, "code": code, "message": "no"}
        snowflake.will(fault | {"containing": "QUERY_HISTORY"})
        assert reader.bytes_scanned(since=dt.datetime.now(dt.UTC)) == {}
        snowflake.will()


def test_sessions_end_with_the_connection(snowflake: Standin):
    place = snowflake.place()
    before = len(snowflake.told()["sessions"])
    with connect("shop", place.settings) as connection, connection.open() as reader:
        reader.query("SELECT 1")
        assert len(snowflake.told()["sessions"]) > before
    assert len(snowflake.told()["sessions"]) == before
