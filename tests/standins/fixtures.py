"""Servers that stand in for real ones, started when a test asks and shared by all tests of the process.

A `conftest.py` makes a fixture known by importing it: `from tests.standins.fixtures import tds_server`.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.standins.tds import TdsServer

from ombudsman.connections.sqlserver_drivers import INSTALL_LIBRARIES, missing_libraries


@pytest.fixture(scope="session")
def tds_server() -> Iterator[TdsServer]:
    """A server that speaks SQL Server's protocol, with an empty database `test`."""
    with TdsServer() as server:
        yield server


def can_load_microsofts_driver() -> bool:
    """Whether the system's libraries are there that the driver in `mssql_python` needs: the package imports without."""
    return not missing_libraries()


needs_microsofts_driver = pytest.mark.skipif(
    not can_load_microsofts_driver(),
    reason=f"Microsoft's driver cannot load: libraries of the system are missing ({INSTALL_LIBRARIES})",
)


def connect_microsoft(server: TdsServer, **told: str) -> Any:
    """A connection by Microsoft's driver; `told` are words of its connection string."""
    import mssql_python

    user = told.pop("UID", "sa")
    known = {
        "SERVER": f"{server.host},{server.port}",
        "DATABASE": server.database,
        "UID": user,
        "PWD": server.users[user].password if user in server.users else "",
        "Encrypt": "no",
        "TrustServerCertificate": "yes",
    }
    words = (known | told).items()
    return mssql_python.connect(
        ";".join(f"{word}={{{value.replace('}', '}}')}}}" for word, value in words)
    )


def error_of(cursor: Any, statement: str) -> str:
    """What is said to a statement that must fail, at once or while its rows are read."""

    def ask() -> None:
        cursor.execute(statement)
        cursor.fetchall()

    with pytest.raises(Exception) as caught:  # noqa: PT011 - each driver has a hierarchy of its own
        ask()
    return str(caught.value)


def connect_freetds(server: TdsServer, **told: Any) -> Any:
    """A connection by pymssql, which is FreeTDS; `told` are arguments of its `connect`."""
    import pymssql

    user = told.pop("user", "sa")
    known = {
        "server": server.host,
        "port": str(server.port),
        "user": user,
        "password": server.users[user].password if user in server.users else "",
        "database": server.database,
    }
    return pymssql.connect(**(known | told))
