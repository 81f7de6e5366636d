"""What holds of a reader on every engine."""

import datetime as dt
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from tests.connections.conftest import Shop

from ombudsman.connections.connection import Connection
from ombudsman.connections.reader import Reader
from ombudsman.model.errors import (
    Cancelled,
    ObjectNotFound,
    OmbudsmanError,
    QueryFailed,
    StatementInvalid,
    TimedOut,
)

ORDERS = sa.table(
    "orders",
    sa.column("id", sa.Integer),
    sa.column("name", sa.String),
    sa.column("amount", sa.Numeric(12, 2)),
    sa.column("made", sa.Date),
)
NAME = '50% off: it\'s "q"'


def test_rows_come_as_python_values(connection: Connection):
    with connection.open() as reader:
        got = reader.query(sa.select(ORDERS).order_by(ORDERS.c.id))
    assert got.columns == ("id", "name", "amount", "made")
    assert got.rows == [
        (1, NAME, Decimal("1.50"), dt.date(2024, 1, 31)),
        (2, None, None, None),
        (3, "c", Decimal(3), dt.date(2024, 2, 29)),
    ]
    assert all(type(row) is tuple for row in got.rows)
    assert got.started.tzinfo is dt.UTC
    assert got.ms > 0


PARITY = (
    ORDERS.c.id % 2
)  # one expression: written twice it would have two parameters, and engines take them for two
QUESTIONS: dict[str, sa.Executable] = {
    "percent_and_colon": sa.select(ORDERS.c.id).where(ORDERS.c.name == NAME),
    "like": sa.select(ORDERS.c.id).where(ORDERS.c.name.like("50\\% %:%", escape="\\")),
    "literal": sa.select(sa.literal("100%s :x $1 ?"), sa.literal_column("'a%b :c'")),
    "escaped_text": sa.select(sa.text("'x%y \\:z'")),
    "date_and_decimal": sa.select(ORDERS.c.id).where(
        ORDERS.c.made > dt.date(2024, 2, 1), ORDERS.c.amount >= Decimal("2.5")
    ),
    "group_by_an_expression_with_a_value": sa.select(
        PARITY, sa.func.count(), sa.func.count(ORDERS.c.name.distinct())
    )
    .group_by(PARITY)
    .order_by(PARITY),
    "conditional_sums": sa.select(
        sa.func.sum(sa.case((ORDERS.c.name == NAME, 1), else_=0)), sa.func.sum(ORDERS.c.amount)
    ),
    "in": sa.select(ORDERS.c.id).where(ORDERS.c.id.in_([1, 3])).order_by(ORDERS.c.id),
    "null": sa.select(ORDERS.c.id).where(ORDERS.c.name.is_(None)),
    "division": sa.select(sa.cast(ORDERS.c.id, sa.Double) / 4).where(ORDERS.c.id == 3),
}
ANSWERS = {
    "percent_and_colon": [(1,)],
    "like": [(1,)],
    "literal": [("100%s :x $1 ?", "a%b :c")],
    "escaped_text": [("x%y :z",)],
    "date_and_decimal": [(3,)],
    "group_by_an_expression_with_a_value": [(0, 1, 0), (1, 2, 2)],
    "conditional_sums": [(1, Decimal("4.50"))],
    "in": [(1,), (3,)],
    "null": [(2,)],
    "division": [(0.75,)],
}


def test_questions_are_answered_and_their_sql_can_be_run_again(connection: Connection):
    with connection.open() as reader:
        for name, question in QUESTIONS.items():
            got = reader.query(question)
            assert got.rows == ANSWERS[name], name
            again = reader.query(got.sql)
            assert again.rows == got.rows, name
            assert "%%" not in got.sql, name


def test_a_statement_that_fails_leaves_nothing_behind(shop: Shop):
    with shop.connection(max_concurrent_queries=1) as connection, connection.open() as reader:
        for _ in range(3):
            with pytest.raises(QueryFailed) as told:
                reader.query("SELECT id FROM no_such_table")
            assert told.value.context["sql"] == "SELECT id FROM no_such_table"
            assert repr(shop.engine) in told.value.message
            assert reader.query(sa.select(sa.func.count()).select_from(ORDERS)).rows == [(3,)]


def test_what_is_not_there_is_told_where_the_engine_has_a_code_for_it(shop: Shop):
    expected = StatementInvalid if shop.engine == "sqlite" else ObjectNotFound
    with shop.connection() as connection, connection.open() as reader, pytest.raises(expected):
        reader.query("SELECT 1 FROM no_such_table")


WRITES = [
    "INSERT INTO orders (id) VALUES (9)",
    "UPDATE orders SET name = 'x'",
    "DELETE FROM orders",
    "DROP TABLE orders",
    "CREATE TABLE other (a integer)",
    "CREATE TEMP TABLE other (a integer)",
    "CREATE VIEW seen AS SELECT 1",
    "SELECT 1; DELETE FROM orders",
    "COMMIT; DELETE FROM orders",
    "ROLLBACK; DELETE FROM orders",
    "BEGIN",
    "VACUUM",
]


def test_nothing_can_be_written(shop: Shop):
    with shop.connection() as connection, connection.open() as reader:
        for sql in WRITES:
            with pytest.raises(OmbudsmanError):
                reader.query(sql)
            if sql != "BEGIN":  # to PostgreSQL a second BEGIN is a notice
                with pytest.raises(OmbudsmanError):
                    list(reader.stream(sql))
    with shop.connection() as connection, connection.open() as reader:
        assert len(reader.query(sa.select(ORDERS)).rows) == 3


