"""What the errors of Snowflake's driver mean, told by Snowflake's own numbers.

Of a login that never reached Snowflake there is one number for everything, 250001: what the driver says in English
chooses the hint then, and nothing else.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy.exc import DBAPIError

from ombudsman.connections.failures import query_failed, without_secrets
from ombudsman.connections.running import Stop
from ombudsman.connections.settings import SnowflakeSettings
from ombudsman.connections.snowflake_account import account_hint, host_of
from ombudsman.model.errors import (
    Cancelled,
    ConnectionFailed,
    ConnectionLost,
    DriverMissing,
    LoginRefused,
    ObjectNotFound,
    PermissionDenied,
    QueryFailed,
    SettingsError,
    StatementInvalid,
    TimedOut,
    Unreachable,
)

_INSTALL = "pip install 'ombudsman[snowflake]'"

CODES: Mapping[int, type[QueryFailed]] = MappingProxyType(
    {
        604: Cancelled,
        606: StatementInvalid,  # no active warehouse
        630: TimedOut,
        707: ObjectNotFound,  # no time travel to this moment
        709: ConnectionLost,  # the statement is not known any more
        904: ObjectNotFound,  # invalid identifier
        2003: ObjectNotFound,  # does not exist or not authorized
        2043: ObjectNotFound,
        3001: PermissionDenied,
        3540: PermissionDenied,
        90073: StatementInvalid,  # the warehouse cannot be resumed
        90105: ObjectNotFound,  # no current database
        90106: ObjectNotFound,  # no current schema
        250001: ConnectionLost,
        250002: ConnectionLost,
        250003: ConnectionLost,
    }
)
"""Others are `StatementInvalid`; 390000 to 390999 are of the session and mean that it is lost."""

HINTS: Mapping[int, str] = MappingProxyType(
    {
        606: "name a warehouse of the connection that its role may use: GRANT USAGE ON WAREHOUSE ... TO ROLE ...",
        707: "the table is younger than the run, or keeps no history",
        2003: "read the catalogue again, and see that the role may USE database and schema and SELECT the table",
        2043: "read the catalogue again, and see that the role may USE database and schema and SELECT the table",
        90073: "a resource monitor holds the warehouse: choose another one, or ask who set it up",
    }
)

_LOGIN_HINTS: Mapping[int, str] = MappingProxyType(
    {
        390100: "look at user and password; a password alone may not suffice where a second factor is asked for",
        390101: "the user is locked or disabled: ask the administrator of the account",
        390102: "the user is locked for some minutes after wrong passwords",
        390144: "register the public key with ALTER USER ... SET RSA_PUBLIC_KEY, and look at user and account",
        390189: "look at the role: it must exist and be granted to the user",
        390197: "the user needs a second factor: use key_pair or programmatic_token",
        390201: "look at database, schema and warehouse: they must exist and be granted to the role",
        390303: "the OAuth token is not one of this account's: ask for another one",
        390318: "the OAuth token has expired: ask for another one",
        390420: "the network policy of the account does not let this address in",
        390422: "the network policy of the account does not let this address in",
        394400: "look at the programmatic token: it may be for another user, revoked or expired",
    }
)

_NETWORK_HINTS = (
    ("lookup address", None),
    ("404", None),
    (
        "certificate",
        "the certificate cannot be trusted: a proxy may stand between, or it has expired",
    ),
    ("corrupt message", "what answers there does not speak TLS: look at host, port and proxy"),
    ("proxy", "look at proxy_host and proxy_port"),
    ("429", "the account is busy: try again later"),
    ("503", "Snowflake is busy: try again later, and see status.snowflake.com"),
    ("timed out", "look at host, proxy and firewall, or give it more time: connect_timeout_s"),
    ("refused", "look at host and port, and whether a firewall stands between"),
)
"""By whole words of what the driver says; None: the account is the thing to look at."""

SESSION_GONE = range(390_000, 391_000)

_OF_STATEMENTS = range(1, 200_000)
"""The numbers that Snowflake gives to what is wrong with a statement; it lets no login fail by one of these."""


def driver_missing(error: ImportError) -> DriverMissing:
    """A module could not be imported."""
    return DriverMissing(
        f"the driver for Snowflake is not installed: no module {error.name!r}", hint=_INSTALL
    )


def login_failed(
    error: Exception, settings: SnowflakeSettings, *, connection: str
) -> ConnectionFailed | SettingsError | QueryFailed | None:
    """What an error means that came while connecting; None when it is not the driver's.

    Whoever was let in asks a few things at once: what is wrong with those is told as of any other statement.
    """
    cause = _cause(error)
    if not isinstance(cause, _driver_error()):
        return None
    code = _code(cause)
    if code in _OF_STATEMENTS:
        asked = getattr(error, "statement", None) or ""
        return statement_failed(error, settings, connection=connection, sql=asked, stopped=None)
    told: dict[str, Any] = {
        "connection": connection,
        "account": settings.account,
        "user": settings.user,
        "driver_message": without_secrets(str(cause), _secrets(settings)),
    }
    if code in SESSION_GONE or code in _LOGIN_HINTS:
        hint = _LOGIN_HINTS.get(code, "look at user, authentication, role and the account")
        what = f"Snowflake did not let user {settings.user!r} into account {settings.account!r}"
        return LoginRefused(f"{what} (code {code})", hint=hint, code=code, **told)
    return Unreachable(
        f"no Snowflake account {settings.account!r} could be reached (code {code})",
        hint=_network_hint(str(cause), settings),
        code=code,
        **told,
    )


def statement_failed(
    error: Exception,
    settings: SnowflakeSettings,
    *,
    connection: str,
    sql: str,
    stopped: Stop | None,
) -> QueryFailed | None:
    """What an error means for a statement; None when it is not the driver's."""
    cause = _cause(error)
    if stopped is None and not isinstance(cause, _driver_error()):
        return None
    code = _code(cause)
    failed = query_failed(
        kind_of(cause),
        cause,
        connection=connection,
        sql=sql,
        stopped=stopped,
        secrets=_secrets(settings),
        code=code,
    )
    if code in HINTS and not stopped:
        failed.hint = HINTS[code]
    if number := getattr(cause, "sfqid", None):
        failed.context["query_id"] = number
    return failed


