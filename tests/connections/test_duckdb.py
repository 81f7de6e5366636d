"""What holds on DuckDB alone: a file opened read-only, and closed to everything else."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import duckdb
import pytest
import sqlalchemy as sa
from tests.connections.conftest import duckdb_shop

from ombudsman.connections.connection import connect
from ombudsman.connections.samples import duckdb_file
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.model.errors import ConnectionFailed, OmbudsmanError, QueryFailed, Unreachable

LARGE = "SELECT count(*) FROM (SELECT DISTINCT range FROM range(20000000))"

ATTACKS = [
    "SELECT * FROM read_csv('{secret}')",
    "SELECT * FROM '{secret}'",
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM read_blob('{secret}')",
    "SELECT * FROM read_json('{secret}')",
    "SELECT * FROM parquet_scan('{secret}')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM query('SELECT * FROM read_text(''{secret}'')')",
    "SELECT * FROM query_table('{secret}')",
    "SELECT * FROM read_csv('https://example.invalid/a.csv')",
    "COPY orders TO '{folder}/stolen.csv'",
    "COPY (SELECT 1) TO '{folder}/stolen.parquet'",
    "EXPORT DATABASE '{folder}/stolen'",
    "IMPORT DATABASE '{folder}/stolen'",
    "ATTACH '{folder}/other.duckdb'",
    "ATTACH ':memory:' AS other",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET memory_limit = '1GB'",
    "RESET TimeZone",
    "PRAGMA enable_profiling",
    "CREATE TEMP TABLE t AS SELECT 1",
    "CREATE MACRO m(a) AS a",
    "SET VARIABLE v = 1",
    "CHECKPOINT",
    "CALL pragma_version()",
    "USE memory",
    "DETACH shop",
    "BEGIN; INSERT INTO orders (id) VALUES (9); COMMIT",
    "SELECT 1; COPY orders TO '{folder}/stolen.csv'",
    "PREPARE p AS SELECT 1",
    "EXPLAIN ANALYZE COPY orders TO '{folder}/stolen.csv'",
]


def test_attacks_are_refused_and_leave_no_trace(tmp_path: Path):
    shop = duckdb_shop(tmp_path)
    secret = tmp_path / "secret.csv"
    secret.write_text("a\nTOP-SECRET\n")
    (tmp_path / "secret.parquet").write_bytes(b"")
    before = sorted(tmp_path.iterdir())
    content = (tmp_path / "shop.duckdb").read_bytes()
    with shop.connection() as connection, connection.open() as reader:
        for attack in ATTACKS:
            sql = attack.format(secret=secret, folder=tmp_path)
            for ask in (reader.query, lambda text: list(reader.stream(text))):
                with pytest.raises(OmbudsmanError):
                    ask(sql)
        assert reader.query("SELECT count(*) FROM orders").rows == [(3,)]
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "shop.duckdb").read_bytes() == content


def test_the_file_cannot_be_written_even_past_the_guard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shop = duckdb_shop(tmp_path)
    with shop.connection() as connection, connection.open() as reader:
        monkeypatch.setattr(reader._adapter, "admit", lambda _: None)
        for sql in (
            "INSERT INTO orders (id) VALUES (9)",
            "CREATE TABLE t (a int)",
            f"COPY orders TO '{tmp_path}/stolen.csv'",
            f"ATTACH '{tmp_path}/other.duckdb'",
        ):
            with pytest.raises(QueryFailed):
                reader.query(sql)


def test_a_file_opened_read_only_is_one_moment(tmp_path: Path):
    shop = duckdb_shop(tmp_path)
    with shop.connection() as connection, connection.open() as reader:
        assert reader.snapshot == "the file, opened read-only"
        with pytest.raises(duckdb.Error):
            duckdb.connect(str(tmp_path / "shop.duckdb"))


def test_source_and_target_may_be_one_file(tmp_path: Path):
    shop = duckdb_shop(tmp_path)
    with shop.connection() as source, shop.connection() as target:
        with source.open() as one, target.open() as other:
            sql = "SELECT count(*), current_setting('TimeZone') FROM orders"
            assert one.query(sql).rows == other.query(sql).rows == [(3, "UTC")]
        source.close()
        with target.open() as other:
            assert other.query("SELECT count(*) FROM orders").rows == [(3,)]


def test_one_file_with_two_configurations_is_told(tmp_path: Path):
    shop = duckdb_shop(tmp_path)
    with (
        shop.connection() as source,
        shop.connection(threads=1) as target,
        source.open(),
        pytest.raises(ConnectionFailed) as told,
    ):
        target.open()
    assert "memory_limit" in str(told.value.hint)


def test_the_limits_of_the_settings_reach_duckdb(tmp_path: Path):
    shop = duckdb_shop(tmp_path)
    with (
        shop.connection(threads=1, memory_limit="256MB") as connection,
        connection.open() as reader,
    ):
        rows = reader.query(
            "SELECT current_setting('threads'), current_setting('memory_limit')"
        ).rows
        assert rows == [(1, "244.1 MiB")]
        with pytest.raises(QueryFailed) as told:
            reader.query(LARGE)
        assert told.value.context["code"] == "OutOfMemoryException"
        assert "spill_folder" in str(told.value.hint)
    assert [path.name for path in tmp_path.iterdir()] == ["shop.duckdb"]


def test_what_does_not_fit_into_memory_goes_where_it_may(tmp_path: Path):
    shop = duckdb_shop(tmp_path)
    spill = tmp_path / "spill"
    with (
        shop.connection(threads=1, memory_limit="256MB", spill_folder=spill) as connection,
        connection.open() as reader,
    ):
        assert reader.query(LARGE).rows == [(20_000_000,)]
        assert spill.is_dir()
    assert not spill.exists() or not list(spill.iterdir())


@pytest.mark.parametrize(
    "content", [None, b"", b"not a database" * 1_000], ids=["missing", "empty", "another kind"]
)
def test_what_is_no_database_is_unreachable(tmp_path: Path, content: bytes | None):
    path = tmp_path / "odd ' \" ü.duckdb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Unreachable) as told:
        connect("dwh", DuckDbSettings(path=path)).open()
    assert str(path) in told.value.message
    assert path.exists() == (content is not None)


def test_values_come_in_pythons_types(tmp_path: Path):
    shop = duckdb_shop(tmp_path)
    sql = """SELECT 170141183460469231731687303715884105727::HUGEINT, 18446744073709551615::UBIGINT,
        1.50::DECIMAL(10, 2), 0.1::DOUBLE + 0.2::DOUBLE, TIMESTAMPTZ '2024-07-01 00:00:00 America/New_York',
        'a8098c1a-f86e-11da-bd1a-00112444be1e'::UUID, '\\xDE\\xAD'::BLOB, '{"a": 1.10}'::JSON, true,
        TIME '12:30:00.5', TIMESTAMP_NS '2024-01-01 00:00:00.123456789', INTERVAL '1 day 2 hours', NULL"""
    expected = (
        170141183460469231731687303715884105727,
        18446744073709551615,
        Decimal("1.50"),
        0.30000000000000004,
        dt.datetime(2024, 7, 1, 4, tzinfo=dt.UTC),
        UUID("a8098c1a-f86e-11da-bd1a-00112444be1e"),
        b"\xde\xad",
        '{"a": 1.10}',
        True,
        dt.time(12, 30, 0, 500_000),
        dt.datetime(2024, 1, 1, 0, 0, 0, 123_456),  # noqa: DTZ001 - it has no zone
        dt.timedelta(days=1, hours=2),
        None,
    )
    with shop.connection() as connection, connection.open() as reader:
        row = reader.query(sql).rows[0]
        assert row == expected
        assert [type(value) for value in row] == [type(value) for value in expected]
        undated = reader.query("SELECT 12::HUGEINT, 1.50::DECIMAL(4, 2), sum(id) FROM orders").rows[
            0
        ]
        assert undated == (12, Decimal("1.50"), 6)
        assert [type(value) for value in undated] == [int, Decimal, int]


def test_infinity_is_not_the_last_day(tmp_path: Path):
    shop = duckdb_shop(tmp_path)
    sql = """SELECT DATE 'infinity', DATE '-infinity', DATE '9999-12-31', DATE '0001-01-01', DATE '20000-02-29',
        DATE '0044-03-15 (BC)', TIMESTAMP 'infinity', TIMESTAMP '9999-12-31 23:59:59.999999',
        TIMESTAMPTZ '-infinity', TIMESTAMP '20000-01-01 10:00:00.25', TIMESTAMPTZ '20000-01-01 00:00:00+00',
        TIME '24:00:00', TIMESTAMP_S 'infinity', TIMESTAMP_NS '-infinity'"""
    with shop.connection() as connection, connection.open() as reader:
        assert reader.query(sql).rows[0] == (
            "infinity",
            "-infinity",
            dt.date(9999, 12, 31),
            dt.date(1, 1, 1),
            "20000-02-29",
            "0044-03-15 BC",
            "infinity",
            dt.datetime(9999, 12, 31, 23, 59, 59, 999_999),  # noqa: DTZ001 - it has no zone
            "-infinity",
            "20000-01-01 10:00:00.25",
            "20000-01-01 00:00:00+00",
            "24:00:00",
            "infinity",
            "-infinity",
        )


def test_odd_names_are_exact_names(tmp_path: Path):
    path = tmp_path / "odd.duckdb"
    schema, table, column = "my.schema", 'a "b" %s :x ü.y', 'select "ü" % :c'
    quoted = ['"' + name.replace('"', '""') + '"' for name in (schema, table, column)]
    with duckdb_file(path) as database:
        database.execute(f"CREATE SCHEMA {quoted[0]}")
        database.execute(f"CREATE TABLE {quoted[0]}.{quoted[1]} ({quoted[2]} integer)")
        database.execute(f"INSERT INTO {quoted[0]}.{quoted[1]} VALUES (7)")
    statement = sa.select(sa.table(table, sa.column(column), schema=schema))
    with connect("odd", DuckDbSettings(path=path)) as connection, connection.open() as reader:
        got = reader.query(statement)
        assert (got.columns, got.rows) == ((column,), [(7,)])
        assert reader.query(got.sql).rows == [(7,)]
        assert [batch.to_pylist() for batch in reader.stream(statement)] == [[{column: 7}]]


def test_a_sample_overwrites_what_was_there(tmp_path: Path):
    path = tmp_path / "deep" / "sample.duckdb"
    for number in (1, 2):
        with duckdb_file(path) as database:
            database.execute(f"CREATE TABLE t AS SELECT {number} AS n; CREATE TABLE u (a int)")
    with connect("s", DuckDbSettings(path=path)) as connection, connection.open() as reader:
        assert reader.query("SELECT n FROM t").rows == [(2,)]
