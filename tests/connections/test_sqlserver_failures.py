"""What a number of SQL Server means, and how it is known of each driver's errors."""

from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from ombudsman.connections.running import Stop
from ombudsman.connections.settings import SqlServerSettings
from ombudsman.connections.sqlserver_failures import (
    login_failed,
    may_go_well_later,
    number_of,
    statement_failed,
)
from ombudsman.model.errors import (
    Cancelled,
    ConnectionFailed,
    ConnectionLost,
    DriverMissing,
    LoginRefused,
    ObjectNotFound,
    PermissionDenied,
    QueryFailed,
    StatementInvalid,
    TimedOut,
    Unreachable,
)

SETTINGS = SqlServerSettings.model_validate(
    {"host": "db.example.com", "database": "erp", "user": "reader", "password": "hunter2"}
)


class _Named(Exception):
    """An error as a driver's module would raise it."""


def _raised(module: str, **attributes: Any) -> type[_Named]:
    return type("Error", (_Named,), {"__module__": module, **attributes})


def by_pymssql(number: int, words: str = "words") -> Exception:
    return _raised("pymssql.exceptions")(number, words.encode())


def at_login(number: int, words: str) -> Exception:
    """As pymssql raises what happened while connecting."""
    return _raised("pymssql.exceptions")((number, words.encode()))


def by_mssql_python(words: str, state: str = "") -> Exception:
    kind = _raised("mssql_python.exceptions", driver_error=state, ddbc_error=words)
    return kind(f"Driver Error: {state}; DDBC Error: {words}")


def by_pyodbc(state: str, words: str) -> Exception:
    return _raised("pyodbc")(state, f"[{state}] {words}")


def failed(error: Exception, stopped: Stop | None = None) -> QueryFailed:
    made = statement_failed(error, SETTINGS, connection="erp", sql="SELECT 1", stopped=stopped)
    assert made is not None
    return made


def refused(error: Exception) -> Any:
    return login_failed(error, SETTINGS, connection="erp")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (208, ObjectNotFound),
        (207, ObjectNotFound),
        (229, PermissionDenied),
        (230, PermissionDenied),
        (297, PermissionDenied),
        (300, PermissionDenied),
        (262, PermissionDenied),
        (3906, PermissionDenied),
        (8134, StatementInvalid),
        (8115, StatementInvalid),
        (245, StatementInvalid),
        (3952, StatementInvalid),
        (1205, StatementInvalid),
        (1222, TimedOut),
        (-2, TimedOut),
        (942, ConnectionLost),
        (945, ConnectionLost),
        (233, ConnectionLost),
        (10054, ConnectionLost),
        (20047, ConnectionLost),
        (40613, ConnectionLost),
        (99999, StatementInvalid),
    ],
)
def test_a_statements_numbers(number: int, expected: type[QueryFailed]):
    made = failed(by_pymssql(number))
    assert type(made) is expected
    assert made.context["code"] == number


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("[Microsoft][SQL Server]Invalid object name 'dbo.gone'.", 208),
        ("[Microsoft][SQL Server]Invalid column name 'gone'.", 207),
        (
            "[Microsoft][SQL Server]The SELECT permission was denied on the object 't', database 'd', schema 'dbo'.",
            229,
        ),
        (
            "[Microsoft][SQL Server]The SELECT permission was denied on the column 'a' of the object 't'.",
            230,
        ),
        ("[Microsoft][SQL Server]VIEW DATABASE STATE permission denied in database 'd'.", 262),
        (
            "[Microsoft][SQL Server]VIEW SERVER STATE permission was denied on object 'server', database 'master'.",
            300,
        ),
        (
            "[Microsoft][SQL Server]The user does not have permission to perform this action.",
            297,
        ),
        ("[Microsoft][SQL Server]Divide by zero error encountered.", 8134),
        (
            "[Microsoft][SQL Server]Arithmetic overflow error converting expression to data type int.",
            8115,
        ),
        (
            "[Microsoft][SQL Server]Conversion failed when converting the varchar value 'x' to data type int.",
            245,
        ),
        (
            (
                "[Microsoft][SQL Server]Transaction (Process ID 52) was deadlocked on lock resources with another"
                " process and has been chosen as the deadlock victim. Rerun the transaction."
            ),
            1205,
        ),
        ("[Microsoft][SQL Server]Lock request time out period exceeded.", 1222),
        (
            (
                "[Microsoft][SQL Server]Snapshot isolation transaction failed accessing database 'd' because snapshot"
                " isolation is not allowed in this database."
            ),
            3952,
        ),
        (
            "[Microsoft][SQL Server]Database 'd' on server 's' is not currently available.  Please retry later.",
            40613,
        ),
        ("[Microsoft]Login failed for user 'reader'.", 18456),
        (
            '[Microsoft][SQL Server]Cannot open database "erp" requested by the login. The login failed.',
            4060,
        ),
        (
            (
                "[Microsoft][SQL Server]Cannot open server 's' requested by the login. Client with IP address '1.2.3.4'"
                " is not allowed to access the server."
            ),
            40615,
        ),
        ("[Microsoft][SQL Server]Something new.", None),
        ("[Microsoft]Query timeout expired", None),
        # a name in the words cannot make them mean something else
        ("[Microsoft][SQL Server]Invalid object name 'Login failed for user '.", 208),
    ],
)
def test_numbers_are_known_again_by_their_words(words: str, number: int | None):
    assert number_of(by_mssql_python(words)) == number


