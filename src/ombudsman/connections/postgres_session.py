"""How one PostgreSQL session is made: logged in, set to read only, and giving values as they are.

Traps tamed here:

- Prepared from the first time on (`prepare_threshold=0`), every statement goes by the extended protocol, which takes
  one statement at a time: `COMMIT; INSERT ...` is refused. By the simple protocol it would write.
- Dates and times that Python cannot hold (infinity, years beyond 9999, 24:00) come as PostgreSQL's own text.
- JSON comes as its text: a parsed number has lost its digits.
- `extra_float_digits` and `standard_conforming_strings` may be set otherwise by the server's or role's configuration.
"""

import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import IsolationLevel
from psycopg.abc import Buffer, Loader
from psycopg.types.datetime import (
    DateLoader,
    TimeLoader,
    TimestampLoader,
    TimestamptzLoader,
    TimetzLoader,
)
from psycopg.types.string import TextLoader
from typing_extensions import override

from ombudsman.connections.settings import PostgresSettings

_PROBE_S = 3.0

SESSION_SETTINGS = {
    "default_transaction_read_only": "on",
    "TimeZone": "UTC",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "standard_conforming_strings": "on",
    "bytea_output": "hex",
    "lock_timeout": "5s",
}
"""What every session of ours has, whatever is configured for server, database and role."""


PASSWORD_ONLY = {
    "require_auth": "password,md5,scram-sha-256,none",
    "sslcertmode": "disable",
    "gssencmode": "disable",
}
"""By which libpq shows neither a client certificate nor a Kerberos ticket, whatever the server asks for."""


def parameters(settings: PostgresSettings) -> dict[str, Any]:
    """What libpq is told, one keyword a value; libpq quotes them itself."""
    told: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "dbname": settings.database,
        "user": settings.user,
        "sslmode": settings.sslmode,
        "application_name": settings.application_name,
        "connect_timeout": settings.connect_timeout_s,
        "client_encoding": "utf8",
    }
    if settings.password is not None:
        told["password"] = settings.password.get_secret_value()
    if settings.sslrootcert is not None:
        told["sslrootcert"] = str(settings.sslrootcert)
    return told | (PASSWORD_ONLY if settings.password_only else {})


def new_session(settings: PostgresSettings, *, idle_ms: int = 60_000) -> psycopg.Connection:
    """Logs in. `idle_ms`: how long the server lets a transaction be idle; 0 is for ever."""
    session = psycopg.connect(**parameters(settings), prepare_threshold=0, autocommit=True)
    with within(session, settings.connect_timeout_s):
        told = SESSION_SETTINGS | {"idle_in_transaction_session_timeout": str(idle_ms)}
        session.execute(
            "; ".join(f"SET {k} = '{v}'" for k, v in told.items()).encode(), prepare=False
        )
    session.autocommit = False
    session.isolation_level = IsolationLevel.REPEATABLE_READ
    session.read_only = True
    for name, loader in _LOADERS.items():
        session.adapters.register_loader(name, loader)
    return session


@contextmanager
def within(session: psycopg.Connection, seconds: float) -> Iterator[None]:
    """Cuts the session off if what is done inside takes longer."""
    timer = threading.Timer(seconds, cut, [session])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def cut(session: psycopg.Connection) -> None:
    """Shuts the session's socket, which frees the thread that waits for it, whatever the server does."""
    with (
        suppress(OSError, psycopg.Error),
        socket.socket(fileno=os.dup(session.fileno())) as duplicate,
    ):
        duplicate.shutdown(socket.SHUT_RDWR)


def speaks_postgres(settings: PostgresSettings) -> bool:
    """Whether a PostgreSQL server answers at the address: it is asked if it offers TLS, and says S or N.

    libpq tells no code when a login fails, only words in the server's language; this tells the two cases apart.
    """
    request = struct.pack("!ii", 8, 80_877_103)
    try:
        with _plain_socket(settings) as peer:
            peer.sendall(request)
            return peer.recv(1) in {b"S", b"N"}
    except (OSError, UnicodeError):
        return False


def _plain_socket(settings: PostgresSettings) -> socket.socket:
    if not settings.host.startswith("/"):
        return socket.create_connection((settings.host, settings.port), timeout=_PROBE_S)
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(_PROBE_S)
    peer.connect(f"{settings.host}/.s.PGSQL.{settings.port}")
    return peer


def _text(data: Buffer) -> str:
    return bytes(data).decode()


class _Date(DateLoader):
    @override
    def load(self, data: Buffer) -> Any:
        try:
            return super().load(data)
        except psycopg.DataError:
            return _text(data)


class _Time(TimeLoader):
    @override
    def load(self, data: Buffer) -> Any:
        try:
            return super().load(data)
        except psycopg.DataError:
            return _text(data)


class _Timetz(TimetzLoader):
    @override
    def load(self, data: Buffer) -> Any:
        try:
            return super().load(data)
        except psycopg.DataError:
            return _text(data)


class _Timestamp(TimestampLoader):
    @override
    def load(self, data: Buffer) -> Any:
        try:
            return super().load(data)
        except psycopg.DataError:
            return _text(data)


class _Timestamptz(TimestamptzLoader):
    @override
    def load(self, data: Buffer) -> Any:
        try:
            return super().load(data)
        except psycopg.DataError:
            return _text(data)


_LOADERS: dict[str, type[Loader]] = {
    "date": _Date,
    "time": _Time,
    "timetz": _Timetz,
    "timestamp": _Timestamp,
    "timestamptz": _Timestamptz,
    "json": TextLoader,
    "jsonb": TextLoader,
}
