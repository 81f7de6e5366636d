"""What goes wrong with Snowflake: each fault is told as what it is, in time, and without the password."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr
from tests.connections.tcp_proxy import proxy
from tests.standins.snowflake.account import Place, Standin
from tests.standins.snowflake.world import TOKENS

from ombudsman.connections.connection import connect
from ombudsman.connections.snowflake_failures import CODES, HINTS
from ombudsman.model.errors import (
    Cancelled,
    ConnectionFailed,
    ConnectionLost,
    LoginRefused,
    ObjectNotFound,
    OmbudsmanError,
    PermissionDenied,
    QueryFailed,
    StatementInvalid,
    TimedOut,
    Unreachable,
)

LONG = (
    "WITH RECURSIVE N(I) AS (SELECT 1 UNION ALL SELECT I + 1 FROM N WHERE I < 10000000000) "
    "SELECT MAX(I) AS FAR FROM N"
)


@pytest.fixture(scope="module")
def place(snowflake: Standin) -> Place:
    place = snowflake.place()
    place.execute("CREATE TABLE ORDERS (ID INTEGER)", "INSERT INTO ORDERS VALUES (7)")
    return place


@pytest.fixture(autouse=True)
def no_faults_are_left(snowflake: Standin) -> Iterator[None]:
    yield
    snowflake.will()


# ------------------------------------------------------------ getting in


def refused(standin: Standin, **changes: Any) -> OmbudsmanError:
    """The error of a connection that does not come about."""
    clock = time.monotonic()
    with (
        connect("shop", standin.settings(connect_timeout_s=15, **changes)) as connection,
        pytest.raises(ConnectionFailed) as told,
    ):
        connection.check()
    assert time.monotonic() - clock < 16
    assert "home" not in f"{told.value}{told.value.hint}{told.value.context}"
    return told.value


@pytest.mark.parametrize(
    ("changes", "code", "hint"),
    [
        ({"password": SecretStr("wrong")}, 390100, "user and password"),
        ({"user": "nobody"}, 390100, "user and password"),
        ({"role": "SYSADMIN"}, 390189, "role"),
        (
            {"authentication": "programmatic_token", "token": SecretStr("wrong")},
            394400,
            "programmatic token",
        ),
        ({"authentication": "oauth", "token": SecretStr("wrong")}, 390303, "OAuth"),
    ],
)
def test_a_refused_login_says_what_to_look_at(
    snowflake: Standin, changes: dict[str, Any], code: int, hint: str
):
    error = refused(snowflake, **changes)
    assert isinstance(error, LoginRefused)
    assert error.context["code"] == code
    assert hint in str(error.hint)


@pytest.mark.parametrize(
    ("code", "hint"),
    [("390422", "network policy"), ("390102", "locked"), ("390318", "expired"), ("390999", "user")],
)
def test_other_refusals_are_known_by_their_codes(snowflake: Standin, code: str, hint: str):
    snowflake.will({"where": "login", "times": 9, "code": code, "message": "Kein Zutritt."})
    error = refused(snowflake)
    assert isinstance(error, LoginRefused)
    assert hint in str(error.hint)


def test_an_account_that_is_none_is_told_with_what_an_account_looks_like(snowflake: Standin):
    snowflake.will({"where": "login", "times": 99, "status": 404})
    error = refused(snowflake, account="xy12345.eu-centrl-1")
    assert isinstance(error, Unreachable)
    assert "did you mean the region 'eu-central-1'" in str(error.hint)


def test_nobody_listens(snowflake: Standin):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = refused(snowflake, port=taken.getsockname()[1])
    assert isinstance(error, Unreachable)
    assert "host and port" in str(error.hint)


@pytest.mark.slow
def test_something_that_speaks_no_tls_is_told(snowflake: Standin):
    error = refused(snowflake, protocol="https")
    assert isinstance(error, Unreachable)
    assert "TLS" in str(error.hint)


def test_a_busy_account_is_asked_again(snowflake: Standin, place: Place):
    snowflake.will(
        {"where": "login", "times": 2, "status": 503},
        {"where": "query", "times": 2, "status": 429, "containing": "41 + 1"},
    )
    with connect("shop", place.settings) as connection, connection.open() as reader:
        assert reader.query("SELECT 41 + 1").rows == [(42,)]
    assert snowflake.told()["faults_met"] == 4


# ------------------------------------------------------------ other ways to prove who one is


@pytest.fixture(scope="module")
def key(snowflake: Standin, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the reader's key, plain and encrypted, and another's."""
    folder = tmp_path_factory.mktemp("keys")
    mine, other = (rsa.generate_private_key(public_exponent=65_537, key_size=2_048) for _ in "ab")
    public = mine.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    snowflake.will(public_keys={"READER": public.decode()})
    encrypted = serialization.BestAvailableEncryption(b"open sesame")
    made = {
        "plain": (mine, serialization.NoEncryption()),
        "encrypted": (mine, encrypted),
        "other": (other, serialization.NoEncryption()),
    }
    for name, (key, encryption) in made.items():
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
        )
        (folder / name).write_bytes(pem)
    return folder


