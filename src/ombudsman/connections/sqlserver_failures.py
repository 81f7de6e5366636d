"""What the errors of SQL Server's drivers mean, told by SQL Server's own numbers.

pymssql hands the number over, pyodbc writes it behind the words, and mssql-python drops it: there it is known again by
how the words begin, which are English, for our sessions ask for that. What never came from a server has no number; it
is told by ODBC's state, of which mssql-python keeps a name.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy.exc import DBAPIError

from ombudsman.connections.failures import query_failed, without_secrets
from ombudsman.connections.running import Stop
from ombudsman.connections.settings import SqlServerSettings
from ombudsman.model.errors import (
    Cancelled,
    ConnectionFailed,
    ConnectionLost,
    LoginRefused,
    ObjectNotFound,
    OmbudsmanError,
    PermissionDenied,
    QueryFailed,
    StatementInvalid,
    TimedOut,
    Unreachable,
)

NUMBERS: Mapping[int, type[QueryFailed]] = MappingProxyType(
    {
        -2: TimedOut,
        121: ConnectionLost,
        207: ObjectNotFound,
        208: ObjectNotFound,
        229: PermissionDenied,
        230: PermissionDenied,
        233: ConnectionLost,
        262: PermissionDenied,
        297: PermissionDenied,
        300: PermissionDenied,
        371: PermissionDenied,
        596: ConnectionLost,  # the session was killed
        916: PermissionDenied,
        922: ConnectionLost,  # the database is being recovered
        942: ConnectionLost,  # it is offline
        945: ConnectionLost,  # its files cannot be opened
        952: ConnectionLost,  # in transition
        976: ConnectionLost,  # a secondary that may not be read
        1222: TimedOut,  # a lock was not had in time
        2760: ObjectNotFound,
        3617: Cancelled,
        3906: PermissionDenied,  # a write to a read-only database
        3980: Cancelled,
        4104: ObjectNotFound,
        6002: ConnectionLost,  # the server shuts down
        10053: ConnectionLost,
        10054: ConnectionLost,
        10060: ConnectionLost,
        10928: ConnectionLost,
        10929: ConnectionLost,
        17142: ConnectionLost,
        17197: ConnectionLost,
        20003: TimedOut,
        20004: ConnectionLost,
        20006: ConnectionLost,
        20017: ConnectionLost,
        20047: ConnectionLost,
        40197: ConnectionLost,
        40501: ConnectionLost,
        40613: ConnectionLost,
        49918: ConnectionLost,
        49919: ConnectionLost,
        49920: ConnectionLost,
    }
)
"""What a number means for a statement; others are `StatementInvalid`. From 20003 to 20047 they are of DB-Library."""

LOGIN_NUMBERS: Mapping[int, type[ConnectionFailed]] = MappingProxyType(
    {
        916: LoginRefused,
        4060: LoginRefused,  # no such database, or not for this login
        4064: LoginRefused,  # the login's own database cannot be opened
        18401: Unreachable,  # starting up
        18452: LoginRefused,  # an untrusted domain
        18456: LoginRefused,
        18461: Unreachable,  # one administrator only
        18470: LoginRefused,  # the account is disabled
        18486: LoginRefused,  # locked out
        18487: LoginRefused,  # the password has expired
        18488: LoginRefused,  # and must be changed
        40615: LoginRefused,  # the firewall of Azure SQL
    }
)
"""What a number means while connecting. One that is a lost connection for a statement is `Unreachable` here."""

TRANSIENT = frozenset(
    {1205, 3960, 3961, 10928, 10929, 40197, 40501, 40613, 49918, 49919, 49920},
)
"""What may go well a moment later: victims of a deadlock, changed tables, and Azure SQL that is moving or too busy."""

_WORDS: tuple[tuple[int, str], ...] = (
    (207, r"Invalid column name "),
    (208, r"Invalid object name "),
    (220, r"Arithmetic overflow error for data type "),
    (229, r"The \w+ permission was denied on the object "),
    (230, r"The \w+ permission was denied on the column "),
    (241, r"Conversion failed when converting date and/or time "),
    (245, r"Conversion failed when converting the "),
    (262, r"[A-Z ]+ permission denied in database "),
    (297, r"The user does not have permission to perform this action"),
    (300, r"[A-Z ]+ permission was denied on object "),
    (371, r"The [A-Z ]+ permission was denied "),
    (596, r"Cannot continue the execution because the session is in the kill state"),
    (916, r"The server principal .* is not able to access the database "),
    (942, r"Database '.*' cannot be opened because it is offline"),
    (945, r"Database '.*' cannot be opened due to inaccessible files"),
    (976, r"The target database, '.*', is participating in an availability group"),
    (1205, r"Transaction \(Process ID \d+\) was deadlocked on "),
    (1222, r"Lock request time out period exceeded"),
    (3617, r"Query cancelled|Operation cancell?ed"),
    (3906, r"Failed to update database .* because the database is read-only"),
    (3952, r"Snapshot isolation transaction failed accessing database .* because snapshot"),
    (3960, r"Snapshot isolation transaction aborted due to update conflict"),
    (3961, r"Snapshot isolation transaction failed in database .* because the object accessed"),
    (4060, r"Cannot open database .* requested by the login"),
    (4064, r"Cannot open user default database"),
    (4104, r"The multi-part identifier "),
    (8114, r"Error converting data type "),
    (8115, r"Arithmetic overflow error converting "),
    (8134, r"Divide by zero error encountered"),
    (10928, r"Resource ID : .* has been reached"),
    (10929, r"Resource ID: .* but the server is currently too busy"),
    (18452, r"Login failed\. The login is from an untrusted domain"),
    (18470, r"Login failed for user '.*'\. Reason: The account is disabled"),
    (18487, r"Login failed for user '.*'\.\s+Reason: The password of the account has expired"),
    (18488, r"Login failed for user '.*'\.\s+Reason: The password of the account must be changed"),
    (18456, r"Login failed for user "),
    (18461, r"Login failed for user '.*'\. Reason: Server is in single user mode"),
    (40197, r"The service has encountered an error processing your request"),
    (40501, r"The service is currently busy"),
    (40613, r"Database '.*' on server '.*' is not currently available"),
    (40615, r"Cannot open server '.*' requested by the login\. Client with IP address"),
    (41332, r"Memory optimized tables and natively compiled modules cannot be accessed or created"),
    (49918, r"Cannot process request\. Not enough resources to process request"),
    (49919, r"Cannot process create or update request\."),
    (49920, r"Cannot process request\. Too many operations in progress"),
)
"""How the words of each number begin."""

_STATES: Mapping[str, type[QueryFailed]] = MappingProxyType(
    {
        "Operation canceled": Cancelled,
        "Timeout expired": TimedOut,
        "Connection timeout expired": ConnectionLost,
        "Client unable to establish connection": ConnectionLost,
        "Connection not open": ConnectionLost,
        "Connection failure during transaction": ConnectionLost,
        "Communication link failure": ConnectionLost,
        "Disconnect error": ConnectionLost,
        "Function sequence error": ConnectionLost,
    }
)
"""mssql-python's names of ODBC's states, for what has no number."""

_CODE_HINTS: Mapping[int, str] = MappingProxyType(
    {
        1205: "somebody else's transaction was in the way, several times over: run again when less is written",
        1222: "somebody else has locked these rows: allow SNAPSHOT isolation, or raise lock_timeout_s",
        3952: "SNAPSHOT isolation was switched off meanwhile: run again",
        4060: "look at the name of the database, and whether the login has a user in it",
        8115: "a number does not fit into its type: cast it to a wider one in the mapping",
        18456: "look at user and password, and whether the server takes logins of SQL Server's own",
        40615: "let this machine's address through the firewall of the server, in the Azure portal",
        41332: "set `isolation: read_committed` for this connection, and in the database"
        " MEMORY_OPTIMIZED_ELEVATE_TO_SNAPSHOT ON",
    }
)

_NUMBER_BEHIND = re.compile(r"\((-?\d+)\) \(SQL\w+\)")
_BEFORE = re.compile(r"^(?:\[[^\]]*\])+\s*")
_UNTRUSTED = re.compile(r"SSL Provider|certificate|self.signed|TLS|encryption", re.IGNORECASE)
_LIBRARY = re.compile(r"libltdl|libgssapi|failed to load the driver|can't open lib", re.IGNORECASE)
_GONE = re.compile(r"closed|not connected|no longer usable|dead or not enabled", re.IGNORECASE)
_TOO_LATE = re.compile(r"timed? ?out|20003", re.IGNORECASE)


_REFUSED = 18456
_ANSWERED = "DB-Lib error message 20018"
"""DB-Library's words for "the server has said why not"."""

