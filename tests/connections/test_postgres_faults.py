"""PostgreSQL that cannot be reached, refuses, dies, or falls silent."""

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr
from tests.connections.tcp_proxy import proxy
from tests.postgres_server import PostgresServer, running_server

from ombudsman.connections.connection import connect
from ombudsman.connections.reader import Reader
from ombudsman.connections.settings import PostgresSettings
from ombudsman.model.errors import (
    ConnectionFailed,
    ConnectionLost,
    DriverMissing,
    LoginRefused,
    OmbudsmanError,
    TimedOut,
    Unreachable,
)

pytestmark = pytest.mark.postgres


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"password": SecretStr("wrong")}, LoginRefused),
        ({"password": None}, LoginRefused),
        ({"user": "nobody_of_this_name"}, LoginRefused),
        ({"database": "no_such_database"}, LoginRefused),
        ({"sslmode": "verify-full"}, LoginRefused),
        ({"host": "no-such-host.invalid"}, Unreachable),
        ({"port": "closed"}, Unreachable),
    ],
)
def test_who_is_not_let_in_is_told_why(
    postgres: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    expected: type[OmbudsmanError],
):
    monkeypatch.setenv("PGPASSFILE", "/nonexistent")
    if changes.get("port") == "closed":
        changes = {"port": _free_port()}
    settings = postgres.settings("postgres", **changes)
    with pytest.raises(expected) as told:
        connect("erp", settings).open()
    problem = told.value.problem()
    assert settings.host in problem.message
    assert problem.hint
    assert "driver_message" not in problem.context


HOSTILE_PASSWORDS = [
    "plain-wrong-password",
    "it's wrong",
    'quo"ted',
    "a@b:c/d?e#f",
    "100%41%",
    "back\\slash' host=evil",
    " leading and trailing ",
    "grüße-🔑",
]


@pytest.mark.parametrize("password", HOSTILE_PASSWORDS)
def test_a_password_appears_nowhere(postgres: PostgresServer, password: str):
    settings = postgres.settings("postgres", password=SecretStr(password))
    connection = connect("erp", settings)
    with pytest.raises(LoginRefused) as told:
        connection.open()
    error = told.value
    shown = [str(error), repr(error), str(error.hint), repr(error.context), repr(error.problem())]
    shown += [repr(settings), str(settings), settings.where, repr(connection)]
    assert not [text for text in shown if password in text]
    assert error.__suppress_context__


def test_a_peer_that_is_not_postgresql_is_unreachable(postgres: PostgresServer):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def answer() -> None:
            for _ in range(2):
                peer, _address = server.accept()
                with peer:
                    peer.recv(100)
                    peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(Unreachable):
            connect("erp", postgres.settings("postgres", port=port)).open()


def _slow_query(reader: Reader) -> None:
    reader.query("SELECT pg_sleep(30)")


def _slow_stream(reader: Reader) -> None:
    for _ in reader.stream("SELECT generate_series(1, 1000000000), repeat('x', 1000)"):
        time.sleep(0.01)


@pytest.mark.parametrize("ask", [_slow_query, _slow_stream])
def test_a_server_that_is_shut_down_in_mid_scan_is_lost(ask: Callable[[Reader], None]):
    with (
        running_server() as server,
        connect("erp", server.settings("postgres")) as connection,
        connection.open() as reader,
    ):
        threading.Timer(0.5, server.stop).start()
        with pytest.raises(ConnectionLost):
            ask(reader)
        with pytest.raises((ConnectionLost, ConnectionFailed)):
            reader.query("SELECT 1")


def test_a_session_that_the_administrator_ends_is_lost_and_the_next_is_whole(
    postgres: PostgresServer,
):
    settings = postgres.settings("postgres", application_name="to-be-ended")
    end = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'to-be-ended' AND state = 'active'"
    )
    with connect("erp", settings) as connection, connection.open() as reader:
        threading.Timer(0.5, lambda: postgres.execute("postgres", end)).start()
        with pytest.raises(ConnectionLost) as told:
            reader.query("SELECT pg_sleep(30)")
        assert told.value.context["code"] == "57P01"
        assert reader.query("SELECT 1").rows == [(1,)]


def test_when_the_pinned_moment_is_gone_nothing_else_is_read(postgres: PostgresServer):
    settings = postgres.settings("postgres", application_name="exporter-ends")
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'exporter-ends'"
    with connect("erp", settings) as connection, connection.open() as reader:
        postgres.execute("postgres", end)
        time.sleep(0.2)
        for _ in range(2):
            with pytest.raises(ConnectionLost):
                reader.query("SELECT 1")
        with pytest.raises(ConnectionLost):
            list(reader.stream("SELECT 1"))
        with connection.open() as again:
            assert again.query("SELECT 1").rows == [(1,)]


@pytest.mark.parametrize("ask", [_slow_query, _slow_stream])
def test_a_peer_that_takes_all_and_answers_nothing_is_cut_off(
    postgres: PostgresServer, ask: Callable[[Reader], None]
):
    with proxy(postgres.host, postgres.port) as between:
        settings = postgres.settings("postgres", port=between.port, statement_timeout_s=1)
        with connect("erp", settings) as connection, connection.open() as reader:
            reader.query("SELECT 1")
            threading.Timer(0.3, between.silent.set).start()
            begun = time.monotonic()
            with pytest.raises(TimedOut):
                ask(reader)
            assert time.monotonic() - begun < 6


def test_a_peer_that_is_silent_from_the_start_is_unreachable(postgres: PostgresServer):
    with proxy(postgres.host, postgres.port) as between:
        between.silent.set()
        settings = postgres.settings("postgres", port=between.port, connect_timeout_s=1)
        begun = time.monotonic()
        with pytest.raises(Unreachable):
            connect("erp", settings).open()
        assert time.monotonic() - begun < 8


@pytest.mark.parametrize("module", ["psycopg", "adbc_driver_postgresql"])
def test_a_missing_driver_is_told_with_the_way_to_get_it(
    monkeypatch: pytest.MonkeyPatch, postgres_settings: PostgresSettings, module: str
):
    import builtins
    import sys

    real = builtins.__import__

    def refusing(name: str, *rest: Any, **more: Any) -> Any:
        if name == module or name.startswith(f"{module}."):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *rest, **more)

    for loaded in list(sys.modules):
        if loaded.startswith((module, "ombudsman.connections.postgres_")):
            monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setattr(builtins, "__import__", refusing)
    connection = connect("erp", postgres_settings)
    with pytest.raises(DriverMissing) as told, connection.open() as reader:
        list(reader.stream("SELECT 1"))
    connection.close()
    assert told.value.hint == "pip install 'ombudsman[postgres]'"
    assert module in told.value.message
