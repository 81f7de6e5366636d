"""What a login could do beyond reading is told, and a login that is made as we advise can only read."""

import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from tests.connections.conftest import duckdb_shop, sqlite_shop
from tests.postgres_server import PostgresServer

from ombudsman.connections.connection import connect
from ombudsman.connections.postgres_privileges import least_privileges
from ombudsman.connections.privileges import NOT_TOLD, Privileges
from ombudsman.connections.settings import PostgresSettings, SqlServerSettings
from ombudsman.connections.sqlserver_privileges import RIGHTS, privileges_of


@pytest.mark.parametrize(
    ("found", "sentence", "only_reads"),
    [
        (Privileges("reader"), "the login 'reader' may only read", True),
        (Privileges("sa", ("write",)), "but the login 'sa' could write", False),
        (
            Privileges("sa", ("write",), unknown="some roles are hidden"),
            "but the login 'sa' could write; what else is not known: some roles are hidden",
            False,
        ),
        (NOT_TOLD, "what the login may do is not known: this engine is not asked", False),
    ],
)
def test_a_login_is_told_in_a_sentence(found: Privileges, sentence: str, only_reads: bool):
    assert (found.sentence, found.only_reads) == (sentence, only_reads)


@pytest.mark.postgres
def test_a_superuser_of_postgresql_is_told_what_it_could_do(postgres_settings: PostgresSettings):
    with connect("shop", postgres_settings) as connection:
        found = connection.privileges()
    assert not found.only_reads
    told = " ".join(found.beyond)
    for words in ("superuser", "run programs on the server", "write to 1 table", "make schemas"):
        assert words in told


@pytest.mark.postgres
def test_the_role_that_we_advise_can_only_read(
    postgres: PostgresServer, postgres_settings: PostgresSettings
):
    database = postgres_settings.database
    script = "; ".join(least_privileges(database)).replace("'...'", "'secret'")
    reader = f"reader_of_{database}"
    postgres.execute(database, script.replace("ombudsman_reader", reader))
    settings = postgres_settings.model_copy(
        update={"user": reader, "password": SecretStr("secret")}
    )
    with connect("shop", settings) as connection, connection.open() as opened:
        found = connection.privileges()
        assert (found.login, found.beyond) == (reader, ())
        assert opened.query("SELECT count(*) FROM orders").rows == [(3,)]
    postgres.execute(
        database, f"GRANT UPDATE ON orders TO {reader}; GRANT CREATE ON SCHEMA public TO {reader}"
    )
    with connect("shop", settings) as connection:
        beyond = connection.privileges().beyond
    assert set(beyond) == {"write to 1 table or view", "make tables in 1 schema"}


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("script", "beyond"),
    [
        ("GRANT UPDATE (name) ON orders TO {reader}", ("write to 1 table or view",)),
        ("GRANT INSERT (id) ON orders TO {reader}", ("write to 1 table or view",)),
        ("GRANT TRUNCATE ON orders TO {reader}", ("write to 1 table or view",)),
        (
            "CREATE VIEW named AS SELECT id, name FROM orders; GRANT UPDATE ON named TO {reader}",
            ("write to 1 table or view",),
        ),
        ("CREATE VIEW total AS SELECT sum(id) FROM orders; GRANT UPDATE ON total TO {reader}", ()),
    ],
    ids=["update a column", "insert a column", "truncate", "updatable view", "view of a sum"],
)
def test_a_right_to_a_column_or_through_a_view_is_told(
    postgres: PostgresServer, postgres_settings: PostgresSettings, script: str, beyond: Any
):
    database = postgres_settings.database
    reader = f"narrow_reader_of_{database}"
    postgres.execute(database, f"CREATE ROLE {reader} LOGIN PASSWORD 'secret'")
    postgres.execute(database, script.format(reader=reader))
    settings = postgres_settings.model_copy(
        update={"user": reader, "password": SecretStr("secret")}
    )
    with connect("shop", settings) as connection:
        assert connection.privileges().beyond == beyond


HELD_BY_NONE = ("reader", *[0] * RIGHTS.count("HAS_PERMS_BY_NAME(NULL"), *[0] * 9)


@pytest.mark.parametrize(
    ("count", "words"), [(1, "write to 1 table or view"), (3, "write to 3 tables or views")]
)
def test_tables_and_views_that_a_login_of_sql_server_may_write_to_are_told(count: int, words: str):
    settings = SqlServerSettings.model_validate(
        {"host": "h", "database": "erp", "user": "u", "password": "p"}
    )
    assert privileges_of([(*HELD_BY_NONE, count, 0)], settings).beyond == (words,)
    assert "('U', 'V')" in RIGHTS


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "change the values of 1 column"), (3, "change the values of 3 columns")],
)
def test_columns_that_a_login_of_sql_server_may_change_are_told(count: int, words: str):
    settings = SqlServerSettings.model_validate(
        {"host": "h", "database": "erp", "user": "u", "password": "p"}
    )
    assert privileges_of([(*HELD_BY_NONE, 0, count)], settings).beyond == (words,)
    may_update = ("reader", *[0] * 3, 1, *[0] * (len(HELD_BY_NONE) - 5), 0, count)
    assert privileges_of([may_update], settings).beyond == ("change rows",)


@pytest.mark.parametrize("make", [duckdb_shop, sqlite_shop])
def test_a_file_that_may_be_written_to_is_told(make, tmp_path: Path):
    shop = make(tmp_path)
    with shop.connection() as connection:
        assert "change the file" in connection.privileges().beyond


@pytest.mark.parametrize("make", [duckdb_shop, sqlite_shop])
def test_a_file_that_may_only_be_read_is_told(
    make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The system is asked, for to root the modes of files mean nothing."""
    shop = make(tmp_path)
    monkeypatch.setattr(os, "access", lambda _, right: right != os.W_OK)
    with shop.connection() as connection:
        assert connection.privileges().only_reads
