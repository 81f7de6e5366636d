"""Which driver takes us to a SQL Server?

Microsoft's mssql-python first: it brings its ODBC driver along, proves certificates, and hands rows over as Arrow. On
Linux that ODBC driver wants libraries of the system; where they are missing the module can be imported and every
connection fails. Then pymssql takes over, which needs nothing, and this is said once. pyodbc is for those who have an
ODBC driver of their own and ask for it.
"""

import ctypes
import importlib
import logging
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from sqlalchemy.dialects.mssql.base import MSDialect
from sqlalchemy.engine import Dialect

from ombudsman.connections.settings import SqlServerSettings
from ombudsman.connections.sqlserver_login import odbc_string, pymssql_arguments
from ombudsman.model.errors import DriverMissing, SettingsError

logger = logging.getLogger(__name__)

NATIVE_LIBRARIES = ("libltdl.so.7", "libgssapi_krb5.so.2")
"""What Microsoft's ODBC driver needs of a Linux system."""

INSTALL_LIBRARIES = "apt-get install libltdl7 libgssapi-krb5-2"
_INSTALL = "pip install 'ombudsman[sqlserver]'"
_INSTALL_PYODBC = "pip install 'ombudsman[sqlserver-odbc]', and an ODBC driver for SQL Server"

Name = Literal["mssql-python", "pymssql", "pyodbc"]


@dataclass(frozen=True)
class Driver:
    """A driver that can be used here. `login` makes a DB-API connection; `note` says why it is this one."""

    name: Name
    url: str
    login: Callable[[SqlServerSettings], Any]
    note: str | None = None


def driver_for(settings: SqlServerSettings) -> Driver:
    """The driver that the settings ask for, or the best that can be used.

    Raises:
        DriverMissing: none can be used; the hint says what to install.
        SettingsError: the one that is left cannot do what the settings ask for.
    """
    match settings.driver:
        case "pyodbc":
            _imported("pyodbc", _INSTALL_PYODBC)
            return Driver("pyodbc", "mssql+pyodbc://", _by_pyodbc)
        case "pymssql":
            return _pymssql(settings, note=None)
        case "mssql-python":
            _imported("mssql_python", _INSTALL)
            if missing := missing_libraries():
                raise _library_missing(missing)
            return _mssql_python()
        case _:
            return _best(settings)


def _best(settings: SqlServerSettings) -> Driver:
    missing = missing_libraries()
    try:
        importlib.import_module("mssql_python")
    except ImportError as error:
        note = f"mssql-python cannot be imported ({error.name or type(error).__name__})"
    else:
        if not missing:
            return _mssql_python()
        note = f"mssql-python cannot load {', '.join(missing)} ({INSTALL_LIBRARIES})"
    told = f"read by pymssql, for {note}"
    try:
        driver = _pymssql(settings, note=told)
    except SettingsError as error:
        raise DriverMissing(f"{note}, and {error.message}", hint=_needed(missing)) from None
    _say_once(told)
    return driver


def _needed(missing: Sequence[str]) -> str:
    return INSTALL_LIBRARIES if missing else _INSTALL


def missing_libraries(names: Iterable[str] = NATIVE_LIBRARIES) -> list[str]:
    """The libraries of the system that Microsoft's driver needs and that cannot be loaded."""
    return [name for name in names if sys.platform == "linux" and not _loads(name)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _library_missing(missing: Sequence[str]) -> DriverMissing:
    return DriverMissing(
        f"the driver mssql-python cannot load {', '.join(missing)}", hint=INSTALL_LIBRARIES
    )


@cache
def _say_once(told: str) -> None:
    logger.warning("SQL Server is %s", told)


def _imported(module: str, hint: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise DriverMissing(
            f"the driver for SQL Server is not installed: no module {error.name!r}", hint=hint
        ) from None


def _mssql_python() -> Driver:
    logging.getLogger("mssql_python").setLevel(logging.CRITICAL)  # its errors hold values of rows
    return Driver("mssql-python", "mssql+mssqlpython://", _by_mssql_python)


def _pymssql(settings: SqlServerSettings, *, note: str | None) -> Driver:
    _imported("pymssql", _INSTALL)
    pymssql_arguments(settings)
    return Driver("pymssql", "mssql+pymssql://", _by_pymssql, note)


def _by_mssql_python(settings: SqlServerSettings) -> Any:
    import mssql_python

    session = mssql_python.connect(
        odbc_string(settings), autocommit=True, timeout=settings.connect_timeout_s
    )
    session.timeout = settings.statement_timeout_s
    return session


def _by_pymssql(settings: SqlServerSettings) -> Any:
    import pymssql

    return pymssql.connect(**pymssql_arguments(settings), autocommit=True)


def _by_pyodbc(settings: SqlServerSettings) -> Any:
    pyodbc = _imported("pyodbc", _INSTALL_PYODBC)
    named = odbc_driver_among(pyodbc.drivers())
    session = pyodbc.connect(
        odbc_string(settings, driver=named), autocommit=True, timeout=settings.connect_timeout_s
    )
    session.timeout = settings.statement_timeout_s
    return session


def odbc_driver_among(installed: Iterable[str]) -> str:
    """The newest of Microsoft's ODBC drivers among those that are installed. Raises DriverMissing without one."""
    numbered = {
        int(found[1]): name
        for name in installed
        if (found := re.fullmatch(r"ODBC Driver (\d+) for SQL Server", name))
    }
    if not numbered:
        raise DriverMissing(
            "there is no ODBC driver for SQL Server on this machine",
            hint="install Microsoft's msodbcsql18, or leave out `driver: pyodbc`",
        )
    return numbered[max(numbered)]


def sqlserver_dialect(**options: Any) -> Dialect:
    """The dialect, to compile statements with."""
    dialect: Dialect = MSDialect(**options)  # type: ignore[no-untyped-call]
    return dialect
