"""Who is let in, how, and what is said to the others?"""

from pathlib import Path
from typing import Any

import pytest
from tests.standins.fixtures import (
    connect_freetds,
    connect_microsoft,
    error_of,
    needs_microsofts_driver,
)
from tests.standins.tds import Database, TdsServer, User


def freetds_error(server: TdsServer, **told: Any) -> str:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the driver's own hierarchy
        connect_freetds(server, login_timeout=5, **told)
    return str(caught.value)


def test_a_wrong_password_is_18456(tds_server: TdsServer) -> None:
    assert "18456" in freetds_error(tds_server, password="wrong")


def test_an_unknown_login_is_18456(tds_server: TdsServer) -> None:
    assert "18456" in freetds_error(tds_server, user="nobody")


def test_an_unknown_database_is_4060(tds_server: TdsServer) -> None:
    """pymssql calls it 18456 too, but keeps the severity, which is 14 for a password."""
    assert "severity 11" in freetds_error(tds_server, database="nowhere")
    assert "severity 14" in freetds_error(tds_server, password="wrong")


def test_a_database_that_is_offline_is_4060(tds_server: TdsServer) -> None:
    tds_server.add_database("asleep", Database(is_online=False))
    assert "severity 11" in freetds_error(tds_server, database="asleep")
    connection = connect_freetds(tds_server)
    cursor = connection.cursor()
    assert "(942, " in error_of(cursor, "USE asleep")
    cursor.execute("SELECT state_desc FROM sys.databases WHERE name = 'asleep'")
    assert cursor.fetchall() == [("OFFLINE",)]
    connection.close()


@needs_microsofts_driver
def test_microsofts_driver_tells_the_refusals_too(tds_server: TdsServer) -> None:
    import mssql_python

    with pytest.raises(mssql_python.Error, match="Login failed for user 'sa'"):
        connect_microsoft(tds_server, PWD="wrong")
    with pytest.raises(mssql_python.Error, match="Cannot open database"):
        connect_microsoft(tds_server, DATABASE="nowhere")


@needs_microsofts_driver
@pytest.mark.parametrize("encrypt", ["no", "yes"])
def test_microsofts_driver_logs_in_with_and_without_tls(
    tds_server: TdsServer, encrypt: str
) -> None:
    connection = connect_microsoft(tds_server, Encrypt=encrypt)
    cursor = connection.cursor()
    assert tuple(cursor.execute("SELECT DB_NAME(), SUSER_SNAME()").fetchone()) == ("test", "sa")
    sent = "é\U0001f600" * 30_000
    assert cursor.execute("SELECT ? AS big", sent).fetchone()[0] == sent
    connection.close()


@needs_microsofts_driver
def test_strict_encryption_is_believed_with_the_certificate_only(
    tds_server: TdsServer, tmp_path: Path
) -> None:
    import mssql_python

    certificate = tmp_path / "server.pem"
    certificate.write_text(tds_server.certificate())
    told = {"Encrypt": "strict", "TrustServerCertificate": "no"}
    with pytest.raises(mssql_python.Error, match="certificate verify failed"):
        connect_microsoft(tds_server, **told)
    connection = connect_microsoft(tds_server, **told, ServerCertificate=str(certificate))
    assert connection.cursor().execute("SELECT 1").fetchone()[0] == 1
    connection.close()


@needs_microsofts_driver
def test_tls_that_is_wanted_and_not_offered_ends_the_login() -> None:
    import mssql_python

    with TdsServer(supports_tls=False) as server:
        with pytest.raises(mssql_python.Error, match=r"(?i)ssl|encrypt"):
            connect_microsoft(server, Encrypt="yes")
        connect_microsoft(server, Encrypt="no").close()


@needs_microsofts_driver
def test_any_password_arrives_as_it_was_written(tds_server: TdsServer) -> None:
    passwords = ["a;b", "a}b", "{a}", "'\"", " x ", "=;}{", "пароль"]
    for number, password in enumerate(passwords):
        tds_server.add_user(f"user{number}", User(password))
        connect_microsoft(tds_server, UID=f"user{number}").close()
        connect_freetds(tds_server, user=f"user{number}").close()


def test_a_reader_reads_and_writes_nothing(tds_server: TdsServer) -> None:
    tds_server.define("CREATE TABLE guarded (id int); INSERT INTO guarded VALUES (1)")
    connection = connect_freetds(tds_server, user="reader", autocommit=True)
    cursor = connection.cursor()
    try:
        cursor.execute(
            "SELECT id, HAS_PERMS_BY_NAME('dbo.guarded', 'OBJECT', 'SELECT'), HAS_PERMS_BY_NAME('dbo.guarded', 'OBJECT', 'INSERT') FROM guarded"
        )
        assert cursor.fetchall() == [(1, 1, 0)]
        for statement, number in {
            "INSERT INTO guarded VALUES (2)": 229,
            "UPDATE guarded SET id = 2": 229,
            "DELETE FROM guarded": 229,
            "CREATE TABLE other (id int)": 262,
            "SELECT id INTO other FROM guarded": 262,
            "DROP TABLE guarded": 262,
            "TRUNCATE TABLE guarded": 262,
            "ALTER TABLE guarded ADD more int": 262,
        }.items():
            with pytest.raises(Exception, match=str(number)):
                cursor.execute(statement)
        cursor.execute("SELECT COUNT(*) FROM guarded")
        assert cursor.fetchall() == [(1,)]
    finally:
        connection.close()
        tds_server.define("DROP TABLE guarded")


def test_a_login_sees_what_it_may_read(tds_server: TdsServer) -> None:
    tds_server.define("CREATE TABLE shown (id int); CREATE TABLE hidden (id int)")
    tds_server.add_user(
        "guest", User("secret", can_write=False, reads=frozenset({"dbo.shown"}), sees_state=False)
    )
    connection = connect_freetds(tds_server, user="guest", autocommit=True)
    cursor = connection.cursor()
    try:
        cursor.execute(
            "SELECT name, HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DEFINITION') FROM sys.tables"
        )
        assert cursor.fetchall() == [("shown", 0)]
        cursor.execute("SELECT * FROM shown")
        assert cursor.fetchall() == []
        assert "(229, " in error_of(cursor, "SELECT * FROM hidden")
        assert "(262, " in error_of(cursor, "SELECT row_count FROM sys.dm_db_partition_stats")
        cursor.execute("SELECT COUNT(*) FROM sys.partitions")
        assert cursor.fetchall() == [(1,)]
    finally:
        connection.close()
        tds_server.define("DROP TABLE shown; DROP TABLE hidden")


def test_a_client_that_says_nonsense_harms_no_one(tds_server: TdsServer) -> None:
    import socket

    for nonsense in (
        b"GET / HTTP/1.0\r\n\r\n",
        b"\x12\x01\x00\x04",
        b"\x10\x01\x00\x09\0\0\0\0x",
        b"",
    ):
        with socket.create_connection((tds_server.host, tds_server.port)) as client:
            client.sendall(nonsense)
    connect_freetds(tds_server).close()