@pytest.mark.parametrize(
    ("file", "passphrase"), [("plain", None), ("encrypted", SecretStr("open sesame"))]
)
def test_a_key_pair_opens(snowflake: Standin, key: Path, file: str, passphrase: SecretStr | None):
    settings = snowflake.settings(
        authentication="key_pair",
        password=None,
        private_key_file=key / file,
        private_key_passphrase=passphrase,
    )
    with connect("shop", settings) as connection:
        assert connection.check().engine == "snowflake"


@pytest.mark.parametrize(
    ("file", "passphrase", "said"),
    [
        ("other", None, "RSA_PUBLIC_KEY"),
        ("encrypted", SecretStr("open barley"), "look at private_key_passphrase"),
        ("encrypted", None, "set private_key_passphrase"),
        ("plain", SecretStr("open sesame"), "leave private_key_passphrase out"),
        ("nowhere", None, "private_key_file"),
    ],
)
def test_a_key_that_does_not_fit_is_told(
    snowflake: Standin, key: Path, file: str, passphrase: SecretStr | None, said: str
):
    error = refused(
        snowflake,
        authentication="key_pair",
        password=None,
        private_key_file=key / file,
        private_key_passphrase=passphrase,
    )
    assert isinstance(error, LoginRefused)
    assert said in str(error.hint)
    assert "barley" not in str(error.context)


@pytest.mark.parametrize("authentication", ["programmatic_token", "oauth"])
def test_a_token_opens(snowflake: Standin, authentication: Any):
    settings = snowflake.settings(
        authentication=authentication, password=None, token=SecretStr(TOKENS["READER"])
    )
    with connect("shop", settings) as connection:
        assert connection.check().engine == "snowflake"


# ------------------------------------------------------------ statements


def failing(
    place: Place, sql: str | sa.Select[Any] = "SELECT 41 + 1", **changes: Any
) -> QueryFailed:
    settings = place.settings.model_copy(update=changes)
    with (
        connect("shop", settings) as connection,
        connection.open() as reader,
        pytest.raises(QueryFailed) as told,
    ):
        reader.query(sql)
    return told.value


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("003001", PermissionDenied),
        ("002003", ObjectNotFound),
        ("002043", ObjectNotFound),
        ("000604", Cancelled),
        ("000630", TimedOut),
        ("090073", StatementInvalid),
        ("001003", StatementInvalid),
        ("100051", StatementInvalid),
        ("390195", ConnectionLost),
    ],
)
def test_a_failure_is_known_by_its_code_in_any_language(
    snowflake: Standin, place: Place, code: str, kind: type[QueryFailed]
):
    snowflake.will(
        {"where": "query", "times": 9, "code": code, "message": "Nein.", "containing": "41 + 1"}
    )
    error = failing(place)
    assert type(error) is kind
    assert error.context["code"] == int(code)
    if int(code) in HINTS:
        assert error.hint == HINTS[int(code)]
    assert int(code) in CODES or kind in {StatementInvalid, ConnectionLost}


def test_without_a_warehouse_the_hint_says_so(snowflake: Standin, place: Place):
    orders = sa.table("ORDERS", sa.column("ID"))
    error = failing(place, sa.select(orders.c.ID), warehouse="NOT_THERE")
    assert error.context["code"] == 606
    assert "warehouse" in str(error.hint)