def test_pyodbc_writes_the_number_behind_the_words():
    words = "[Microsoft][ODBC Driver 18 for SQL Server][SQL Server]Ungültiger Objektname 't'. (208) (SQLExecDirectW)"
    assert type(failed(by_pyodbc("42S02", words))) is ObjectNotFound


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (by_mssql_python("[Microsoft]Query timeout expired", "Timeout expired"), TimedOut),
        (
            by_mssql_python("[Microsoft]Communication link failure", "Communication link failure"),
            ConnectionLost,
        ),
        (by_mssql_python("[Microsoft]Operation canceled", "Operation canceled"), Cancelled),
        (by_mssql_python("[Microsoft]Odd", "Invalid cursor state"), StatementInvalid),
        (by_pyodbc("HYT00", "Query timeout expired"), TimedOut),
        (by_pyodbc("08S01", "Communication link failure"), ConnectionLost),
        (
            by_pymssql(20009, "DB-Lib error message 20047, severity 9:\nDBPROCESS is dead"),
            ConnectionLost,
        ),
    ],
)
def test_what_has_no_number_is_told_by_its_state(error: Exception, expected: type[QueryFailed]):
    assert type(failed(error)) is expected


@pytest.mark.parametrize(
    ("stopped", "expected"), [(Stop.CANCELLED, Cancelled), (Stop.TIMED_OUT, TimedOut)]
)
def test_who_stopped_it_decides(stopped: Stop, expected: type[QueryFailed]):
    assert type(failed(by_pymssql(10054), stopped)) is expected
    assert type(failed(by_mssql_python("[Microsoft]Odd"), stopped)) is expected


@pytest.mark.parametrize(
    ("number", "expected", "hint"),
    [
        (18456, LoginRefused, "user and password"),
        (4060, LoginRefused, "database"),
        (18487, LoginRefused, "password"),
        (40615, LoginRefused, "firewall"),
        (942, Unreachable, ""),
        (40613, Unreachable, ""),
        (18401, Unreachable, ""),
        (17, ConnectionFailed, ""),
    ],
)
def test_a_logins_numbers(number: int, expected: type[ConnectionFailed], hint: str):
    made = refused(at_login(number, "Login failed DB-Lib error message 20002, severity 9"))
    assert type(made) is expected
    assert hint in (made.hint or "")
    assert str(number) in made.message


@pytest.mark.parametrize(
    ("error", "expected", "said"),
    [
        (
            by_mssql_python("[Microsoft]TCP Provider: Error code 0x2749"),
            Unreachable,
            "no SQL Server answers at db.example.com:1433",
        ),
        (
            at_login(20009, "DB-Lib error message 20009, severity 9:\nUnable to connect"),
            Unreachable,
            "no SQL Server answers",
        ),
        (
            at_login(18456, "DB-Lib error message 20018, severity 11:\nGeneral SQL Server error"),
            LoginRefused,
            "did not let user 'reader' into database 'erp'",
        ),
        (
            by_mssql_python("[Microsoft]TCP Provider: Timeout error [258]. "),
            Unreachable,
            "within 15 seconds",
        ),
        (
            at_login(20009, "DB-Lib error message 20003, severity 6:\nTDS server timed out"),
            Unreachable,
            "within 15 seconds",
        ),
        (
            by_mssql_python(
                "[Microsoft]SSL Provider: [error:0A000086:SSL routines::certificate verify failed"
                ":self-signed certificate]"
            ),
            Unreachable,
            "certificate",
        ),
        (
            by_mssql_python("[Microsoft]Encryption not supported on the client."),
            Unreachable,
            "TLS",
        ),
        (
            by_mssql_python("Can't open lib '/x/libmsodbcsql-18.6.so': libltdl.so.7: cannot open"),
            DriverMissing,
            "native part",
        ),
    ],
)
def test_logins_that_no_server_answered(
    error: Exception, expected: type[ConnectionFailed], said: str
):
    made = refused(error)
    assert type(made) is expected
    assert said in made.message
    assert made.hint


def test_azures_throttling_and_deadlocks_are_tried_again_and_nothing_else_is():
    again = {n for n in range(-10, 50_000) if may_go_well_later(failed(by_pymssql(n)))}
    throttled = {10928, 10929, 40197, 40501, 40613, 49918, 49919, 49920}
    assert again == {1205, 3960, 3961} | throttled
    assert may_go_well_later(refused(by_pymssql(40613)))
    assert not may_go_well_later(refused(by_pymssql(18456)))


def test_a_password_is_struck_out_of_the_drivers_words():
    made = refused(by_pymssql(18456, "hunter2 is wrong"))
    assert "hunter2" not in str(vars(made))
    assert "***" in made.context["driver_message"]


def test_errors_of_others_are_left_alone():
    ours = DBAPIError("SELECT 1", None, ValueError("x"))
    for error in (ValueError("x"), KeyError("x"), ours):
        assert statement_failed(error, SETTINGS, connection="e", sql="", stopped=None) is None
        assert refused(error) is None


@pytest.mark.parametrize(
    ("error", "number"),
    [
        ((18456, b"Login failed for user 'x'.DB-Lib error message 20018, severity 14"), 18456),
        ((18456, b'Cannot open database "d" requested by the login. The login failed.Login'), 4060),
        ((18456, b"DB-Lib error message 20018, severity 11:\nGeneral SQL Server error"), None),
        ((4060, b"DB-Lib error message 20009, severity 9:\nUnable to connect"), None),
        ((4060, b"Unknown error"), None),
        ((20009, b"Unknown error"), None),
        ((18456, b"DB-Lib error message 20003, severity 6:\nTDS server timed out"), 20003),
    ],
)
def test_pymssqls_number_may_be_one_of_an_earlier_failure(
    error: tuple[int, bytes], number: int | None
):
    assert number_of(_raised("pymssql.exceptions")(error)) == number
