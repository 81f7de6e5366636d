"""What holds on SQLite alone."""

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.connections.conftest import sqlite_shop

from ombudsman.connections.connection import connect
from ombudsman.connections.urls import settings_from_url
from ombudsman.model.errors import OmbudsmanError, SettingsError, TimedOut, Unreachable, Unsupported

ATTACKS = [
    "ATTACH '{folder}/other.db' AS other",
    "ATTACH ':memory:' AS other",
    "VACUUM INTO '{folder}/stolen.db'",
    "PRAGMA writable_schema = 1",
    "PRAGMA journal_mode = wal",
    "PRAGMA user_version = 5",
    "PRAGMA temp_store_directory = '{folder}'",
    "SELECT load_extension('{folder}/x.so')",
    "UPDATE sqlite_schema SET sql = 'x'",
    "CREATE TEMP TABLE t (a)",
    "CREATE VIRTUAL TABLE v USING fts5(a)",
    "INSERT INTO orders (id) VALUES (9)",
    "REINDEX",
    "ANALYZE",
    "SAVEPOINT s",
    "SELECT 1; SELECT 2",
]


def test_attacks_are_refused_and_leave_no_trace(tmp_path: Path):
    shop = sqlite_shop(tmp_path)
    before, content = sorted(tmp_path.iterdir()), (tmp_path / "shop.db").read_bytes()
    with shop.connection() as connection, connection.open() as reader:
        for attack in ATTACKS:
            for ask in (reader.query, lambda text: list(reader.stream(text))):
                with pytest.raises(OmbudsmanError):
                    ask(attack.format(folder=tmp_path))
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "shop.db").read_bytes() == content


def test_what_the_catalogue_needs_is_allowed(tmp_path: Path):
    shop = sqlite_shop(tmp_path)
    sql = "SELECT s.name, c.name FROM sqlite_schema AS s, pragma_table_xinfo(s.name) AS c WHERE s.type = 'table'"
    with shop.connection() as connection, connection.open() as reader:
        columns = [name for _, name in reader.query(sql).rows]
        assert columns == ["id", "name", "amount", "made"]
        assert reader.query("SELECT * FROM pragma_foreign_key_list('orders')").rows == []
        with connection.session() as session:
            assert sa.inspect(session).get_pk_constraint("orders")["constrained_columns"] == ["id"]


def test_nothing_is_pinned_and_that_is_said(tmp_path: Path):
    with sqlite_shop(tmp_path).connection() as connection, connection.open() as reader:
        assert reader.snapshot is None
        assert "pins no moment" in reader.snapshot_note


def test_a_writer_that_holds_the_file_is_waited_for_five_seconds(tmp_path: Path):
    shop = sqlite_shop(tmp_path)
    with shop.connection() as connection, connection.open() as reader:
        with closing(sqlite3.connect(tmp_path / "shop.db", isolation_level=None)) as writer:
            writer.execute("BEGIN EXCLUSIVE")
            with pytest.raises(TimedOut):
                reader.query("SELECT count(*) FROM orders")
        assert reader.query("SELECT count(*) FROM orders").rows == [(3,)]


@pytest.mark.parametrize(
    "content", [None, b"not a database " * 500], ids=["missing", "another kind"]
)
def test_what_is_no_database_is_unreachable(tmp_path: Path, content: bytes | None):
    path = tmp_path / "odd % ?#.db"
    if content is not None:
        path.write_bytes(content)
    url = sa.URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)
    with pytest.raises(Unreachable):
        connect("dwh", settings_from_url(url)).open()
    assert path.exists() == (content is not None)


def test_a_database_in_memory_is_refused():
    with pytest.raises(SettingsError, match="needs a file"):
        connect("dwh", settings_from_url("sqlite://"))


def test_a_column_of_mixed_types_is_told_and_not_bent(tmp_path: Path):
    shop = sqlite_shop(tmp_path)
    sql = "SELECT value AS odd FROM json_each('[1, \"two\"]')"
    with shop.connection() as connection, connection.open() as reader:
        assert reader.query(sql).rows == [(1,), ("two",)]
        with pytest.raises(Unsupported, match="'odd'"):
            list(reader.stream(sql))


def test_a_stream_has_one_schema_whatever_stands_first(tmp_path: Path):
    path = tmp_path / "nulls.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE t (a integer, d date)")
        database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000)"
            " INSERT INTO t SELECT i, '2024-01-31' FROM n"
        )
        database.commit()
    t = sa.table("t", sa.column("a", sa.Integer), sa.column("d", sa.Date))
    with (
        connect("n", settings_from_url(f"sqlite:///{path}")) as connection,
        connection.open() as reader,
    ):
        batches = list(reader.stream(sa.select(t).order_by(t.c.a)))
    assert [batch.num_rows for batch in batches] == [10_000, 10_000, 5_000]
    assert len({batch.schema for batch in batches}) == 1
    assert batches[-1].to_pylist()[-1] == {"a": 25_000, "d": dt.date(2024, 1, 31)}


def test_a_fraction_among_whole_numbers_is_not_cut(tmp_path: Path):
    path = tmp_path / "mixed.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2);")
        database.executescript("INSERT INTO t SELECT a FROM t, (SELECT 1 UNION SELECT 2);" * 10)
        database.executescript("INSERT INTO t VALUES (1.5);")
    settings = settings_from_url(f"sqlite:///{path}")
    with (
        connect("t", settings) as connection,
        connection.open() as reader,
        pytest.raises(Unsupported, match="'a'"),
    ):
        list(reader.stream("SELECT a FROM t ORDER BY rowid"))
