"""What a driver's number means: the table, tested by a table."""

import sqlite3

import duckdb
import pytest

from ombudsman.connections import failures
from ombudsman.connections.running import Stop
from ombudsman.model.errors import (
    Cancelled,
    ConnectionFailed,
    ConnectionLost,
    LoginRefused,
    ObjectNotFound,
    PermissionDenied,
    QueryFailed,
    StatementInvalid,
    TimedOut,
    Unreachable,
)


@pytest.mark.parametrize(
    ("sqlstate", "expected"),
    [
        ("42P01", ObjectNotFound),
        ("42703", ObjectNotFound),
        ("42883", ObjectNotFound),
        ("3F000", ObjectNotFound),
        ("42501", PermissionDenied),
        ("25006", PermissionDenied),
        ("42601", StatementInvalid),
        ("22012", StatementInvalid),
        ("22P02", StatementInvalid),
        ("40001", StatementInvalid),
        ("40P01", StatementInvalid),
        ("53200", StatementInvalid),
        ("XX000", StatementInvalid),
        ("57014", Cancelled),
        ("55P03", TimedOut),
        ("57P01", ConnectionLost),
        ("57P02", ConnectionLost),
        ("08006", ConnectionLost),
        ("25P03", ConnectionLost),
        ("58030", ConnectionLost),
        ("99999", StatementInvalid),
        ("", StatementInvalid),
        (None, StatementInvalid),
    ],
)
def test_sqlstates(sqlstate: str | None, expected: type[QueryFailed]):
    assert failures.of_sqlstate(sqlstate) is expected


@pytest.mark.parametrize(
    ("sqlstate", "expected"),
    [
        ("28P01", LoginRefused),
        ("28000", LoginRefused),
        ("3D000", LoginRefused),
        ("42501", LoginRefused),
        ("53300", Unreachable),
        ("57P03", Unreachable),
        ("08001", Unreachable),
        (None, Unreachable),
        ("42601", ConnectionFailed),
    ],
)
def test_sqlstates_while_connecting(sqlstate: str | None, expected: type[ConnectionFailed]):
    assert failures.of_login_sqlstate(sqlstate) is expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (duckdb.CatalogException, ObjectNotFound),
        (duckdb.PermissionException, PermissionDenied),
        (duckdb.InterruptException, Cancelled),
        (duckdb.ConnectionException, ConnectionLost),
        (duckdb.IOException, ConnectionLost),
        (duckdb.ParserException, StatementInvalid),
        (duckdb.BinderException, StatementInvalid),
        (duckdb.ConversionException, StatementInvalid),
        (duckdb.OutOfMemoryException, StatementInvalid),
        (duckdb.Error, StatementInvalid),
    ],
)
def test_exceptions_of_duckdb(error: type[duckdb.Error], expected: type[QueryFailed]):
    assert failures.of_duckdb(error("words")) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_INTERRUPT, Cancelled),
        (sqlite3.SQLITE_BUSY, TimedOut),
        (sqlite3.SQLITE_LOCKED, TimedOut),
        (sqlite3.SQLITE_READONLY, PermissionDenied),
        (sqlite3.SQLITE_READONLY_DBMOVED, PermissionDenied),
        (sqlite3.SQLITE_AUTH, PermissionDenied),
        (sqlite3.SQLITE_IOERR, ConnectionLost),
        (sqlite3.SQLITE_IOERR_READ, ConnectionLost),
        (sqlite3.SQLITE_CORRUPT, ConnectionLost),
        (sqlite3.SQLITE_NOTADB, ConnectionLost),
        (sqlite3.SQLITE_ERROR, StatementInvalid),
        (None, StatementInvalid),
    ],
)
def test_codes_of_sqlite(code: int | None, expected: type[QueryFailed]):
    assert failures.of_sqlite(code) is expected


@pytest.mark.parametrize(
    ("kind", "stopped", "timed_out", "expected"),
    [
        (Cancelled, None, False, Cancelled),
        (Cancelled, None, True, TimedOut),
        (Cancelled, Stop.CANCELLED, True, Cancelled),
        (Cancelled, Stop.TIMED_OUT, False, TimedOut),
        (ConnectionLost, Stop.TIMED_OUT, True, TimedOut),
        (ConnectionLost, Stop.CANCELLED, False, Cancelled),
        (StatementInvalid, None, True, StatementInvalid),
    ],
)
def test_who_stopped_it_decides_over_the_code(
    kind: type[QueryFailed], stopped: Stop | None, timed_out: bool, expected: type[QueryFailed]
):
    made = failures.query_failed(
        kind,
        ValueError("w"),
        connection="erp",
        sql="SELECT 1",
        stopped=stopped,
        timed_out=timed_out,
    )
    assert type(made) is expected
    assert made.context["sql"] == "SELECT 1"


def test_secrets_are_struck_out_of_the_drivers_words():
    made = failures.query_failed(
        StatementInvalid,
        ValueError("no entry for s3cret's at host"),
        connection="erp",
        sql="SELECT 1",
        stopped=None,
        secrets=["s3cret's", ""],
        code="XX000",
    )
    assert made.context["driver_message"] == "no entry for *** at host"
    assert "driver_message" not in made.problem().context
    assert "'erp'" in made.message
    assert "XX000" in made.message
