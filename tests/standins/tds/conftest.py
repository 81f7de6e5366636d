"""Connections of both drivers to the server, closed after each test."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.standins.fixtures import can_load_microsofts_driver, connect_freetds, connect_microsoft
from tests.standins.tds import TdsServer


@pytest.fixture
def freetds(tds_server: TdsServer) -> Iterator[Any]:
    """A cursor of pymssql; each statement commits."""
    connection = connect_freetds(tds_server, autocommit=True)
    yield connection.cursor()
    connection.close()


@pytest.fixture
def microsoft(tds_server: TdsServer) -> Iterator[Any]:
    """A cursor of Microsoft's driver; each statement commits."""
    if not can_load_microsofts_driver():
        pytest.skip("Microsoft's driver cannot load: the system library libltdl7 is missing")
    connection = connect_microsoft(tds_server)
    connection.setautocommit(True)
    yield connection.cursor()
    connection.close()


@pytest.fixture(params=["freetds", "microsoft"])
def cursor(request: pytest.FixtureRequest) -> Any:
    """A cursor of the one and of the other."""
    return request.getfixturevalue(request.param)
