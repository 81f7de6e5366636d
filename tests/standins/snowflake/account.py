"""A Snowflake account for the tests: the stand-in on a free port of the loopback, or a real one.

A test gets a `Place` in it: a schema of its own, settings that lead there, and a way to write into it.
"""

import http.client
import itertools
import json
import os
import secrets
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self

import snowflake.connector
from pydantic import SecretStr
from tests.standins.snowflake.environment import ROOT, standin_python
from tests.standins.snowflake.world import PASSWORDS

from ombudsman.connections.settings import SnowflakeSettings
from ombudsman.connections.snowflake_session import parameters
from ombudsman.connections.urls import settings_from_url

REAL_URL = "OVS_TEST_SNOWFLAKE_URL"
ACCOUNTS = ["standin", *(["real"] if os.environ.get(REAL_URL) else [])]
"""The accounts that there are to test with."""

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Place:
    """A schema of a test's own, in a database of an account."""

    settings: SnowflakeSettings
    writer: SnowflakeSettings

    def execute(self, *statements: str) -> list[list[tuple[Any, ...]]]:
        """Runs statements as one who may write; the rows of each."""
        told = parameters(self.writer) | {"autocommit": True}
        told["session_parameters"] = {"TIMEZONE": "UTC"}
        with snowflake.connector.connect(**told) as session, session.cursor() as cursor:
            return [cursor.execute(statement).fetchall() for statement in statements]


@dataclass(frozen=True)
class Standin:
    """The stand-in, running."""

    port: int
    process: "subprocess.Popen[str]" = field(repr=False)

    def settings(self, **changes: Any) -> SnowflakeSettings:
        """Settings that lead to the database SHOP of the stand-in, for one who may only read."""
        told: dict[str, Any] = {
            "account": "standin",
            "host": "127.0.0.1",
            "port": self.port,
            "protocol": "http",
            "user": "reader",
            "password": SecretStr(PASSWORDS["READER"]),
            "warehouse": "small_wh",
            "database": "shop",
        }
        return SnowflakeSettings(**(told | changes))

    def place(self, schema: str | None = None) -> Place:
        """A schema of its own."""
        name = schema or f"PLACE_{next(_numbers)}"
        writer = self.settings(user="loader", password=SecretStr("loader"), schema=name)
        place = Place(self.settings(schema=name), writer)
        place.execute(f'CREATE SCHEMA IF NOT EXISTS "{name}"', f'USE SCHEMA "{name}"')
        return place

    def will(self, *faults: dict[str, Any], **more: Any) -> None:
        """What is to go wrong from now on."""
        self._request("POST", {"faults": list(faults), **more})

    def told(self) -> dict[str, Any]:
        """What the stand-in has seen: sessions, statements, and how many faults were met."""
        data: dict[str, Any] = self._request("GET")["data"]
        return data

    def statements(self, containing: str) -> list[dict[str, Any]]:
        """The statements that it was asked, those with the text in them."""
        return [each for each in self.told()["statements"] if containing in each["sql"]]

    def _request(self, method: str, body: dict[str, Any] | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, "/standin", None if body is None else json.dumps(body))
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextmanager
def running_standin() -> Iterator[Standin]:
    """Starts the stand-in and stops it at the end; it ends with the tests even if they are killed."""
    command: Sequence[Any] = [standin_python(), "-m", "tests.standins.snowflake.serve"]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    told = process.stdout.readline().strip()
    if not told.isdigit():
        process.kill()
        process.wait()
        raise RuntimeError("the Snowflake stand-in did not start")
    with process.stdout, Standin(int(told), process) as standin:
        writer = standin.settings(user="loader", password=SecretStr("loader"))
        Place(writer, writer).execute("CREATE DATABASE shop")
        yield standin


@contextmanager
def real_place(schema: str | None = None) -> Iterator[Place]:
    """A schema in the account that the variable names, of this name or one of its own; dropped at the end."""
    told = settings_from_url(os.environ[REAL_URL])
    assert isinstance(told, SnowflakeSettings)
    name = schema or f"OVS_TEST_{secrets.token_hex(4).upper()}"
    settings = told.model_copy(update={"schema_name": name})
    place = Place(settings, settings)
    place.execute(f'CREATE SCHEMA "{name}"')
    try:
        yield place
    finally:
        place.execute(f'DROP SCHEMA "{name}" CASCADE')
