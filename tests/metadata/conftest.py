"""Databases made for one test module, readers of them, and a count of what the readers ask."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from pydantic import SecretStr
from tests.postgres_server import PostgresServer

from ombudsman.connections.connection import connect
from ombudsman.connections.reader import Reader
from ombudsman.connections.settings import ConnectionSettings


@contextmanager
def reading(settings: ConnectionSettings) -> Iterator[Reader]:
    with connect("shop", settings) as connection, connection.open() as reader:
        yield reader


@pytest.fixture(scope="session")
def new_database(postgres: PostgresServer) -> Callable[[str], str]:
    """Makes a PostgreSQL database of a script and returns its name."""
    numbers = itertools.count()

    def make(script: str) -> str:
        name = f"metadata_{next(numbers)}"
        postgres.create_database(name)
        if script:
            postgres.execute(name, script)
        return name

    return make


@pytest.fixture(scope="session")
def read_as(postgres: PostgresServer) -> Callable[..., AbstractContextManager[Reader]]:
    """Opens a reader of a PostgreSQL database, as the superuser or as a role whose password is `secret`."""

    def open_reader(database: str, user: str | None = None) -> AbstractContextManager[Reader]:
        login = {"user": user, "password": SecretStr("secret")} if user else {}
        return reading(postgres.settings(database, **login))

    return open_reader


@pytest.fixture(scope="session")
def counted() -> Callable[[Reader, Callable[[], Any]], int]:
    """How many statements something asks of a reader."""

    def count(reader: Reader, act: Callable[[], Any]) -> int:
        with patch.object(reader, "query", wraps=reader.query) as query:
            act()
        return query.call_count

    return count
