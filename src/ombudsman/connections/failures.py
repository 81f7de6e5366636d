"""What a driver's error means, told by its number.

Messages change with language and version; SQLSTATEs, vendor numbers and exception classes do not. The tables below
are all there is to know. A driver's own words may hold values of rows and, with some drivers, the password: they go
into `context["driver_message"]` with secrets struck out, and into no message.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

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

SQLSTATES: Mapping[str, type[QueryFailed]] = MappingProxyType(
    {
        "08": ConnectionLost,
        "25006": PermissionDenied,  # read-only transaction
        "25P03": ConnectionLost,  # idle in transaction for too long
        "25P04": TimedOut,  # transaction took too long
        "28": PermissionDenied,
        "3D000": ObjectNotFound,
        "3F000": ObjectNotFound,
        "40": StatementInvalid,  # serialisation, deadlock
        "42501": PermissionDenied,
        "42703": ObjectNotFound,
        "42704": ObjectNotFound,
        "42883": ObjectNotFound,
        "42P01": ObjectNotFound,
        "55P03": TimedOut,  # lock not available
        "57014": Cancelled,  # also statement_timeout: see `query_failed`
        "57P": ConnectionLost,
        "58": ConnectionLost,  # the server's own disk
    }
)
"""PostgreSQL's codes and classes of codes; the longest that fits decides, others are `StatementInvalid`."""

LOGIN_SQLSTATES: Mapping[str, type[ConnectionFailed]] = MappingProxyType(
    {
        "28": LoginRefused,
        "3D000": LoginRefused,  # no such database
        "42501": LoginRefused,  # no right to connect
        "53300": Unreachable,  # too many connections
        "57P03": Unreachable,  # starting up
        "08": Unreachable,
    }
)

DUCKDB_CLASSES: Mapping[str, type[QueryFailed]] = MappingProxyType(
    {
        "CatalogException": ObjectNotFound,
        "PermissionException": PermissionDenied,
        "InterruptException": Cancelled,
        "ConnectionException": ConnectionLost,
        "IOException": ConnectionLost,
        "FatalException": ConnectionLost,
        "InternalException": ConnectionLost,
    }
)
"""DuckDB's exception classes; others are `StatementInvalid`."""

SQLITE_CODES: Mapping[int, type[QueryFailed]] = MappingProxyType(
    {
        3: PermissionDenied,  # SQLITE_PERM
        5: TimedOut,  # SQLITE_BUSY: a lock was not had in time
        6: TimedOut,  # SQLITE_LOCKED
        8: PermissionDenied,  # SQLITE_READONLY
        9: Cancelled,  # SQLITE_INTERRUPT
        10: ConnectionLost,  # SQLITE_IOERR
        11: ConnectionLost,  # SQLITE_CORRUPT
        14: ConnectionLost,  # SQLITE_CANTOPEN
        23: PermissionDenied,  # SQLITE_AUTH: our own guard
        26: ConnectionLost,  # SQLITE_NOTADB
    }
)
"""SQLite's primary result codes; others are `StatementInvalid`."""

_HINTS: Mapping[type[QueryFailed], str] = MappingProxyType(
    {
        TimedOut: "raise statement_timeout_s of the connection, or ask for fewer rows or columns",
        ConnectionLost: "look at the server, then run again: every statement starts afresh",
        PermissionDenied: "grant SELECT on what is read, and nothing more",
        ObjectNotFound: "read the catalogue again; names are exact, letter case included",
    }
)

_CODE_HINTS: Mapping[str | int | None, str] = MappingProxyType(
    {
        "OutOfMemoryException": "raise memory_limit of the connection, or give it a spill_folder",
    }
)


def of_sqlstate(sqlstate: str | None) -> type[QueryFailed]:
    """What a SQLSTATE means for a statement: the longest code of the table that fits."""
    code = sqlstate or ""
    fitting = (SQLSTATES.get(code[:length]) for length in range(len(code), 1, -1))
    return next(filter(None, fitting), StatementInvalid)


def of_login_sqlstate(sqlstate: str | None) -> type[ConnectionFailed]:
    """What a SQLSTATE means while connecting. None (nothing came back from the server) is `Unreachable`."""
    code = sqlstate or ""
    fitting = (LOGIN_SQLSTATES.get(code[:length]) for length in range(len(code), 1, -1))
    return next(filter(None, fitting), Unreachable if sqlstate is None else ConnectionFailed)


def of_duckdb(error: BaseException) -> type[QueryFailed]:
    """What an exception of DuckDB means for a statement."""
    return DUCKDB_CLASSES.get(type(error).__name__, StatementInvalid)


def of_sqlite(code: int | None) -> type[QueryFailed]:
    """What an extended result code of SQLite means for a statement; its low byte is the primary code."""
    return SQLITE_CODES.get((code or 0) & 0xFF, StatementInvalid)


def query_failed(
    kind: type[QueryFailed],
    error: BaseException,
    *,
    connection: str,
    sql: str,
    stopped: Stop | None,
    secrets: Sequence[str] = (),
    code: str | int | None = None,
    timed_out: bool = False,
) -> QueryFailed:
    """Our error for a driver's.

    Args:
        kind: what the code means by itself.
        error: the driver's.
        connection: its name.
        sql: the whole statement.
        stopped: whether we stopped it, and why: this decides, for the engines have one code for both.
        secrets: what must not appear in the driver's words.
        code: the engine's own code, for those who look it up.
        timed_out: the server ended it because its time was up.
    """
    if stopped is Stop.CANCELLED:
        kind = Cancelled
    elif stopped is Stop.TIMED_OUT or (timed_out and kind is Cancelled):
        kind = TimedOut
    what = (kind.__doc__ or "").strip().rstrip(".")
    told = (
        f"connection {connection!r}" if code is None else f"connection {connection!r}, code {code}"
    )
    return kind(
        f"{what} ({told})",
        hint=_CODE_HINTS.get(code) or _HINTS.get(kind),
        connection=connection,
        sql=sql,
        code=code,
        driver_message=without_secrets(str(error), secrets),
    )


def ended_all_the_same(stopped: Stop, *, connection: str, sql: str) -> QueryFailed:
    """Of a statement that was to be stopped, and answered before it was, or where nothing could stop it."""
    told = TimeoutError("it ended by itself")
    return query_failed(StatementInvalid, told, connection=connection, sql=sql, stopped=stopped)


def without_secrets(text: str, secrets: Sequence[str]) -> str:
    """The text with every secret struck out."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return text
