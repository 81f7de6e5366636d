"""What the errors of PostgreSQL's two drivers mean.

psycopg and ADBC carry the server's SQLSTATE, with one exception: of a login that failed libpq gives only words, in the
server's language. Then the address is asked whether a PostgreSQL server lives there at all: if so, it was the login.
"""

from typing import Any

from sqlalchemy.exc import DBAPIError

from ombudsman.connections.failures import (
    of_login_sqlstate,
    of_sqlstate,
    query_failed,
    without_secrets,
)
from ombudsman.connections.running import Stop
from ombudsman.connections.settings import PostgresSettings
from ombudsman.model.errors import (
    ConnectionFailed,
    ConnectionLost,
    DriverMissing,
    LoginRefused,
    QueryFailed,
    StatementInvalid,
    Unreachable,
)

_INSTALL = "pip install 'ombudsman[postgres]'"

_MOMENT_GONE = frozenset({"22023", "42704"})
"""What PostgreSQL says, up to version 17 and from 18 on, when a snapshot is no more."""


def driver_missing(error: ImportError) -> DriverMissing:
    """A module could not be imported."""
    return DriverMissing(
        f"the driver for PostgreSQL is not installed: no module {error.name!r}", hint=_INSTALL
    )


def login_failed(
    error: Exception, settings: PostgresSettings, *, connection: str
) -> ConnectionFailed | None:
    """What an error means that came while connecting; None when it is not a driver's."""
    from ombudsman.connections.postgres_session import speaks_postgres

    cause = _cause(error)
    if not isinstance(cause, _driver_errors()):
        return None
    address = f"{settings.host}:{settings.port}"
    told: dict[str, Any] = {
        "connection": connection,
        "host": settings.host,
        "port": settings.port,
        "database": settings.database,
        "user": settings.user,
        "driver_message": without_secrets(str(cause), _secrets(settings)),
    }
    if (code := getattr(cause, "sqlstate", None)) is not None:
        return of_login_sqlstate(code)(
            f"PostgreSQL at {address} did not give us a session (code {code})", **told
        )
    if not speaks_postgres(settings):
        return Unreachable(
            f"no PostgreSQL server answers at {address}",
            hint="look at host and port, and whether a firewall stands between",
            **told,
        )
    return LoginRefused(
        f"the PostgreSQL server at {address} did not let user {settings.user!r} into "
        f"database {settings.database!r}",
        hint="look at user, password, database, sslmode, and the server's pg_hba.conf and max_connections",
        **told,
    )


def statement_failed(
    error: Exception,
    settings: PostgresSettings,
    *,
    connection: str,
    sql: str,
    stopped: Stop | None,
    ms: float,
) -> QueryFailed | None:
    """What an error means for a statement that had run for `ms`; None when it is not a driver's."""
    cause = _cause(error)
    if stopped is None and not isinstance(cause, _driver_errors()):
        return None
    sqlstate = getattr(cause, "sqlstate", None)
    return query_failed(
        of_sqlstate(sqlstate) if sqlstate else _without_code(cause),
        cause,
        connection=connection,
        sql=sql,
        stopped=stopped,
        secrets=_secrets(settings),
        code=sqlstate,
        timed_out=ms >= settings.statement_timeout_s * 1_000,
    )


def moment_gone(error: Exception, *, connection: str) -> ConnectionLost | None:
    """What an error means that came when a transaction was begun as of a snapshot; None: something else."""
    if getattr(error, "sqlstate", None) not in _MOMENT_GONE:
        return None
    return ConnectionLost(
        f"the moment as of which connection {connection!r} is read has gone",
        hint="the server was restarted, or its administrator ended the session: run again",
        connection=connection,
    )


def from_a_living_server(error: Exception) -> bool:
    """Whether the server itself refused something, and goes on living."""
    code = getattr(error, "sqlstate", None)
    return code is not None and of_sqlstate(code) is not ConnectionLost


def _cause(error: Exception) -> BaseException:
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _secrets(settings: PostgresSettings) -> list[str]:
    return [] if settings.password is None else [settings.password.get_secret_value()]


def _driver_errors() -> tuple[type[Exception], ...]:
    import psycopg

    try:
        from adbc_driver_manager import dbapi
    except ImportError:
        return (psycopg.Error,)
    return (psycopg.Error, dbapi.Error)


def _without_code(error: BaseException) -> type[QueryFailed]:
    """An error that came without a code did not come from the server: the connection is gone, or never was."""
    import psycopg

    if isinstance(error, psycopg.DataError | psycopg.ProgrammingError | psycopg.NotSupportedError):
        return StatementInvalid
    return ConnectionLost
