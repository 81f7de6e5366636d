"""How one Snowflake session is made, and how a statement of it is run so that it can be stopped at any time.

Statements are handed in to run by themselves; then we ask how they are getting on. So their number is known while they
run, they can be stopped by it from another thread, and a thread never waits in the driver for longer than one request.

Traps tamed here:

- What the driver binds loses millionths of a second far from 1970, and many bound values make it write a stage: every
  statement is a whole text.
- The driver reads proxies out of the environment, keeps tokens in the system's key ring, and leaves a session alone at
  its end if something still runs in it: none of that is wanted.
- `QUOTED_IDENTIFIERS_IGNORE_CASE`, `ROWS_PER_RESULTSET`, `TIMEZONE` and the like may be set otherwise for the account
  or the user.
"""

import threading
from collections.abc import Callable
from itertools import chain, repeat
from typing import Any, TypeVar

from snowflake.connector import SnowflakeConnection
from snowflake.connector.constants import QueryStatus
from snowflake.connector.errors import InternalError, OperationalError
from typing_extensions import override

from ombudsman.connections.settings import SnowflakeSettings
from ombudsman.connections.snowflake_account import host_of, identifier
from ombudsman.connections.snowflake_key import private_key

Value = TypeVar("Value")

_ASK_AGAIN_S = (0.01, 0.02, 0.04, 0.08, 0.15, 0.25)
"""How long to wait before asking again how a statement is; the last one for ever."""

_UNKNOWN = 10
"""How often we ask for a statement that the server has not heard of."""

SESSION_PARAMETERS = {
    "ABORT_DETACHED_QUERY": "true",
    "BINARY_OUTPUT_FORMAT": "HEX",
    "GEOGRAPHY_OUTPUT_FORMAT": "WKT",
    "GEOMETRY_OUTPUT_FORMAT": "WKT",
    "JSON_INDENT": "0",
    "MULTI_STATEMENT_COUNT": "1",
    "QUOTED_IDENTIFIERS_IGNORE_CASE": "false",
    "ROWS_PER_RESULTSET": "0",
    "TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_NTZ",
    "TIMEZONE": "UTC",
}
"""What every session of ours has, whatever is configured for the account and the user."""


class Abandoned(OperationalError):
    """The server did not react; the thread that waits for it was left behind."""


class Session(SnowflakeConnection):
    """A connection of the driver's that knows which statement runs in it."""

    def __init__(self, *, query_tag: str, **options: Any) -> None:
        self.query_tag = query_tag
        self.statement: str | None = None
        """The number of what runs now."""
        self.last: str | None = None
        """The number of what ran last."""
        self.abandoned = threading.Event()
        super().__init__(**options)

    @override
    def __del__(self) -> None:
        """Says nothing: a session is closed by the pool, and the server ends one that was left behind."""

    def run(self, cursor: Any, sql: str, *, tag: str | None = None) -> None:
        """Runs a statement to its end; then the cursor has its rows. Raises the driver's own errors, and Abandoned."""
        told = {"QUERY_TAG": tag} if tag else None
        try:
            self.patiently(lambda: cursor.execute_async(sql, _statement_params=told))
        except InternalError:  # refused at the door, and the driver does not say why
            self.patiently(lambda: cursor.execute(sql, _statement_params=told))
            self.last = str(cursor.sfqid)
            return
        self.statement = self.last = number = str(cursor.sfqid)
        try:
            self._wait(number)
            self.patiently(lambda: cursor.query_result(number))
        finally:
            self.statement = None

    def _wait(self, number: str) -> None:
        """Asks again and again whether a statement has ended.

        Where there is no saying (the driver does not renew an expired token for this question, the server has not heard
        of it yet), its result is asked for, which waits as long.
        """
        unknown = 0
        for pause in chain(_ASK_AGAIN_S, repeat(_ASK_AGAIN_S[-1])):
            try:
                status = self.patiently(lambda: self.get_query_status(number))
            except InternalError:
                return
            unknown += status is QueryStatus.NO_DATA
            if not self.is_still_running(status) or unknown > _UNKNOWN:
                return
            if self.abandoned.wait(pause):
                raise Abandoned(sfqid=number)

    def stop(self) -> None:
        """Asks the server to stop what runs now; in a thread, for this too waits for the server."""
        if (number := self.statement) is not None:
            threading.Thread(target=self._abort, args=[number], daemon=True).start()

    def _abort(self, number: str) -> None:
        try:
            with self.cursor() as cursor:
                cursor.abort_query(number)
        except Exception:  # noqa: BLE001, S110 - whoever waits asks again, and gives up in the end
            pass

    def patiently(self, call: Callable[[], Value]) -> Value:
        """What a call into the driver returns or raises, unless it is left behind before it has ended."""
        ended = threading.Event()
        outcome: list[Value] = []
        failure: list[BaseException] = []

        def work() -> None:
            try:
                outcome.append(call())
            except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that waits
                failure.append(error)
            finally:
                ended.set()

        threading.Thread(target=work, name="snowflake-call", daemon=True).start()
        while not ended.wait(0.1):
            if self.abandoned.is_set():
                raise Abandoned
        if failure:
            raise failure[0]
        return outcome[0]


