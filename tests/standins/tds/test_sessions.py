"""Transactions, options, cancels and planted failures: what does a session live through?"""

import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.standins.fixtures import (
    connect_freetds,
    connect_microsoft,
    error_of,
    needs_microsofts_driver,
)
from tests.standins.tds import Database, TdsServer


@pytest.fixture
def accounts(tds_server: TdsServer) -> Iterator[TdsServer]:
    tds_server.define(
        "CREATE TABLE accounts (id int NOT NULL, amount money); INSERT INTO accounts VALUES (1, 10)"
    )
    yield tds_server
    tds_server.clear_faults()
    tds_server.define("DROP TABLE accounts")


def amounts(server: TdsServer) -> list[Any]:
    connection = connect_freetds(server, autocommit=True)
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT amount FROM accounts ORDER BY id")
        return [row[0] for row in cursor.fetchall()]
    finally:
        connection.close()


CONNECT = [
    pytest.param(connect_freetds, id="freetds"),
    pytest.param(connect_microsoft, id="microsoft", marks=needs_microsofts_driver),
]


@pytest.mark.parametrize("connect", CONNECT)
def test_what_is_not_committed_is_gone(accounts: TdsServer, connect: Any) -> None:
    connection = connect(accounts)
    cursor = connection.cursor()
    cursor.execute("UPDATE accounts SET amount = 20")
    assert amounts(accounts) == [10]
    connection.rollback()
    cursor.execute("SELECT amount FROM accounts")
    assert cursor.fetchall()[0][0] == 10
    cursor.execute("UPDATE accounts SET amount = 30")
    connection.commit()
    connection.close()
    assert amounts(accounts) == [30]


def test_transactions_nest_by_counting(accounts: TdsServer) -> None:
    connection = connect_freetds(accounts, autocommit=True)
    cursor = connection.cursor()
    cursor.execute(
        "BEGIN TRAN; BEGIN TRANSACTION; INSERT INTO accounts VALUES (2, 5); COMMIT; SELECT @@TRANCOUNT, XACT_STATE()"
    )
    assert cursor.fetchall() == [(1, 1)]
    assert amounts(accounts) == [10]
    cursor.execute("IF @@TRANCOUNT > 0 ROLLBACK; SELECT @@TRANCOUNT")
    assert cursor.fetchall() == [(0,)]
    assert amounts(accounts) == [10]
    connection.close()


def test_implicit_transactions_begin_with_a_read(accounts: TdsServer) -> None:
    connection = connect_freetds(accounts, autocommit=True)
    cursor = connection.cursor()
    cursor.execute("SET IMPLICIT_TRANSACTIONS ON; SELECT amount FROM accounts")
    cursor.fetchall()
    cursor.execute("SELECT @@TRANCOUNT")
    assert cursor.fetchall() == [(1,)]
    cursor.execute("COMMIT; SELECT @@TRANCOUNT")
    assert cursor.fetchall() == [(0,)]
    connection.close()


def test_a_table_that_was_rolled_back_was_never_there(accounts: TdsServer) -> None:
    connection = connect_freetds(accounts, autocommit=True)
    cursor = connection.cursor()
    cursor.execute(
        "BEGIN TRAN; CREATE TABLE passing (id int); INSERT INTO passing VALUES (1); ROLLBACK"
    )
    assert re.search(r"208", error_of(cursor, "SELECT * FROM passing"))
    cursor.execute("CREATE TABLE passing (id int); DROP TABLE passing")
    connection.close()


def test_snapshot_sees_one_moment_where_the_database_allows_it(accounts: TdsServer) -> None:
    connection = connect_freetds(accounts, autocommit=True)
    cursor = connection.cursor()
    cursor.execute(
        "SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRAN; SELECT COUNT(*) FROM accounts"
    )
    assert cursor.fetchall() == [(1,)]
    accounts.define("INSERT INTO accounts VALUES (2, 1)")
    cursor.execute("SELECT COUNT(*) FROM accounts")
    assert cursor.fetchall() == [(1,)]
    cursor.execute("COMMIT; SELECT COUNT(*) FROM accounts")
    assert cursor.fetchall() == [(2,)]
    cursor.execute(
        "SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID"
    )
    assert cursor.fetchall() == [(5,)]
    connection.close()