_DB_LIBRARY = range(20_001, 20_100)

_OF_THE_NETWORK = frozenset({20002, 20009, 20018})
"""DB-Library's words for a login that failed somehow."""


def number_of(error: BaseException) -> int | None:
    """SQL Server's number of a driver's error; None when it has none, for it did not come from the server."""
    told = error.args
    if len(told) == 1 and isinstance(told[0], tuple):  # pymssql, of a login
        told = told[0]
    if told and isinstance(told[0], int):
        return _of_db_library(*told[:2])
    words = getattr(error, "ddbc_error", None) or str(error)
    if found := _NUMBER_BEHIND.findall(words):
        return int(found[0])
    return _of_words(_BEFORE.sub("", words))


def _of_words(told: str) -> int | None:
    return next((number for number, start in _WORDS if re.match(start, told)), None)


def _of_db_library(number: int, text: object = b"") -> int | None:
    """The server's number; None for a failure of the network.

    Of the two numbers of a refused login pymssql has the last, which says less than the first. And while connecting it
    keeps the number of an earlier failure, unless a graver one comes: when its words are DB-Library's alone the number
    is another's.
    """
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    if re.match(r"DB-Lib error message|Unknown error", words) is None:
        more = _of_words(words) if number == _REFUSED else None
        return None if number in {0, *_OF_THE_NETWORK} else more or number
    inner = re.search(r"DB-Lib error message (20003|20004|20006|20017|20047)\b", words)
    return int(inner[1]) if inner else None


