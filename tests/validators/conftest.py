"""The stages of the cases: DuckDB always, PostgreSQL where a test asks for it."""

from collections.abc import Iterator

import pytest
from tests.postgres_server import PostgresServer
from tests.validators.case_file import read_cases
from tests.validators.play import Stages
from tests.validators.stage import duckdb_stages, postgres_stages


@pytest.fixture(scope="session")
def duckdb_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    """All cases' tables in two DuckDB files."""
    with duckdb_stages(tmp_path_factory.mktemp("cases"), read_cases()) as stages:
        yield stages


@pytest.fixture(scope="session")
def postgres_stage(postgres: PostgresServer) -> Iterator[Stages]:
    """All cases' tables in two PostgreSQL databases."""
    with postgres_stages(postgres, read_cases()) as stages:
        yield stages