def test_a_session_token_that_expired_is_renewed(snowflake: Standin, place: Place):
    with connect("shop", place.settings) as connection, connection.open() as reader:
        snowflake.will(expire_tokens=True)
        assert reader.query("SELECT 1").rows == [(1,)]


def test_a_session_that_is_no_more_is_made_anew(snowflake: Standin, place: Place):
    with connect("shop", place.settings) as connection, connection.open() as reader:
        reader.query("SELECT 1")
        snowflake.will(expire_masters=True)
        assert reader.query("SELECT 1").rows == [(1,)]


def test_a_statement_over_its_time_is_ended_by_the_server(snowflake: Standin, place: Place):
    clock = time.monotonic()
    error = failing(place, LONG, statement_timeout_s=1)
    assert type(error) is TimedOut
    assert time.monotonic() - clock < 4
    assert snowflake.statements("AS FAR")[-1]["ended"]


def test_a_cancelled_statement_is_stopped_on_the_server_too(snowflake: Standin, place: Place):
    with connect("shop", place.settings) as connection, connection.open() as reader:
        timer = threading.Timer(0.5, connection.cancel)
        timer.start()
        clock = time.monotonic()
        with pytest.raises(Cancelled):
            reader.query(LONG)
        assert time.monotonic() - clock < 3
        statement = snowflake.statements("AS FAR")[-1]
        assert (statement["ended"], statement["code"]) == (True, "000604")
        assert reader.query("SELECT 1").rows == [(1,)]


def test_a_cancelled_stream_is_stopped_on_the_server_too(snowflake: Standin, place: Place):
    with connect("shop", place.settings) as connection, connection.open() as reader:
        threading.Timer(0.5, connection.cancel).start()
        with pytest.raises(Cancelled):
            list(reader.stream(LONG))
        assert snowflake.statements("AS FAR")[-1]["code"] == "000604"


def test_a_server_that_falls_silent_does_not_hold_us(snowflake: Standin, place: Place):
    with proxy("127.0.0.1", snowflake.port) as between:
        settings = place.settings.model_copy(
            update={"port": between.port, "statement_timeout_s": 1}
        )
        with connect("shop", settings) as connection, connection.open() as reader:
            reader.query("SELECT 1")
            between.silent.set()
            clock = time.monotonic()
            with pytest.raises(TimedOut):
                reader.query("SELECT 1")
            assert time.monotonic() - clock < 8
            between.close()


@pytest.mark.slow
def test_a_server_that_goes_away_is_told_as_lost(snowflake: Standin, place: Place):
    with proxy("127.0.0.1", snowflake.port) as between:
        settings = place.settings.model_copy(
            update={"port": between.port, "statement_timeout_s": 1}
        )
        with connect("shop", settings) as connection, connection.open() as reader:
            reader.query("SELECT 1")
            between.close()
            with pytest.raises((ConnectionLost, TimedOut)):
                reader.query("SELECT 1")


def test_no_more_statements_run_at_once_than_allowed(snowflake: Standin, place: Place):
    settings = place.settings.model_copy(update={"max_concurrent_queries": 2})
    with connect("shop", settings) as connection, connection.open() as reader:
        before = len(snowflake.told()["sessions"])
        threads = [threading.Thread(target=reader.query, args=["SELECT 1"]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(snowflake.told()["sessions"]) <= before + 2


def test_what_it_cost_is_asked_in_turn_and_can_be_stopped(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    settings = place.settings.model_copy(update={"max_concurrent_queries": 1})
    asked = threading.Event()

    def slow(session: Any) -> str:
        asked.set()
        return str(session.exec_driver_sql(LONG, execution_options={"no_parameters": True}).all())

    with connect("shop", settings) as connection, connection.open() as reader:
        monkeypatch.setattr(connection._adapter, "cost", slow)
        with ThreadPoolExecutor(1) as pool:
            with connection.turn():
                told = pool.submit(lambda: reader.cost)
                assert not asked.wait(0.3)
            assert asked.wait(5)
            clock = time.monotonic()
            while not told.done() and time.monotonic() - clock < 10:
                connection.cancel()
                wait([told], timeout=0.2)
        assert told.result() is None
