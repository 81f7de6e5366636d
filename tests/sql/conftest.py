"""Sessions that run SQL text, one for each engine that is here."""

from collections.abc import Iterator

import duckdb
import pytest
from tests.postgres_server import PostgresServer
from tests.sql.canonical_engines import Run


@pytest.fixture(scope="session")
def duck_run() -> Iterator[Run]:
    with duckdb.connect() as session:
        session.execute("SET TimeZone = 'UTC'")
        yield lambda statement: session.execute(statement).fetchall()


@pytest.fixture(scope="session")
def elephant_run(postgres: PostgresServer) -> Iterator[Run]:
    postgres.create_database("canonical")
    with postgres.connect("canonical") as session:
        session.execute("SET TIME ZONE 'UTC'")
        yield lambda statement: session.execute(statement.encode()).fetchall()