def statement_failed(
    error: Exception,
    settings: SqlServerSettings,
    *,
    connection: str,
    sql: str,
    stopped: Stop | None,
) -> QueryFailed | None:
    """What an error means for a statement; None when it is not a driver's."""
    cause = cause_of(error)
    if stopped is None and not is_of_a_driver(cause):
        return None
    number = number_of(cause)
    failure = query_failed(
        _kind(cause, number),
        cause,
        connection=connection,
        sql=sql,
        stopped=stopped,
        secrets=secrets_of(settings),
        code=number,
    )
    if hint := _CODE_HINTS.get(number or 0):
        failure.hint = hint
    return failure


def _kind(cause: BaseException, number: int | None) -> type[QueryFailed]:
    if number is not None:
        return NUMBERS.get(number, StatementInvalid)
    state = str(getattr(cause, "driver_error", ""))
    if state in _STATES:
        return _STATES[state]
    if _state_of_odbc(cause).startswith("08") or _GONE.search(str(cause)):
        return ConnectionLost
    return TimedOut if _state_of_odbc(cause) == "HYT00" else StatementInvalid


def _state_of_odbc(cause: BaseException) -> str:
    """Pyodbc's first argument."""
    first = cause.args[0] if cause.args else ""
    return first if isinstance(first, str) and re.fullmatch(r"[0-9A-Z]{5}", first) else ""


