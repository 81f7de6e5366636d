"""SQL Server that cannot be reached, refuses, is busy, locks, dies, or falls silent: planted into the stand-in."""

import random
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import SecretStr
from tests.connections.tcp_proxy import proxy
from tests.sqlserver_server import settings_of, skip_without, stand_in
from tests.standins.tds import PASSWORD, TdsServer, User

from ombudsman.connections import retrying, sockets
from ombudsman.connections.connection import Connection, connect
from ombudsman.connections.reader import Reader
from ombudsman.model.errors import (
    Cancelled,
    ConnectionFailed,
    ConnectionLost,
    LoginRefused,
    OmbudsmanError,
    PermissionDenied,
    QueryFailed,
    StatementInvalid,
    TimedOut,
    Unreachable,
)

ROWS = 60_000


@pytest.fixture(scope="module")
def server() -> Iterator[TdsServer]:
    """A stand-in of this module's own, for what is planted here is nobody else's."""
    with stand_in() as made:
        numbers = ", ".join(f"({n})" for n in range(100))
        made.define("CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY, name nvarchar(40))")
        made.define("CREATE TABLE dbo.digits (n int)")
        made.define(f"INSERT INTO dbo.digits VALUES {numbers}")
        made.define("INSERT INTO dbo.t SELECT a.n, N'x' FROM dbo.digits AS a")
        yield made


@pytest.fixture(autouse=True)
def _nothing_planted(server: TdsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(retrying, "_LONGEST_S", (0.01, 0.02, 0.03))
    yield
    server.clear_faults()


@pytest.fixture
def connection(server: TdsServer, driver: str) -> Iterator[Connection]:
    with connect("erp", settings_of(server, driver=driver)) as made:
        yield made


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("changes", "expected", "said"),
    [
        ({"password": SecretStr("wrong")}, LoginRefused, "did not let user 'sa'"),
        ({"user": "nobody"}, LoginRefused, "did not let user 'nobody'"),
        ({"database": "gone"}, LoginRefused, "into database 'gone'"),
        ({"database": "offline"}, ConnectionFailed, "SQL Server at"),
        ({"host": "no-such-host.invalid"}, Unreachable, "no SQL Server answers"),
        ({"port": "closed"}, Unreachable, "no SQL Server answers"),
    ],
)
def test_who_is_not_let_in_is_told_why(
    server: TdsServer, driver: str, changes: dict[str, Any], expected: type[Exception], said: str
):
    if changes.get("port") == "closed":
        changes = {"port": _free_port()}
    settings = settings_of(server, driver=driver, connect_timeout_s=1, **changes)
    with pytest.raises(expected) as told:
        connect("erp", settings).open()
    assert isinstance(told.value, OmbudsmanError)
    problem = told.value.problem()
    assert said in problem.message
    assert settings.host in problem.message
    assert "driver_message" not in problem.context
    assert PASSWORD not in repr(vars(told.value))


def test_a_certificate_that_nobody_vouches_for_is_not_taken(server: TdsServer):
    skip_without("mssql-python")
    settings = settings_of(
        server, driver="mssql-python", trust_server_certificate=False, connect_timeout_s=3
    )
    with pytest.raises(Unreachable, match="certificate") as told:
        connect("erp", settings).open()
    assert "trust_server_certificate" in str(told.value.hint)


@pytest.fixture(scope="module")
def server_without_tls() -> Iterator[TdsServer]:
    with stand_in(supports_tls=False) as made:
        yield made


@pytest.mark.parametrize("encrypt", ["mandatory", "optional"])
def test_a_server_without_tls_is_not_read_in_the_clear_unless_one_says_so(
    server_without_tls: TdsServer, driver: str, encrypt: str
):
    settings = settings_of(server_without_tls, driver=driver, encrypt=encrypt, connect_timeout_s=1)
    if encrypt == "optional":
        with connect("erp", settings) as connection:
            assert connection.check().version
    else:
        with pytest.raises(ConnectionFailed):
            connect("erp", settings).open()