def kind_of(error: BaseException) -> type[QueryFailed]:
    """What an error of the driver's means for a statement."""
    from snowflake.connector.errors import InternalError, OperationalError

    code = _code(error)
    if code in CODES:
        return CODES[code]
    if code in SESSION_GONE or isinstance(error, OperationalError | InternalError):
        return ConnectionLost
    return StatementInvalid


def session_gone(error: Exception) -> bool:
    """Whether the session has ended, and another login would help."""
    return _code(_cause(error)) in SESSION_GONE


def _network_hint(words: str, settings: SnowflakeSettings) -> str:
    """A hint by what went wrong, and not by what is in the name of the account, host or a request."""
    for name in filter(None, (settings.host, host_of(settings.account), settings.account)):
        words = re.sub(rf"\b{re.escape(name)}\b", "", words)
    for word, hint in _NETWORK_HINTS:
        if re.search(rf"\b{word}\b", words):
            return hint or account_hint(settings.account)
    return account_hint(settings.account)


def _code(error: BaseException) -> int:
    code = getattr(error, "errno", None)
    return code if isinstance(code, int) else -1


def _cause(error: Exception) -> BaseException:
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _secrets(settings: SnowflakeSettings) -> list[str]:
    secrets = (settings.password, settings.private_key_passphrase, settings.token)
    return [secret.get_secret_value() for secret in secrets if secret is not None]


def _driver_error() -> type[Exception]:
    from snowflake.connector.errors import Error

    return Error
