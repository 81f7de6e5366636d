"""Which driver is used, and what is said when the first choice cannot be."""

import logging
import sys
from typing import Any

import pytest

from ombudsman.connections import sqlserver_drivers
from ombudsman.connections.connection import connect
from ombudsman.connections.settings import SqlServerSettings
from ombudsman.connections.sqlserver_drivers import (
    driver_for,
    missing_libraries,
    odbc_driver_among,
)
from ombudsman.model.errors import DriverMissing


def settings(**changes: Any) -> SqlServerSettings:
    told = {"database": "d", "user": "u", "password": "hunter2", "trust_server_certificate": True}
    return SqlServerSettings.model_validate(told | changes)


@pytest.fixture
def without_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which the driver's native part cannot be loaded."""
    monkeypatch.setattr(sqlserver_drivers, "missing_libraries", lambda: ["libltdl.so.7"])
    sqlserver_drivers._say_once.cache_clear()


@pytest.fixture
def with_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlserver_drivers, "missing_libraries", list)


@pytest.mark.usefixtures("with_library")
def test_microsofts_driver_comes_first():
    driver = driver_for(settings())
    assert (driver.name, driver.note) == ("mssql-python", None)


@pytest.mark.usefixtures("without_library")
def test_pymssql_takes_over_and_this_is_said_once(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING, "ombudsman"):
        drivers = [driver_for(settings()) for _ in range(3)]
    assert {driver.name for driver in drivers} == {"pymssql"}
    assert "libltdl.so.7" in str(drivers[0].note)
    assert len(caplog.records) == 1
    assert "apt-get install libltdl7" in caplog.text


@pytest.mark.usefixtures("without_library")
def test_a_certificate_that_must_be_proven_is_not_left_unproven():
    with pytest.raises(DriverMissing) as told:
        driver_for(settings(trust_server_certificate=False))
    assert "apt-get install libltdl7" in str(told.value.hint)
    assert "certificate" in told.value.message


@pytest.mark.usefixtures("without_library")
def test_who_asks_for_microsofts_driver_is_told_what_it_lacks():
    with pytest.raises(DriverMissing, match=r"libltdl\.so\.7") as told:
        driver_for(settings(driver="mssql-python"))
    assert told.value.hint == sqlserver_drivers.INSTALL_LIBRARIES


@pytest.mark.usefixtures("with_library")
def test_a_module_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch):
    for module in ("mssql_python", "pymssql", "pyodbc"):
        monkeypatch.setitem(sys.modules, module, None)
    for driver in ("auto", "mssql-python", "pymssql", "pyodbc"):
        with pytest.raises(DriverMissing) as told, connect("erp", settings(driver=driver)) as made:
            made.check()
        assert "pip install 'ombudsman[sqlserver" in str(told.value.hint)


def test_libraries_are_looked_for_by_loading_them():
    known = "libm.so.6" if sys.platform == "linux" else "libm"
    assert missing_libraries([known, "libombudsman-none.so.7"]) == (
        ["libombudsman-none.so.7"] if sys.platform == "linux" else []
    )


def test_of_several_odbc_drivers_the_newest_of_microsofts_is_taken():
    installed = [
        "FreeTDS",
        "ODBC Driver 17 for SQL Server",
        "ODBC Driver 18 for SQL Server",
        "x.so",
    ]
    assert odbc_driver_among(installed) == "ODBC Driver 18 for SQL Server"
    with pytest.raises(DriverMissing):
        odbc_driver_among(["FreeTDS", "SQL Server", "x/ODBC Driver 19 for SQL Server"])