def test_snapshot_is_3952_where_the_database_does_not_allow_it(tds_server: TdsServer) -> None:
    tds_server.add_database("plain", Database(allows_snapshot=False))
    tds_server.define("CREATE TABLE t (id int)", database="plain")
    connection = connect_freetds(tds_server, autocommit=True, database="plain")
    cursor = connection.cursor()
    cursor.execute("SET TRANSACTION ISOLATION LEVEL SNAPSHOT")
    with pytest.raises(Exception, match="3952"):
        cursor.execute("SELECT * FROM t")
    cursor.execute("SELECT snapshot_isolation_state FROM sys.databases WHERE name = DB_NAME()")
    assert cursor.fetchall() == [(0,)]
    cursor.execute("ALTER DATABASE plain SET ALLOW_SNAPSHOT_ISOLATION ON; SELECT * FROM t")
    assert cursor.fetchall() == []
    connection.close()


def test_an_error_leaves_a_reading_transaction_alive(accounts: TdsServer) -> None:
    connection = connect_freetds(accounts, autocommit=True)
    cursor = connection.cursor()
    cursor.execute("BEGIN TRAN; SELECT * FROM accounts")
    cursor.fetchall()
    assert re.search(r"8134", error_of(cursor, "SELECT amount / 0 FROM accounts"))
    cursor.execute("SELECT COUNT(*), @@TRANCOUNT FROM accounts")
    assert cursor.fetchall() == [(1, 1)]
    connection.close()


LONG = "SELECT SUM(CAST(a.v AS bigint) * b.v) FROM numbers AS a CROSS JOIN numbers AS b CROSS JOIN numbers AS c"


@pytest.fixture
def numbers(tds_server: TdsServer) -> Iterator[TdsServer]:
    import pyarrow as pa

    tds_server.create_table("CREATE TABLE numbers (v int)", pa.table({"v": range(20_000)}))
    yield tds_server
    tds_server.clear_faults()
    tds_server.define("DROP TABLE numbers")


@needs_microsofts_driver
def test_a_cancel_stops_what_runs_and_the_session_goes_on(numbers: TdsServer) -> None:
    connection = connect_microsoft(numbers)
    connection.setautocommit(True)
    cursor = connection.cursor()
    timer = threading.Timer(0.5, cursor.hstmt._cancel)
    timer.start()
    began = time.monotonic()
    assert re.search(r"(?i)cancel", error_of(cursor, LONG))
    assert time.monotonic() - began < 5
    timer.join()
    assert cursor.execute("SELECT 1").fetchall()[0][0] == 1
    connection.close()


@needs_microsofts_driver
def test_a_query_time_out_stops_what_runs(numbers: TdsServer) -> None:
    connection = connect_microsoft(numbers)
    connection.timeout = 1
    cursor = connection.cursor()
    began = time.monotonic()
    assert re.search(r"(?i)timeout", error_of(cursor, LONG))
    assert time.monotonic() - began < 6
    connection.close()


def test_a_result_that_is_left_unread_is_cancelled(numbers: TdsServer) -> None:
    before = numbers.connections()
    connection = connect_freetds(numbers, autocommit=True)
    cursor = connection.cursor()
    cursor.execute("SELECT a.v, b.v FROM numbers AS a CROSS JOIN numbers AS b")
    cursor.fetchone()
    connection.close()
    until = time.monotonic() + 5
    while numbers.connections() > before and time.monotonic() < until:
        time.sleep(0.05)
    assert numbers.connections() == before


def test_an_error_in_the_middle_of_a_result_is_told(numbers: TdsServer) -> None:
    connection = connect_freetds(numbers, autocommit=True)
    cursor = connection.cursor()
    assert re.search(
        r"8134", error_of(cursor, "SELECT a.v, 1 / (19999 - a.v) FROM numbers AS a ORDER BY 1")
    )
    assert re.search(r"8134", error_of(cursor, "SELECT a.v, 1 / (19999 - a.v) FROM numbers AS a"))
    cursor.execute("SELECT COUNT(*) FROM numbers")
    assert cursor.fetchall() == [(20_000,)]
    connection.close()


def test_a_planted_deadlock_happens_once(accounts: TdsServer) -> None:
    accounts.plant("FROM accounts", error=1205, severity=13)
    connection = connect_freetds(accounts, autocommit=True)
    cursor = connection.cursor()
    assert re.search(r"1205.*deadlock victim", error_of(cursor, "SELECT * FROM accounts"))
    cursor.execute("SELECT COUNT(*) FROM accounts")
    assert cursor.fetchall() == [(1,)]
    connection.close()


