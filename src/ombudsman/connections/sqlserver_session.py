"""How one session of SQL Server is made: logged in, and set so that it waits for nobody and changes nothing.

Traps tamed here:

- T-SQL knows no read-only session. A transaction is opened around every statement and rolled back; what is sent is one
  reading statement (`sqlserver_admission`); and the login should have no right to anything else.
- Isolation is set before the first transaction: one that did not begin in SNAPSHOT cannot go on in it.
- The messages of the server are English, whatever the login's language: some drivers tell errors by words alone.
- DB-Library cuts long texts at 4,096 bytes unless it is told not to.
- mssql-python offers no way to stop a statement but the one that its own Arrow reader uses.
"""

import logging
import threading
from contextlib import suppress
from typing import Any

from ombudsman.connections.running import GRACE_S
from ombudsman.connections.settings import SQL_SERVER_PORT, SqlServerSettings
from ombudsman.connections.sockets import DriversSocket, new_socket
from ombudsman.connections.sqlserver_drivers import Driver
from ombudsman.connections.sqlserver_failures import is_of_a_driver

logger = logging.getLogger(__name__)

STATE = """
SELECT name, snapshot_isolation_state, is_read_only, source_database_id
FROM sys.databases
WHERE database_id = DB_ID()
"""
"""Whether the database allows SNAPSHOT isolation, and whether it changes at all."""

_OPTIONS = (
    "SET NOCOUNT ON",
    "SET LANGUAGE us_english",
    "SET DATEFIRST 7",
    "SET ANSI_NULLS ON",
    "SET ANSI_WARNINGS ON",
    "SET ANSI_PADDING ON",
    "SET ARITHABORT ON",
    "SET QUOTED_IDENTIFIER ON",
    "SET CONCAT_NULL_YIELDS_NULL ON",
    "SET TEXTSIZE 2147483647",
    "SET DEADLOCK_PRIORITY LOW",
)
"""What every session of ours has, whatever is configured for server and login."""

_LEVELS = {"snapshot": "SNAPSHOT", "read_committed": "READ COMMITTED"}


class SqlServerSession:
    """A DB-API connection of any of the drivers, which SQLAlchemy's pool keeps, with what it takes to stop it.

    `number` is the server's own of the session (`@@SPID`), by which its administrator finds it.
    """

    def __init__(self, connection: Any, driver: Driver, socket: DriversSocket) -> None:
        self.number: int | None = None
        self._connection = connection
        self._driver = driver
        self._socket = socket
        self._cursor: Any = None
        self._asking: threading.Thread | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def cursor(self) -> Any:
        """The driver's own cursor. The last one made is the one that `stop` stops."""
        self._cursor = self._connection.cursor()
        return self._cursor

    @property
    def can_be_stopped(self) -> bool:
        """Whether a statement can be ended before its end: by asking the server, or by shutting the socket."""
        return self._driver.name != "pymssql" or self._socket.number is not None

    def stop(self) -> None:
        """Asks the server to stop what the session is doing. Called from other threads.

        ODBC's call waits for the server itself: it has a thread, that a server which does not react holds up nobody
        else. pymssql cannot ask: its socket is shut, and the server stops by itself what nobody waits for. Where that
        socket is not known nothing can be done (`can_be_stopped`).
        """
        if self._driver.name == "pymssql":
            self._socket.cut()
        elif self._asking is None or not self._asking.is_alive():
            self._asking = threading.Thread(target=self._ask_to_stop, daemon=True)
            self._asking.start()

    def _ask_to_stop(self) -> None:
        cursor = self._cursor
        with suppress(
            Exception
        ):  # the statement may end meanwhile: there is nothing to be stopped then
            if self._driver.name == "mssql-python":
                cursor.hstmt._cancel()  # noqa: SLF001 - there is no other way
            else:
                cursor.cancel()

    def close(self) -> None:
        """Ends the session. One whose server has gone cannot say good-bye."""
        if self._asking is not None:
            self._asking.join(GRACE_S)  # it still holds the driver's handle
        with suppress(Exception):
            self._connection.close()

    def cut(self) -> None:
        """Shuts the session's socket, whatever the server does."""
        self._socket.cut()


def new_session(settings: SqlServerSettings, driver: Driver) -> SqlServerSession:
    """Logs in. Raises the driver's own errors."""
    port = None if settings.instance and settings.port is None else settings.port or SQL_SERVER_PORT
    with new_socket(port=port) as socket:
        connection = driver.login(settings)
    session = SqlServerSession(connection, driver, socket)
    try:
        cursor = connection.cursor()
        _set_options(cursor, lock_ms=settings.lock_timeout_s * 1_000)
        cursor.execute("SELECT @@SPID")
        session.number = cursor.fetchone()[0]
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {_level(settings, cursor)}")
        cursor.close()
        _keep_transactions(connection, driver)
    except BaseException:
        with suppress(Exception):
            connection.close()
        raise
    return session


def _set_options(cursor: Any, *, lock_ms: int) -> None:
    """All at once; one by one where a server does not know them all, and then without those."""
    options = (*_OPTIONS, f"SET LOCK_TIMEOUT {lock_ms}")
    try:
        cursor.execute("; ".join(options))
    except Exception as error:
        if not is_of_a_driver(error):
            raise
        for option in options:
            try:
                cursor.execute(option)
            except Exception as refused:
                if not is_of_a_driver(refused):
                    raise
                logger.debug("this server does not know: %s", option)


def _level(settings: SqlServerSettings, cursor: Any) -> str:
    if settings.isolation != "auto":
        return _LEVELS[settings.isolation]
    try:
        cursor.execute(STATE)
        rows = cursor.fetchall()
    except Exception as error:
        if not is_of_a_driver(error):
            raise
        rows = []
    return _LEVELS["snapshot" if allows_snapshots(rows) else "read_committed"]


def allows_snapshots(rows: Any) -> bool:
    """Whether the answer to `STATE` says that transactions of SNAPSHOT isolation may be begun."""
    return bool(rows) and rows[0][1] == 1


def _keep_transactions(connection: Any, driver: Driver) -> None:
    """From here on every statement is in a transaction that only we end."""
    if driver.name == "pymssql":
        connection.autocommit(False)  # noqa: FBT003 - as pymssql has it
    else:
        connection.autocommit = False
