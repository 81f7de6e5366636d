"""A SQL Server for the tests: the stand-in of `tests/standins/tds`, or the real one that `OVS_TEST_MSSQL_URL` names.

The same tests run against both. On a real server each place is a schema of its own, made at the beginning and dropped
at the end; on the stand-in a database.
"""

import itertools
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import SecretStr
from tests.standins.tds import PASSWORD, Database, TdsServer, User

from ombudsman.connections.settings import SqlServerSettings
from ombudsman.connections.sqlserver_drivers import INSTALL_LIBRARIES, driver_for, missing_libraries
from ombudsman.connections.urls import settings_from_url

DRIVERS = ("mssql-python", "pymssql")

VARIABLE = "OVS_TEST_MSSQL_URL"

_numbers = itertools.count()


@dataclass
class Place:
    """Where a test may make tables: `schema` in the database of `settings`, whose login may do anything."""

    settings: SqlServerSettings
    schema: str
    stand_in: TdsServer | None = field(default=None, repr=False)

    def execute(self, *statements: str) -> None:
        """Runs T-SQL as the owner; `{s}` stands for the schema."""
        session = driver_for(self.settings).login(self.settings)
        try:
            for statement in statements:
                session.cursor().execute(statement.replace("{s}", self.schema))
        finally:
            session.close()

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a statement, as the owner."""
        session = driver_for(self.settings).login(self.settings)
        try:
            cursor = session.cursor()
            cursor.execute(sql.replace("{s}", self.schema))
            return [tuple(row) for row in cursor.fetchall()]
        finally:
            session.close()


@contextmanager
def stand_in(
    users: Mapping[str, User] | None = None, *, supports_tls: bool = True
) -> Iterator[TdsServer]:
    """A stand-in with three databases: `locking` allows no SNAPSHOT isolation, `offline` cannot be opened."""
    databases = {
        "shop": Database(),
        "locking": Database(allows_snapshot=False),
        "offline": Database(is_online=False),
    }
    with TdsServer(databases, users, supports_tls=supports_tls) as server:
        yield server


def settings_of(server: TdsServer, **changes: Any) -> SqlServerSettings:
    """Settings of a connection to the stand-in, as its owner."""
    told: dict[str, Any] = {
        "host": server.host,
        "port": server.port,
        "database": "shop",
        "user": "sa",
        "password": SecretStr(PASSWORD),
        "trust_server_certificate": True,
    }
    return SqlServerSettings(**(told | changes))


@contextmanager
def place_on_stand_in(server: TdsServer) -> Iterator[Place]:
    """A schema on the stand-in; it goes with the server."""
    schema = f"ovs_{next(_numbers)}"
    server.define(f"CREATE SCHEMA {schema}")
    yield Place(settings_of(server), schema, server)


@contextmanager
def place_on_real_server(schema: str | None = None) -> Iterator[Place]:
    """A schema on the server that the variable names, dropped at the end with all that is in it.

    It has the name that is given, or one of its own.
    """
    settings = settings_from_url(os.environ[VARIABLE])
    assert isinstance(settings, SqlServerSettings)
    place = Place(settings, schema or f"ovs_{secrets.token_hex(6)}")
    _patiently(place, f"CREATE SCHEMA {place.schema}")
    try:
        yield place
    finally:
        _drop(place)


def _patiently(place: Place, statement: str) -> None:
    """A container that was just started lets nobody in for a while."""
    until = time.monotonic() + 90
    while True:
        try:
            return place.execute(statement)
        except Exception:
            if time.monotonic() > until:
                raise
            time.sleep(1)


def _drop(place: Place) -> None:
    keys = place.ask(
        "SELECT t.name, k.name FROM sys.foreign_keys AS k JOIN sys.tables AS t ON t.object_id = k.parent_object_id"
        " JOIN sys.schemas AS s ON s.schema_id = t.schema_id WHERE s.name = '{s}'"
    )
    objects = place.ask(
        "SELECT o.name, o.type FROM sys.objects AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id"
        " WHERE s.name = '{s}' AND o.type IN ('V', 'U', 'P', 'FN', 'SO') ORDER BY o.type DESC"
    )
    kinds = {"V": "VIEW", "U": "TABLE", "P": "PROCEDURE", "FN": "FUNCTION", "SO": "SEQUENCE"}
    statements = [
        f"ALTER TABLE {place.schema}.{_bracketed(table)} DROP CONSTRAINT {_bracketed(key)}"
        for table, key in keys
    ]
    statements += [
        f"DROP {kinds[kind.strip()]} {place.schema}.{_bracketed(name)}" for name, kind in objects
    ]
    for statement in (*statements, f"DROP SCHEMA {place.schema}"):
        with suppress(Exception):  # the next run has a schema of another name
            place.execute(statement)


def _bracketed(name: str) -> str:
    return "[" + name.replace("]", "]]") + "]"


def skip_without(driver: str) -> None:
    """Skips a test whose driver cannot be used on this machine, and says why."""
    if driver == "mssql-python" and (missing := missing_libraries()):
        pytest.skip(f"mssql-python cannot load {', '.join(missing)}: {INSTALL_LIBRARIES}")