def test_no_more_statements_run_at_once_than_allowed(shop: Shop):
    with shop.connection(max_concurrent_queries=2) as connection, connection.open() as reader:
        running, most, lock = 0, 0, threading.Lock()
        inner = reader._adapter.parts

        def counted(result: Any) -> Any:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.05)
            try:
                yield from inner(result)
            finally:
                with lock:
                    running -= 1

        reader._adapter.parts = counted  # type: ignore[method-assign]
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: reader.query(sa.select(ORDERS.c.id)).rows, range(16)))
    assert most == 2
    assert all(len(rows) == 3 for rows in answers)


def test_waiting_for_a_turn_is_not_an_error_however_long(shop: Shop):
    with (
        shop.connection(max_concurrent_queries=1, statement_timeout_s=1) as connection,
        connection.open() as reader,
        ThreadPoolExecutor(2) as pool,
    ):
        first = pool.submit(reader.query, shop.long_sql)
        time.sleep(0.2)
        second = pool.submit(reader.query, sa.select(sa.func.count()).select_from(ORDERS))
        assert isinstance(first.exception(), TimedOut)
        assert second.result().rows == [(3,)]


def test_cancel_stops_what_is_running_and_nothing_after_it(shop: Shop):
    with (
        shop.connection() as connection,
        connection.open() as reader,
        ThreadPoolExecutor(2) as pool,
    ):
        under_way = [pool.submit(reader.query, shop.long_sql) for _ in range(2)]
        time.sleep(0.5)
        begun = time.monotonic()
        connection.cancel()
        failures = [future.exception() for future in under_way]
        assert time.monotonic() - begun < 2
        assert [type(failure) for failure in failures] == [Cancelled, Cancelled]
        for _ in range(5):
            assert reader.query(sa.select(sa.func.count()).select_from(ORDERS)).rows == [(3,)]


def test_a_statement_that_takes_too_long_is_stopped(shop: Shop):
    with shop.connection(statement_timeout_s=1) as connection, connection.open() as reader:
        begun = time.monotonic()
        with pytest.raises(TimedOut) as told:
            reader.query(shop.long_sql)
        assert 0.9 < time.monotonic() - begun < 3
        assert "statement_timeout_s" in str(told.value.hint)
        assert reader.query(sa.select(sa.func.count()).select_from(ORDERS)).rows == [(3,)]


def test_a_stream_gives_the_same_rows_as_a_query(connection: Connection):
    statement = sa.select(ORDERS.c.id, ORDERS.c.name, ORDERS.c.made).order_by(ORDERS.c.id)
    with connection.open() as reader:
        batches = list(reader.stream(statement))
        rows = reader.query(statement).rows
    streamed = [tuple(row.values()) for batch in batches for row in batch.to_pylist()]
    assert streamed == rows


def test_a_stream_that_is_left_early_gives_its_turn_back(shop: Shop):
    with shop.connection(max_concurrent_queries=1) as connection, connection.open() as reader:
        for _ in range(3):
            stream = reader.stream(shop.endless_sql)
            next(iter(stream))
            stream.close()
        assert reader.query(sa.select(sa.func.count()).select_from(ORDERS)).rows == [(3,)]


def test_a_stream_can_be_cancelled_and_times_out(shop: Shop):
    with shop.connection(statement_timeout_s=1) as connection, connection.open() as reader:
        threading.Timer(0.3, connection.cancel).start()
        with pytest.raises(Cancelled):
            list(reader.stream(shop.long_sql))
        with pytest.raises(TimedOut):
            list(reader.stream(shop.long_sql))


def test_a_stream_of_no_rows_still_has_columns_or_no_batch(connection: Connection):
    with connection.open() as reader:
        batches = list(reader.stream(sa.select(ORDERS.c.id).where(sa.false())))
    assert sum(batch.num_rows for batch in batches) == 0


def test_a_failing_stream_raises_ours(shop: Shop):
    with shop.connection() as connection, connection.open() as reader, pytest.raises(QueryFailed):
        list(reader.stream("SELECT a FROM no_such_table"))


def test_many_threads_share_one_reader(connection: Connection):
    def ask(reader: Reader, number: int) -> int:
        return int(reader.query(sa.select(sa.literal(number, sa.Integer))).rows[0][0])

    with connection.open() as reader, ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda n: ask(reader, n), range(60))) == list(range(60))


def test_the_report_says_what_the_connection_is(shop: Shop):
    products = {"duckdb": "DuckDB", "sqlite": "SQLite", "postgresql": "PostgreSQL"}
    with shop.connection() as connection:
        report = connection.check()
    assert report.name == report.engine == shop.engine
    assert report.version.startswith(products[shop.engine])
    assert "read" in report.read_only
    assert report.latency_ms > 0
    assert report.notes


def test_what_is_pinned_is_said_in_words(shop: Shop):
    words = {"duckdb": "the file, opened read-only", "sqlite": None}
    with shop.connection() as connection, connection.open() as reader:
        assert reader.snapshot_note
        if shop.engine == "postgresql":
            assert str(reader.snapshot).startswith("repeatable-read snapshot ")
        else:
            assert reader.snapshot == words[shop.engine]
