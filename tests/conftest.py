"""What all tests may ask for: a PostgreSQL server, and the data that lie beside the repository."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.postgres_server import PostgresServer, running_server

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, the same for all tests of this process."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of shared example data; tests that need it are skipped where it is not."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the shared data folder is not here")
    return SHARED_DATA
