"""How a session is made, and what moment it reads as of: by what a server says of its database."""

from typing import Any

import pytest
from typing_extensions import override

from ombudsman.connections.engine_sqlserver import _pin
from ombudsman.connections.settings import SqlServerSettings
from ombudsman.connections.sockets import DriversSocket
from ombudsman.connections.sqlserver_drivers import Driver
from ombudsman.connections.sqlserver_session import SqlServerSession, new_session

SETTINGS = SqlServerSettings.model_validate(
    {"host": "h", "database": "erp", "user": "u", "password": "p"}
)


@pytest.mark.parametrize(
    ("row", "words", "note"),
    [
        (("erp", 1, 0, None), None, "SNAPSHOT isolation"),
        (("erp", 0, 0, None), None, "READ COMMITTED, for the database allows no SNAPSHOT"),
        (("erp", 2, 0, None), None, "READ COMMITTED"),
        (("erp", 0, 1, None), "erp, which is a read-only database", "read-only database"),
        (("erp_moment", 0, 1, 7), "database snapshot erp_moment", "database snapshot"),
    ],
)
def test_what_is_pinned(row: tuple[Any, ...], words: str | None, note: str):
    pin = _pin([row], SETTINGS)
    assert pin.words == words
    assert note in pin.note


def test_who_asks_for_read_committed_is_told_so():
    settings = SETTINGS.model_copy(update={"isolation": "read_committed"})
    assert "as the settings ask for" in _pin([("erp", 1, 0, None)], settings).note


class _Refused(Exception):
    """As a driver's error."""


_Refused.__module__ = "pymssql.exceptions"


class Connection:
    """A DB-API connection that keeps what it is told, and refuses what it does not know."""

    def __init__(self, *, unknown: str = "", state: int = 1) -> None:
        self.told: list[str] = []
        self.autocommit: Any = True
        self.closed = False
        self._unknown, self._state = unknown, state

    def cursor(self) -> "Connection":
        return self

    def execute(self, sql: str) -> None:
        if self._unknown and self._unknown in sql:
            raise _Refused(195, b"not recognized")
        self.told.append(sql.strip())

    def fetchone(self) -> tuple[int]:
        return (51,)

    def fetchall(self) -> list[tuple[Any, ...]]:
        return [("erp", self._state, 0, None)]

    def close(self) -> None:
        self.closed = True


def _session(connection: Connection, **changes: Any) -> SqlServerSession:
    driver = Driver("mssql-python", "mssql+mssqlpython://", lambda _: connection)
    return new_session(SETTINGS.model_copy(update=changes), driver)


def test_all_options_are_told_at_once_and_before_any_transaction():
    connection = Connection()
    session = _session(connection, lock_timeout_s=7)
    options, spid, state, level = connection.told
    for option in ("SET LOCK_TIMEOUT 7000", "SET DEADLOCK_PRIORITY LOW", "SET LANGUAGE us_english"):
        assert option in options
    assert (spid, level) == ("SELECT @@SPID", "SET TRANSACTION ISOLATION LEVEL SNAPSHOT")
    assert "sys.databases" in state
    assert connection.autocommit is False
    assert session.number == 51


@pytest.mark.parametrize(
    ("state", "changes", "level"),
    [
        (0, {}, "READ COMMITTED"),
        (3, {}, "READ COMMITTED"),
        (1, {"isolation": "read_committed"}, "READ COMMITTED"),
        (0, {"isolation": "snapshot"}, "SNAPSHOT"),
    ],
)
def test_isolation_is_what_the_database_allows_or_the_settings_say(
    state: int, changes: dict[str, Any], level: str
):
    connection = Connection(state=state)
    _session(connection, **changes)
    assert connection.told[-1] == f"SET TRANSACTION ISOLATION LEVEL {level}"


def test_a_server_that_does_not_know_an_option_is_told_the_others():
    connection = Connection(unknown="DEADLOCK_PRIORITY")
    _session(connection)
    assert "SET NOCOUNT ON" in connection.told
    assert "SET LOCK_TIMEOUT 5000" in connection.told


def test_one_that_does_not_tell_of_its_databases_is_read_committed():
    connection = Connection(unknown="sys.databases")
    _session(connection)
    assert connection.told[-1] == "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"


def test_a_session_that_could_not_be_set_is_closed():
    connection = Connection(unknown="ISOLATION LEVEL")
    with pytest.raises(_Refused):
        _session(connection)
    assert connection.closed


@pytest.mark.parametrize(
    ("driver", "number", "can_be_stopped"),
    [
        ("pymssql", None, False),
        ("pymssql", 7, True),
        ("mssql-python", None, True),
        ("pyodbc", None, True),
    ],
)
def test_a_session_knows_whether_it_can_be_stopped(
    driver: Any, number: int | None, can_be_stopped: bool
):
    session = SqlServerSession(
        Connection(), Driver(driver, "", lambda _: None), DriversSocket(number)
    )
    assert session.can_be_stopped == can_be_stopped
    session.stop()
    session.close()


def test_a_server_that_has_gone_does_not_spoil_a_good_bye():
    class Gone(Connection):
        @override
        def close(self) -> None:
            raise _Refused(20047, b"dead")

    driver = Driver("mssql-python", "", lambda _: None)
    SqlServerSession(Gone(), driver, DriversSocket()).close()