@pytest.mark.parametrize("ask", ["query", "stream"])
def test_where_pymssqls_socket_is_not_known_it_is_said_and_nothing_stopped_is_an_answer(
    server: TdsServer, monkeypatch: pytest.MonkeyPatch, ask: str
):
    """As on systems that do not list the sockets of a process."""
    monkeypatch.setattr(sockets, "_sockets", dict)
    with connect("erp", settings_of(server, driver="pymssql")) as connection:
        assert any("can neither be stopped" in note for note in connection.check().notes)

        def drain(reader: Reader) -> None:
            if ask == "query":
                reader.read("SELECT id FROM dbo.t", lambda _: connection.cancel())
            else:
                for _ in reader.stream("SELECT id FROM dbo.t"):
                    connection.cancel()

        with connection.open() as reader, pytest.raises(Cancelled):
            drain(reader)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists a process's sockets")
def test_where_it_is_known_nothing_is_said(server: TdsServer):
    with connect("erp", settings_of(server, driver="pymssql")) as connection:
        assert not any("stopped" in note for note in connection.check().notes)


HOSTILE = [
    "a;Driver=/x.so",
    "};DRIVER={/x.so",
    "{a}",
    "a}b",
    "}}",
    "=;=",
    " leading and trailing ",
    "\"quoted\" 'twice'",
    "b}};Server=evil,1",
    "grüße-🔑",
    "100%41;%s",
    "\\",
]


@pytest.fixture(scope="module")
def server_of_hostile_users() -> Iterator[TdsServer]:
    """A server with the users `user0`, `user1` ..., each with one of the hostile passwords."""
    users = {f"user{n}": User(password) for n, password in enumerate(HOSTILE)}
    with stand_in(users | {"sa": User(PASSWORD)}) as made:
        yield made


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_hostile_password_logs_in_as_itself(
    server_of_hostile_users: TdsServer, driver: str, number: int
):
    settings = settings_of(
        server_of_hostile_users,
        driver=driver,
        user=f"user{number}",
        password=SecretStr(HOSTILE[number]),
    )
    with connect("erp", settings) as connection, connection.open() as reader:
        assert reader.query("SELECT SUSER_SNAME()").rows == [(f"user{number}",)]


def test_no_other_password_does(server_of_hostile_users: TdsServer, driver: str):
    chance = random.Random(7)  # noqa: S311 - the same each time
    for _ in range(20):
        wrong = "".join(chance.choices(";{}=' ab", k=8))
        settings = settings_of(
            server_of_hostile_users, driver=driver, user="user0", password=SecretStr(wrong)
        )
        with pytest.raises(LoginRefused):
            connect("erp", settings).open()


def test_a_database_that_allows_it_is_read_in_snapshot_isolation(
    server: TdsServer, connection: Connection
):
    with connection.open() as reader:
        assert reader.snapshot is None
        assert reader.snapshot_note.startswith("SNAPSHOT isolation")
        assert reader.query("SELECT COUNT(*) FROM dbo.t").rows == [(100,)]
    assert "SET TRANSACTION ISOLATION LEVEL SNAPSHOT" in server.statements()


def test_one_that_does_not_is_read_committed_and_this_is_said(server: TdsServer, driver: str):
    before = len(server.statements())
    settings = settings_of(server, driver=driver, database="locking")
    with connect("erp", settings) as connection, connection.open() as reader:
        assert "READ COMMITTED" in reader.snapshot_note
        assert reader.query("SELECT 1").rows == [(1,)]
    told = server.statements()[before:]
    assert "SET TRANSACTION ISOLATION LEVEL READ COMMITTED" in told
    assert "SET TRANSACTION ISOLATION LEVEL SNAPSHOT" not in told


def _query(reader: Reader, sql: str) -> list[Any]:
    return reader.query(sql).rows


def _stream(reader: Reader, sql: str) -> list[Any]:
    return [tuple(row.values()) for batch in reader.stream(sql) for row in batch.to_pylist()]


ASKS = pytest.mark.parametrize("ask", [_query, _stream])


@ASKS
@pytest.mark.parametrize("number", [1205, 40501])
def test_a_deadlocks_victim_and_a_busy_service_are_tried_again(
    server: TdsServer, connection: Connection, number: int, ask: Callable[..., list[Any]]
):
    server.plant("victim", error=number, times=2)
    with connection.open() as reader:
        assert ask(reader, "SELECT COUNT(*) AS victim FROM dbo.t") == [(100,)]
        server.plant("victim", error=number, times=9)
        with pytest.raises(QueryFailed) as told:
            ask(reader, "SELECT COUNT(*) AS victim FROM dbo.t")
    assert told.value.context["code"] == number
    assert sum("victim" in sent for sent in server.statements()) % 7 == 0


