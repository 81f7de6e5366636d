"""The same small shop in three engines, with a way to write into each from outside."""

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from tests.postgres_server import PostgresServer

from ombudsman.connections.connection import Connection, connect
from ombudsman.connections.samples import duckdb_file
from ombudsman.connections.settings import (
    ConnectionSettings,
    DuckDbSettings,
    PostgresSettings,
    SqlAlchemySettings,
)

SHOP = """
CREATE TABLE orders (id integer PRIMARY KEY, name varchar(40), amount decimal(12, 2), made date);
INSERT INTO orders VALUES
    (1, '50% off: it''s "q"', 1.50, '2024-01-31'), (2, NULL, NULL, NULL), (3, 'c', 3, '2024-02-29');
"""


@dataclass(frozen=True)
class Shop:
    """One engine's shop, and how to connect to it."""

    engine: str
    settings: ConnectionSettings

    @property
    def long_sql(self) -> str:
        """Runs for a long time before it gives its only row."""
        return LONG[self.engine]

    @property
    def endless_sql(self) -> str:
        """Gives more rows than anybody wants, the first of them at once."""
        return ENDLESS[self.engine]

    def connection(self, **changes: Any) -> Connection:
        settings = self.settings.model_copy(update=changes)
        return connect(self.engine, type(settings).model_validate(settings.model_dump()))


_numbers = itertools.count()

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000000)"
LONG = {
    "duckdb": "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE (a.range + b.range) % 7 = 3",
    "sqlite": f"{_NUMBERS} SELECT max(i) FROM n",
    "postgresql": "SELECT count(*) FROM generate_series(1, 1000000000) a, generate_series(1, 1000) b",
}


ENDLESS = {
    "duckdb": "SELECT range AS i FROM range(100000000000)",
    "sqlite": f"{_NUMBERS} SELECT i FROM n",
    "postgresql": "SELECT generate_series(1, 1000000000) AS i",
}


def duckdb_shop(folder: Path) -> Shop:
    path = folder / "shop.duckdb"
    with duckdb_file(path) as database:
        database.execute(SHOP)
    return Shop("duckdb", DuckDbSettings(path=path))


def sqlite_shop(folder: Path) -> Shop:
    path = folder / "shop.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(SHOP)
    settings = SqlAlchemySettings(url=SecretStr(f"sqlite:///{path}"))
    return Shop("sqlite", settings)


def postgres_shop(server: PostgresServer) -> Shop:
    name = f"shop_{next(_numbers)}"
    settings = server.create_database(name)
    server.execute(name, SHOP)
    return Shop("postgresql", settings)


@pytest.fixture(params=["duckdb", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    """The shop on each engine in turn; its own for each test."""
    makers: dict[str, Callable[[], Shop]] = {
        "duckdb": lambda: duckdb_shop(tmp_path),
        "sqlite": lambda: sqlite_shop(tmp_path),
        "postgresql": lambda: postgres_shop(request.getfixturevalue("postgres")),
    }
    return makers[request.param]()


@pytest.fixture
def connection(shop: Shop) -> Iterator[Connection]:
    with shop.connection() as opened:
        yield opened


@pytest.fixture
def postgres_settings(postgres: PostgresServer) -> PostgresSettings:
    """A shop of the test's own on PostgreSQL, for the superuser."""
    settings = postgres_shop(postgres).settings
    assert isinstance(settings, PostgresSettings)
    return settings
