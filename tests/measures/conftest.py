"""The engines on which measures are proven by execution."""

from collections.abc import Iterator

import pytest
from tests.measures.databases import (
    Database,
    duckdb_database,
    postgres_database,
    sqlite_database,
)
from tests.postgres_server import PostgresServer


@pytest.fixture(scope="session")
def duck(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """DuckDB, also for what does not depend on the engine."""
    return duckdb_database(tmp_path_factory.mktemp("duckdb"))


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return sqlite_database(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def elephant(postgres: PostgresServer) -> Iterator[Database]:
    """PostgreSQL; whoever asks for it is marked `postgres`."""
    with postgres_database(postgres) as made:
        yield made


@pytest.fixture(
    params=["duck", "sqlite", pytest.param("elephant", marks=pytest.mark.postgres)],
)
def database(request: pytest.FixtureRequest) -> Database:
    """One engine after the other."""
    made: Database = request.getfixturevalue(request.param)
    return made