@ASKS
def test_a_lock_is_not_waited_for_for_ever(
    server: TdsServer, driver: str, ask: Callable[..., list[Any]]
):
    server.plant("locked", waits_for_lock=True)
    settings = settings_of(server, driver=driver, lock_timeout_s=1)
    with connect("erp", settings) as connection, connection.open() as reader:
        began = time.monotonic()
        with pytest.raises(TimedOut) as told:
            ask(reader, "SELECT COUNT(*) AS locked FROM dbo.t")
        assert time.monotonic() - began < 4
        assert told.value.context["code"] == 1222
        assert "lock_timeout_s" in str(told.value.hint)


@ASKS
def test_rows_that_break_off_are_never_a_whole_answer(
    server: TdsServer, connection: Connection, ask: Callable[..., list[Any]]
):
    server.plant("broken", drop_after_rows=20_000)
    many = "SELECT a.n + 100 * b.n AS broken FROM dbo.digits AS a, dbo.digits AS b, dbo.digits AS c"
    with connection.open() as reader:
        with pytest.raises(ConnectionLost):
            ask(reader, many)
        assert ask(reader, "SELECT COUNT(*) AS n FROM dbo.t") == [(100,)]


@pytest.mark.parametrize(("driver", "ask"), [("mssql-python", _query), ("pymssql", _stream)])
def test_a_peer_that_takes_all_and_answers_nothing_is_cut_off(
    server: TdsServer, driver: str, ask: Callable[..., list[Any]]
):
    skip_without(driver)
    server.plant("silence", delay=30)
    with proxy(server.host, server.port) as between:
        settings = settings_of(server, driver=driver, port=between.port, statement_timeout_s=1)
        with connect("erp", settings) as connection, connection.open() as reader:
            threading.Timer(0.3, between.silent.set).start()
            began = time.monotonic()
            with pytest.raises(TimedOut):
                ask(reader, "SELECT COUNT(*) AS silence FROM dbo.t")
            assert time.monotonic() - began < 8


def test_a_peer_that_is_silent_from_the_start_is_unreachable(server: TdsServer, driver: str):
    with proxy(server.host, server.port) as between:
        between.silent.set()
        settings = settings_of(server, driver=driver, port=between.port, connect_timeout_s=1)
        began = time.monotonic()
        with pytest.raises(Unreachable):
            connect("erp", settings).open()
        assert time.monotonic() - began < 8


def test_a_reader_cannot_write_and_is_told_to_be_harmless(server: TdsServer, driver: str):
    settings = settings_of(server, driver=driver, user="reader")
    with connect("erp", settings) as connection, connection.open() as reader:
        assert reader.query("SELECT COUNT(*) FROM dbo.t").rows == [(100,)]
        assert connection.privileges().beyond == ()
        assert "may only read" in connection.check().read_only


def test_a_right_to_change_single_columns_is_told(server: TdsServer, driver: str):
    named = frozenset({"dbo.t.name", "dbo.t.not there"})
    server.add_user("narrow", User("secret", can_write=False, updates=named))
    secret = SecretStr("secret")
    with connect("erp", settings_of(server, driver=driver, user="narrow", password=secret)) as erp:
        found = erp.privileges()
    assert found.beyond == ("change the values of 1 column",)
    assert not found.only_reads


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO dbo.t (id) VALUES (1000)",
        "UPDATE dbo.t SET name = N'y'",
        "DELETE FROM dbo.t",
        "DROP TABLE dbo.t",
        "CREATE TABLE dbo.other (id int)",
    ],
)
def test_what_a_reader_tries_past_the_gate_the_server_refuses(
    server: TdsServer, driver: str, sql: str
):
    settings = settings_of(server, driver=driver, user="reader")
    with connect("erp", settings) as connection:
        with connection.session() as session, pytest.raises(Exception, match="denied") as told:
            session.exec_driver_sql(sql)
        failure = connection._adapter.query_failed(told.value, sql=sql)
        assert isinstance(failure, PermissionDenied)
        with connection.open() as reader:
            assert reader.query("SELECT COUNT(*), MAX(name) FROM dbo.t").rows == [(100, "x")]


def test_a_statement_that_fails_leaves_nothing_for_the_next(connection: Connection):
    with connection.open() as reader:
        for _ in range(6):
            with pytest.raises(StatementInvalid):
                reader.query("SELECT 1 / (id - id) FROM dbo.t")
        assert reader.query("SELECT COUNT(*) FROM dbo.t").rows == [(100,)]
