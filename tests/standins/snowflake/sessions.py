"""Who is logged in to the stand-in, and with what session parameters.

Runs in the emulator's environment.
"""

import datetime as dt
import secrets
import threading
from dataclasses import dataclass, field
from typing import Any

from fakesnow.fakes import FakeSnowflakeConnection
from fakesnow.instance import FakeSnow
from tests.standins.snowflake.world import PASSWORDS, ROLES, TOKENS, WAREHOUSES


class Refused(Exception):
    """Something that Snowflake refuses, with its code and SQLSTATE."""

    def __init__(self, code: str, message: str, sqlstate: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.sqlstate = code, message, sqlstate


@dataclass(frozen=True)
class Past:
    """A statement that has ended. `scanned` is what its answer holds: the emulator cannot say what it read for it."""

    user: str
    number: str
    ended: dt.datetime
    scanned: int


@dataclass
class Session:
    """One login."""

    user: str
    role: str
    warehouse: str | None
    connection: FakeSnowflakeConnection
    parameters: dict[str, Any]
    number: int
    history: list[Past]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    master: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    expired: set[str] = field(default_factory=set)
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def renew(self) -> None:
        """Another session token for the same session."""
        self.expired.add(self.token)
        self.token = secrets.token_urlsafe(24)


class Sessions:
    """All logins, by their tokens."""

    def __init__(self) -> None:
        self.account = FakeSnow(create_database_on_connect=False, create_schema_on_connect=False)
        self.all: list[Session] = []
        self.history: list[Past] = []

    def login(self, told: dict[str, Any], asked: dict[str, str]) -> Session:
        """Checks who wants in. `told` is the body's data, `asked` the query of the URL.

        Raises:
            Refused: not with this user, password, token or role.
        """
        user = str(told.get("LOGIN_NAME", "")).upper()
        _authenticate(user, told)
        roles = ROLES[user]
        role = _name(asked.get("roleName")) or roles[0]
        if role not in roles:
            raise Refused(
                "390189",
                f"Role '{role}' specified in the connect string does not exist or not authorized. "
                "Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.",
            )
        warehouse = _name(asked.get("warehouse"))
        session = Session(
            user=user,
            role=role,
            warehouse=warehouse if warehouse in WAREHOUSES else None,
            connection=self.account.connect(
                _name(asked.get("databaseName")), _name(asked.get("schemaName"))
            ),
            parameters={k.upper(): v for k, v in (told.get("SESSION_PARAMETERS") or {}).items()},
            number=len(self.all) + 1,
            history=self.history,
        )
        self.all.append(session)
        return session

    def of(self, authorization: str | None) -> Session:
        """The session of a request. Raises Refused when its token is none, or no longer."""
        token = (authorization or "").partition('Token="')[2].rstrip('"')
        for session in self.all:
            if session.token == token:
                return session
            if token in session.expired:
                raise Refused("390112", "Session token has expired.")
        raise Refused("390104", "User must login again to access the service.")

    def of_master(self, authorization: str | None) -> Session:
        """The session of a request for another session token."""
        token = (authorization or "").partition('Token="')[2].rstrip('"')
        for session in self.all:
            if session.master == token:
                return session
        raise Refused(
            "390114", "Authentication token has expired.  The user must authenticate again."
        )

    def end(self, session: Session) -> None:
        self.all.remove(session)
        with session.one_at_a_time:
            session.connection.close()


def _authenticate(user: str, told: dict[str, Any]) -> None:
    way = str(told.get("AUTHENTICATOR") or "SNOWFLAKE").upper()
    if way == "SNOWFLAKE_JWT":
        _check_jwt(user, str(told.get("TOKEN", "")))
    elif way in {"PROGRAMMATIC_ACCESS_TOKEN", "OAUTH"}:
        if (
            told.get("TOKEN") != TOKENS.get(user, object())
            and told.get("TOKEN") not in TOKENS.values()
        ):
            code = "394400" if way.startswith("PROG") else "390303"
            raise Refused(
                code,
                "Programmatic access token is invalid."
                if code == "394400"
                else "Invalid OAuth access token.",
            )
    elif user not in PASSWORDS or told.get("PASSWORD") != PASSWORDS[user]:
        raise Refused("390100", "Incorrect username or password was specified.")
    if user not in ROLES:
        raise Refused("390100", "Incorrect username or password was specified.")


def _check_jwt(user: str, token: str) -> None:
    """Whether the token was signed by the key whose public half tests have registered."""
    import jwt

    public = PUBLIC_KEYS.get(user, "")
    try:
        jwt.decode(token, public, algorithms=["RS256"], options={"require": ["exp", "iss", "sub"]})
    except (jwt.PyJWTError, TypeError, ValueError):
        raise Refused("390144", "JWT token is invalid.") from None


PUBLIC_KEYS: dict[str, str] = {}
"""PEM, by user: what ALTER USER ... SET RSA_PUBLIC_KEY does."""


def _name(given: str | None) -> str | None:
    """A name as it was written, which Snowflake reads as an identifier."""
    if not given:
        return None
    if given.startswith('"') and given.endswith('"') and len(given) > 1:
        return given[1:-1].replace('""', '"')
    return given.upper()