def new_session(settings: SnowflakeSettings) -> Session:
    """Logs in. Raises the driver's own errors."""
    return Session(query_tag=settings.query_tag, **parameters(settings))


def parameters(settings: SnowflakeSettings) -> dict[str, Any]:
    """What the driver is told, one keyword a value; none of them is a text of several."""
    told: dict[str, Any] = {
        "account": settings.account,
        "host": settings.host or host_of(settings.account),
        "port": settings.port,
        "protocol": settings.protocol,
        "user": settings.user,
        "database": identifier(settings.database),
        "application": "Ombudsman",
        "autocommit": False,
        "paramstyle": "qmark",
        "session_parameters": SESSION_PARAMETERS
        | {
            "STATEMENT_TIMEOUT_IN_SECONDS": str(settings.statement_timeout_s),
            "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS": str(settings.statement_timeout_s),
            "QUERY_TAG": settings.query_tag,
        },
        "use_proxy_env": False,
        "crl_check_mode": settings.certificate_revocation.upper(),
        "client_store_temporary_credential": settings.authentication == "sso",
        "auto_cleanup": False,
        **_times(settings),
        **_AUTHENTICATION[settings.authentication](settings),
    }
    named = {
        "schema": settings.schema_name,
        "warehouse": settings.warehouse,
        "role": settings.role,
    }
    told |= {key: identifier(name) for key, name in named.items() if name is not None}
    if settings.proxy_host is not None:
        told |= {"proxy_host": settings.proxy_host, "proxy_port": settings.proxy_port or 8080}
    return told


def _times(settings: SnowflakeSettings) -> dict[str, Any]:
    """Nothing waits for ever; what is busy (429, 503) is asked again, later and later, within these bounds."""
    return {
        "login_timeout": settings.connect_timeout_s
        if settings.authentication != "sso"
        else max(settings.connect_timeout_s, 120),
        "connect_timeout": settings.connect_timeout_s,
        "request_timeout": max(60, settings.connect_timeout_s),
        "retry_timeout": 60,
        "retry_max_attempts": 6,
        "retry_backoff_cap_ms": 4_000,
        "logout_max_attempts": 1,
        "logout_request_timeout_seconds": 2,
        "logout_total_timeout_seconds": 2,
        "server_session_keep_alive": False,
        "enable_server_session_keep_alive_auto_detection": False,
    }


def _password(settings: SnowflakeSettings) -> dict[str, Any]:
    assert settings.password is not None  # noqa: S101 - the settings see to it
    return {"authenticator": "snowflake", "password": settings.password.get_secret_value()}


def _key_pair(settings: SnowflakeSettings) -> dict[str, Any]:
    return {"authenticator": "snowflake_jwt", "private_key": private_key(settings)}


def _token(authenticator: str) -> Callable[[SnowflakeSettings], dict[str, Any]]:
    def told(settings: SnowflakeSettings) -> dict[str, Any]:
        assert settings.token is not None  # noqa: S101 - the settings see to it
        return {"authenticator": authenticator, "token": settings.token.get_secret_value()}

    return told


_AUTHENTICATION: dict[str, Callable[[SnowflakeSettings], dict[str, Any]]] = {
    "password": _password,
    "key_pair": _key_pair,
    "programmatic_token": _token("programmatic_access_token"),
    "oauth": _token("oauth"),
    "sso": lambda _: {"authenticator": "externalbrowser"},
}
