"""What holds on PostgreSQL alone."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import UUID

import pyarrow as pa
import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from tests.postgres_server import PostgresServer

from ombudsman.connections.connection import connect
from ombudsman.connections.settings import PostgresSettings
from ombudsman.model.errors import PermissionDenied, QueryFailed, TimedOut

pytestmark = pytest.mark.postgres

SLOW_COUNT = "SELECT (SELECT count(*) FROM orders), pg_sleep(0.1)"
COUNT = "SELECT count(*) FROM orders"


def test_all_threads_see_the_moment_of_opening(
    postgres: PostgresServer, postgres_settings: PostgresSettings
):
    with connect("shop", postgres_settings) as connection, connection.open() as reader:
        postgres.execute(postgres_settings.database, "INSERT INTO orders (id) VALUES (10)")
        with ThreadPoolExecutor(4) as pool:
            counts = list(pool.map(lambda _: reader.query(SLOW_COUNT).rows[0][0], range(8)))
        streamed = [batch.to_pylist() for batch in reader.stream(COUNT)]
        assert counts == [3] * 8
        assert streamed == [[{"count": 3}]]
        with connection.open() as later:
            assert later.query(COUNT).rows == [(4,)]
            assert reader.query(COUNT).rows == [(3,)]


def test_a_server_that_exports_no_snapshot_is_read_without_one(
    postgres: PostgresServer, postgres_settings: PostgresSettings
):
    postgres.create_role("plain_reader")
    postgres.execute(
        postgres_settings.database,
        "GRANT SELECT ON orders TO plain_reader;"
        "REVOKE EXECUTE ON FUNCTION pg_catalog.pg_export_snapshot() FROM PUBLIC",
    )
    settings = postgres_settings.model_copy(
        update={"user": "plain_reader", "password": SecretStr("secret")}
    )
    with connect("shop", settings) as connection, connection.open() as reader:
        assert reader.snapshot is None
        assert "42501" in reader.snapshot_note
        assert reader.query(COUNT).rows == [(3,)]


def test_a_role_may_read_only_what_it_was_granted(
    postgres: PostgresServer, postgres_settings: PostgresSettings
):
    postgres.create_role("narrow_reader")
    postgres.execute(postgres_settings.database, "GRANT SELECT (id) ON orders TO narrow_reader")
    settings = postgres_settings.model_copy(
        update={"user": "narrow_reader", "password": SecretStr("secret")}
    )
    with connect("shop", settings) as connection, connection.open() as reader:
        assert reader.query("SELECT max(id) FROM orders").rows == [(3,)]
        for ask in (reader.query, lambda sql: list(reader.stream(sql))):
            with pytest.raises(PermissionDenied) as told:
                ask("SELECT max(name) FROM orders")
            assert told.value.context["code"] == "42501"
        assert "superuser" not in connection.check().read_only
    with connect("shop", postgres_settings) as connection:
        assert "superuser" in connection.check().read_only


def test_by_the_password_alone_both_drivers_get_in(postgres_settings: PostgresSettings):
    settings = postgres_settings.model_copy(update={"password_only": True})
    with connect("shop", settings) as connection, connection.open() as reader:
        assert reader.query(COUNT).rows == [(3,)]
        assert [batch.to_pylist() for batch in reader.stream(COUNT)] == [[{"count": 3}]]


@pytest.mark.parametrize(
    "sql",
    [
        "SET TRANSACTION READ WRITE",
        "SET TRANSACTION READ WRITE; DELETE FROM orders",
        "SELECT nextval('numbers')",
        "SELECT id FROM orders FOR UPDATE",
        "WITH gone AS (DELETE FROM orders RETURNING id) SELECT id FROM gone",
        "SELECT * INTO other FROM orders",
        "SELECT write_one()",
        "COPY orders TO '/tmp/ombudsman-stolen.csv'; SELECT 1",
    ],
)
def test_the_ways_around_read_only_are_shut(
    postgres: PostgresServer, postgres_settings: PostgresSettings, sql: str
):
    postgres.execute(
        postgres_settings.database,
        "CREATE SEQUENCE IF NOT EXISTS numbers;"
        "CREATE FUNCTION write_one() RETURNS int LANGUAGE sql SECURITY DEFINER"
        " AS 'INSERT INTO orders (id) VALUES (99) RETURNING id'",
    )
    with connect("shop", postgres_settings) as connection, connection.open() as reader:
        with pytest.raises(QueryFailed):
            reader.query(sql)
        assert reader.query(COUNT).rows == [(3,)]
    assert postgres.execute(postgres_settings.database, COUNT) == [(3,)]


def _running(server: PostgresServer, database: str) -> int:
    """How many of our statements run in this database; others may have theirs on the same server."""
    rows = server.execute(
        "postgres",
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ombudsman' AND state = 'active'"
        f" AND datname = '{database}'",
    )
    return int(rows[0][0])


def _until(server: PostgresServer, database: str, number: int) -> bool:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if _running(server, database) == number:
            return True
        time.sleep(0.05)
    return False


def test_cancel_stops_the_statement_on_the_server(
    postgres: PostgresServer, postgres_settings: PostgresSettings
):
    with (
        connect("shop", postgres_settings) as connection,
        connection.open() as reader,
        ThreadPoolExecutor(2) as pool,
    ):
        query = pool.submit(reader.query, "SELECT pg_sleep(60)")
        stream = pool.submit(lambda: list(reader.stream("SELECT pg_sleep(60)")))
        assert _until(postgres, postgres_settings.database, 2)
        connection.cancel()
        assert query.exception() is not None
        assert stream.exception() is not None
        assert _until(postgres, postgres_settings.database, 0)


def test_the_server_itself_ends_what_takes_too_long(
    postgres: PostgresServer, postgres_settings: PostgresSettings
):
    settings = postgres_settings.model_copy(update={"statement_timeout_s": 1})
    with connect("shop", settings) as connection, connection.open() as reader:
        with pytest.raises(TimedOut) as told:
            reader.query("SELECT pg_sleep(60)")
        assert told.value.context["code"] == "57014"
        assert _running(postgres, postgres_settings.database) == 0


def test_a_statement_that_switches_the_time_limit_off_meets_the_watchdog(
    postgres: PostgresServer, postgres_settings: PostgresSettings
):
    settings = postgres_settings.model_copy(update={"statement_timeout_s": 1})
    sql = "SELECT set_config('statement_timeout', '0', true), pg_sleep(60)"
    with connect("shop", settings) as connection, connection.open() as reader:
        begun = time.monotonic()
        with pytest.raises(TimedOut):
            reader.query(sql)
        assert time.monotonic() - begun < 4
        assert _until(postgres, postgres_settings.database, 0)


def test_a_lock_is_not_waited_for_longer_than_five_seconds(
    postgres: PostgresServer, postgres_settings: PostgresSettings
):
    with connect("shop", postgres_settings) as connection, connection.open() as reader:
        with postgres.connect(postgres_settings.database) as other, other.transaction():
            other.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(TimedOut) as told:
                reader.query(COUNT)
        assert told.value.context["code"] == "55P03"
        assert reader.query(COUNT).rows == [(3,)]


def test_values_that_python_cannot_hold_come_as_texts(postgres_settings: PostgresSettings):
    sql = """SELECT date 'infinity', date '-infinity', date '20000-01-01', date '0044-03-15 BC',
        timestamp 'infinity', timestamp '20000-01-01 10:00', timestamptz '-infinity',
        timestamptz '0044-03-15 12:00:00+00 BC', time '24:00', 'NaN'::numeric, 'Infinity'::numeric"""
    with connect("shop", postgres_settings) as connection, connection.open() as reader:
        row = reader.query(sql).rows[0]
    assert row[:9] == (
        "infinity",
        "-infinity",
        "20000-01-01",
        "0044-03-15 BC",
        "infinity",
        "20000-01-01 10:00:00",
        "-infinity",
        "0044-03-15 12:00:00+00 BC",
        "24:00:00",
    )
    assert row[9].is_nan()
    assert row[10] == Decimal("Infinity")


def test_values_come_in_pythons_types_and_in_utc(postgres_settings: PostgresSettings):
    sql = """SELECT 170141183460469231731687303715884105727::numeric, 0.1::float8 + 0.2::float8,
        timestamptz '2024-07-01 00:00:00 America/New_York', 'a8098c1a-f86e-11da-bd1a-00112444be1e'::uuid,
        '\\xdead'::bytea, '{"a": 1.10}'::json, '{"a": 1.10}'::jsonb, true, interval '1 day 2 hours'"""
    with connect("shop", postgres_settings) as connection, connection.open() as reader:
        row = reader.query(sql).rows[0]
    assert row == (
        Decimal(170141183460469231731687303715884105727),
        0.30000000000000004,
        dt.datetime(2024, 7, 1, 4, tzinfo=dt.UTC),
        UUID("a8098c1a-f86e-11da-bd1a-00112444be1e"),
        b"\xde\xad",
        '{"a": 1.10}',
        '{"a": 1.10}',
        True,
        dt.timedelta(days=1, hours=2),
    )
    assert row[2].utcoffset() == dt.timedelta(0)


def test_the_session_does_not_depend_on_the_servers_configuration(
    postgres: PostgresServer, postgres_settings: PostgresSettings
):
    name = postgres_settings.database
    postgres.execute(
        name,
        f"ALTER DATABASE {name} SET standard_conforming_strings = off;"
        f"ALTER DATABASE {name} SET DateStyle = 'German';"
        f"ALTER DATABASE {name} SET bytea_output = 'escape';"
        f"ALTER DATABASE {name} SET extra_float_digits = -15;"
        f"ALTER DATABASE {name} SET IntervalStyle = 'iso_8601'",
    )
    text = "back\\slash ' \\' and \\\\"
    with connect("shop", postgres_settings) as connection, connection.open() as reader:
        statement = sa.select(
            sa.literal(text), sa.cast("2024-03-04", sa.Date), sa.cast(b"\x01'", sa.LargeBinary)
        )
        got = reader.query(statement)
        assert got.rows == [(text, dt.date(2024, 3, 4), b"\x01'")]
        assert reader.query(got.sql).rows == got.rows
        (batch,) = reader.stream(statement)
        assert tuple(batch.to_pylist()[0].values()) == got.rows[0]
        assert reader.query("SELECT 0.1::float8 + 0.2::float8").rows == [(0.30000000000000004,)]


def test_a_stream_keeps_every_digit_of_a_numeric(postgres_settings: PostgresSettings):
    number = "12345678901234567890.123456789012345678"
    with connect("shop", postgres_settings) as connection, connection.open() as reader:
        (batch,) = reader.stream(
            f"SELECT {number}::numeric AS n, timestamptz '2024-07-01 00:00+02' AS t"
        )
    assert isinstance(batch, pa.RecordBatch)
    assert batch.to_pylist()[0]["n"] == number
    assert batch.to_pylist()[0]["t"] == dt.datetime(2024, 6, 30, 22, tzinfo=dt.UTC)


def test_a_failure_in_mid_stream_is_told_by_its_code(postgres_settings: PostgresSettings):
    with connect("shop", postgres_settings) as connection, connection.open() as reader:
        with pytest.raises(QueryFailed) as told:
            list(reader.stream("SELECT 1 / (500000 - i) FROM generate_series(1, 600000) AS s(i)"))
        assert told.value.context["code"] == "22012"
        assert told.value.code == "statement_invalid"


def test_the_query_is_known_by_its_process_on_the_server(postgres_settings: PostgresSettings):
    with connect("shop", postgres_settings) as connection, connection.open() as reader:
        got = reader.query("SELECT pg_backend_pid()")
    assert got.query_id == f"pid {got.rows[0][0]}"
