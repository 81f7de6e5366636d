"""The tables that tests of the row engine compare."""

from collections.abc import Iterator

import pytest
from tests.compare.tables import Tables
from tests.postgres_server import PostgresServer


@pytest.fixture(scope="session")
def tables(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    """Makes tables on both engines, and compares them."""
    made = Tables(postgres, tmp_path_factory.mktemp("tables"))
    yield made
    made.close()
