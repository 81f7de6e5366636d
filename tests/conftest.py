"""What all tests may ask for: a PostgreSQL server, and the data that lie beside the repository."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.postgres_server import PostgresServer, running_server
from tests.sqlserver_server import (
    DRIVERS,
    VARIABLE,
    Place,
    place_on_real_server,
    place_on_stand_in,
    skip_without,
    stand_in,
)
from tests.standins.snowflake import account as snowflake_account
from tests.standins.tds import TdsServer

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, the same for all tests of this process."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def tds() -> Iterator[TdsServer]:
    """The stand-in for SQL Server, the same for all tests of this process."""
    with stand_in() as server:
        yield server


PLACES = ["stand-in", pytest.param("server", marks=pytest.mark.sqlserver)]


@pytest.fixture(scope="module", params=PLACES if VARIABLE in os.environ else PLACES[:1])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A schema for a module's tables: on the stand-in, and where OVS_TEST_MSSQL_URL names a server, on that."""
    if request.param == "server":
        with place_on_real_server() as made:
            yield made
    else:
        with place_on_stand_in(request.getfixturevalue("tds")) as made:
            yield made


@pytest.fixture(params=DRIVERS)
def driver(request: pytest.FixtureRequest) -> str:
    """Each driver of SQL Server that comes with the program."""
    name: str = request.param
    skip_without(name)
    return name


@pytest.fixture(scope="session")
def snowflake() -> Iterator[snowflake_account.Standin]:
    """The stand-in for Snowflake, the same for all tests of this process."""
    with snowflake_account.running_standin() as standin:
        yield standin


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(each, marks=pytest.mark.snowflake if each == "real" else ())
        for each in snowflake_account.ACCOUNTS
    ],
)
def snowflake_place(request: pytest.FixtureRequest) -> Iterator[snowflake_account.Place]:
    """A schema of the module's own, on the stand-in, and on the real account if one is named."""
    if request.param == "real":
        with snowflake_account.real_place() as place:
            yield place
    else:
        yield request.getfixturevalue("snowflake").place()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of shared example data; tests that need it are skipped where it is not."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the shared data folder is not here")
    return SHARED_DATA