def may_go_well_later(error: OmbudsmanError) -> bool:
    """Whether a failure of ours is one that a second try may not meet."""
    return error.context.get("code") in TRANSIENT


def login_failed(
    error: Exception, settings: SqlServerSettings, *, connection: str
) -> OmbudsmanError | None:
    """What an error means that came while connecting; None when it is not a driver's."""
    cause = cause_of(error)
    if not is_of_a_driver(cause):
        return None
    number = number_of(cause)
    words = str(cause)
    told: dict[str, Any] = {
        "connection": connection,
        "host": settings.host,
        "port": settings.port,
        "database": settings.database,
        "user": settings.user,
        "code": number,
        "driver_message": without_secrets(words, secrets_of(settings)),
    }
    if number is not None and number not in {20003, 20017}:
        return _refused(number, settings, told)
    where = f"SQL Server at {settings.address}"
    if _ANSWERED in words:
        return LoginRefused(
            f"{where} did not let user {settings.user!r} into database {settings.database!r}",
            hint="look at user, password and database",
            **told,
        )
    if came_from_server(cause):
        return ConnectionFailed(f"{where} did not give us a session", **told)
    if _LIBRARY.search(words):
        from ombudsman.connections.sqlserver_drivers import INSTALL_LIBRARIES
        from ombudsman.model.errors import DriverMissing

        return DriverMissing(
            "the driver of SQL Server cannot load its native part", hint=INSTALL_LIBRARIES, **told
        )
    if _UNTRUSTED.search(words) and "handshakes before login" not in words:
        return Unreachable(
            f"no encrypted connection to {where} was agreed on: its certificate or its TLS is not accepted",
            hint="give the server a certificate that this machine trusts, name it by host_name_in_certificate, or say"
            " `trust_server_certificate: true` where nobody can stand between",
            **told,
        )
    if number == 20003 or _TOO_LATE.search(words):
        return Unreachable(
            f"no answer from {where} within {settings.connect_timeout_s} seconds",
            hint="look whether a firewall stands between, or raise connect_timeout_s",
            **told,
        )
    return Unreachable(
        f"no SQL Server answers at {settings.address}",
        hint="look at host, port and instance, whether the server listens to TCP, and for a firewall between",
        **told,
    )


def _refused(number: int, settings: SqlServerSettings, told: dict[str, Any]) -> ConnectionFailed:
    where = f"SQL Server at {settings.address}"
    kind = LOGIN_NUMBERS.get(number)
    if kind is LoginRefused:
        message = (
            f"{where} did not let user {settings.user!r} into database {settings.database!r} "
            f"(code {number})"
        )
        hint = _CODE_HINTS.get(number, "look at user, password and database")
        return LoginRefused(message, hint=hint, **told)
    if kind is None and NUMBERS.get(number) is ConnectionLost:
        kind = Unreachable
    return (kind or ConnectionFailed)(
        f"{where} did not give us a session (code {number})", hint=_CODE_HINTS.get(number), **told
    )


def cause_of(error: Exception) -> BaseException:
    """The driver's own error."""
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def is_of_a_driver(error: BaseException) -> bool:
    """Whether an error was raised by a driver of SQL Server: by the module that it comes from."""
    modules = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    if modules & {"mssql_python", "pymssql", "pyodbc"}:
        return True
    return isinstance(error, RuntimeError) and "SQLSTATE:" in str(error)


def came_from_server(error: BaseException) -> bool:
    """Whether a driver's error is an answer of the server, which goes on living."""
    number = number_of(error)
    if number is not None:
        return NUMBERS.get(number) is not ConnectionLost and number not in _DB_LIBRARY
    return "[SQL Server]" in str(error)


def secrets_of(settings: SqlServerSettings) -> list[str]:
    """What must not stand in a message."""
    return [] if settings.password is None else [settings.password.get_secret_value()]