def test_a_planted_lock_lasts_as_long_as_the_session_waits(accounts: TdsServer) -> None:
    accounts.plant("FROM accounts", waits_for_lock=True)
    connection = connect_freetds(accounts, autocommit=True)
    cursor = connection.cursor()
    cursor.execute("SET LOCK_TIMEOUT 200; SELECT @@LOCK_TIMEOUT")
    assert cursor.fetchall() == [(200,)]
    began = time.monotonic()
    assert re.search(r"1222", error_of(cursor, "SELECT * FROM accounts"))
    assert 0.15 < time.monotonic() - began < 3
    connection.close()


def test_a_connection_that_is_planted_to_break_breaks(numbers: TdsServer) -> None:
    numbers.plant("FROM numbers", drop_after_rows=1000)
    connection = connect_freetds(numbers, autocommit=True)
    cursor = connection.cursor()
    assert re.search(
        r"(?i)dead|eof|read from the server|disconnect", error_of(cursor, "SELECT v FROM numbers")
    )


def test_a_planted_delay_delays(accounts: TdsServer) -> None:
    accounts.plant("FROM accounts", delay=0.3)
    began = time.monotonic()
    assert amounts(accounts) == [10]
    assert time.monotonic() - began > 0.3


@needs_microsofts_driver
def test_a_pooled_connection_is_as_after_login(accounts: TdsServer) -> None:
    state = "SELECT @@SPID, @@TRANCOUNT, DB_NAME(), @@LOCK_TIMEOUT, (SELECT COUNT(*) FROM test.dbo.accounts)"
    first = connect_microsoft(accounts)
    cursor = first.cursor()
    cursor.execute("SET LOCK_TIMEOUT 5; USE master; INSERT INTO test.dbo.accounts VALUES (2, 2)")
    cursor.close()
    first.close()
    second = connect_microsoft(accounts)
    second.setautocommit(True)
    assert tuple(second.cursor().execute(state).fetchone())[1:] == (0, "test", -1, 1)
    second.close()


def test_sessions_do_not_stand_in_each_others_way(numbers: TdsServer) -> None:
    found: list[int] = []

    def ask(number: int) -> None:
        connection = connect_freetds(numbers, autocommit=True)
        cursor = connection.cursor()
        for _ in range(5):
            cursor.execute(f"SELECT COUNT(*) FROM numbers WHERE v < {number}")
            found.append(cursor.fetchall()[0][0] - number)
        connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [0] * 30


def test_a_change_that_meets_another_is_3960(accounts: TdsServer) -> None:
    connections = [connect_freetds(accounts, autocommit=True) for _ in range(2)]
    one, other = (connection.cursor() for connection in connections)
    for cursor in (one, other):
        cursor.execute(
            "SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRAN; SELECT COUNT(*) FROM accounts"
        )
        cursor.fetchall()
    one.execute("UPDATE accounts SET amount = 1")
    assert "(3960, " in error_of(other, "UPDATE accounts SET amount = 2")
    one.execute("COMMIT")
    for connection in connections:
        connection.close()
    assert amounts(accounts) == [1]


def test_options_are_taken_and_told(tds_server: TdsServer) -> None:
    connection = connect_freetds(tds_server, autocommit=True)
    cursor = connection.cursor()
    cursor.execute(
        "SET NOCOUNT ON; SET XACT_ABORT ON; SET ANSI_NULLS ON; SET ARITHABORT ON; SET CONCAT_NULL_YIELDS_NULL ON;"
        "SET DEADLOCK_PRIORITY LOW; SET TEXTSIZE 2147483647; SET DATEFORMAT ymd; SET ANSI_NULLS, QUOTED_IDENTIFIER ON;"
        "SELECT SESSIONPROPERTY('ANSI_NULLS'), SESSIONPROPERTY('ARITHABORT')"
    )
    assert cursor.fetchall() == [(1, 1)]
    cursor.execute("PRINT 'hello'; WAITFOR DELAY '00:00:00.1'; USE master; SELECT DB_NAME()")
    assert cursor.fetchall() == [("master",)]
    assert re.search(r"50001.*planned", error_of(cursor, "THROW 50001, 'planned', 1"))
    connection.close()
