"""Hashes, buckets and sums: executed, and set against Python."""

import hashlib
import itertools
from collections.abc import Sequence
from functools import reduce
from operator import xor
from typing import Any

import pytest
import sqlglot
from sqlalchemy import (
    BigInteger,
    ColumnClause,
    Integer,
    Numeric,
    String,
    column,
)
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from tests.sql.canonical_engines import Run, Typed, literal, sql

from ombudsman.model.canonical_values import canonical_row
from ombudsman.model.errors import Unsupported
from ombudsman.model.forms import form_of
from ombudsman.sql.canonical import canonical, row_text
from ombudsman.sql.fingerprint import (
    bucket_of_hash,
    bucket_of_integer,
    hash_sums,
    portable_hash,
    record_hash,
)

TEXTS = ["", "a", "Łódź", "\U0001f600", "a\x1fVb", "ä" * 500_000]


def low_60_bits(text: str) -> int:
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return int(digest[-15:], 16)


@pytest.fixture
def runs(duck_run: Run, elephant_run: Run) -> dict[str, Run]:
    return {"duckdb": duck_run, "postgresql": elephant_run}


def values(engine: str, native: str, written: Sequence[str | None], name: str = "x") -> str:
    typed = Typed(engine, native, name)
    rows = [f"SELECT {i} AS i, {typed.cast(each)} AS {name}" for i, each in enumerate(written)]
    return f"({' UNION ALL '.join(rows)}) AS v"


def column_of(run: Run, expression: str, source: str) -> list[Any]:
    return [row[0] for row in run(f"SELECT {expression} FROM {source} ORDER BY i")]


# ------------------------------------------------------------ one row


@pytest.mark.postgres
def test_the_portable_hash_is_the_low_60_bits_of_the_md5(runs: dict[str, Run]):
    for engine, run in runs.items():
        hashes = column_of(
            run, sql(portable_hash(column("x", String())), engine), values(engine, "VARCHAR", TEXTS)
        )
        assert hashes == [low_60_bits(each) for each in TEXTS], engine


COLUMNS: dict[str, tuple[str, str, list[str | None]]] = {
    "i": ("BIGINT", "bigint", ["0", "-9223372036854775808", None]),
    "d": ("DECIMAL(18,4)", "numeric(9,2)", ["1.50", None, "-0.01"]),
    "f": ("DOUBLE", "double precision", ["-0.0", "NaN", None]),
    "t": ("VARCHAR", "char(8)", ["é \U0001f600", None, ""]),
    "a": ("TIMESTAMPTZ", "timestamptz", ["infinity", "1969-12-31 23:59:59.999999+00", None]),
    "b": ("BOOLEAN", "boolean", [None, "true", "false"]),
    "u": ("UUID", "uuid", ["A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", None, None]),
}


@pytest.mark.postgres
def test_fingerprints_of_rows_are_the_same_on_all_engines(runs: dict[str, Run]):
    typed = {
        "duckdb": [Typed("duckdb", native, name) for name, (native, _, _) in COLUMNS.items()],
        "postgresql": [
            Typed("postgresql", native, name) for name, (_, native, _) in COLUMNS.items()
        ],
    }
    forms = [
        form_of(ours.data_type, theirs.data_type)
        for ours, theirs in zip(typed["duckdb"], typed["postgresql"], strict=True)
    ]
    found = {}
    for engine, run in runs.items():
        cells = [
            canonical(each.column, form, each.data_type)
            for each, form in zip(typed[engine], forms, strict=True)
        ]
        rows = [
            f"SELECT {i} AS place, "
            + ", ".join(f"{e.cast(COLUMNS[e.name][2][i])} AS {e.name}" for e in typed[engine])
            for i in range(3)
        ]
        hashed = sql(portable_hash(row_text(cells)), engine)
        rows_of_it = run(f"SELECT {hashed} FROM ({' UNION ALL '.join(rows)}) AS v ORDER BY place")
        found[engine] = [row[0] for row in rows_of_it]
    python = list(zip(*(written for _, _, written in COLUMNS.values()), strict=True))
    assert found["duckdb"] == found["postgresql"]
    assert found["duckdb"] == [low_60_bits(canonical_row(row, forms)) for row in python]


SAME = {
    ("double precision", "-0.0"): "0",
    ("real", "-0.0"): "0",
    ("double precision", "-NaN"): "NaN",
    ("numeric(9,4)", "1.10"): "1.1000",
}
"""Values that are equal, with the same type."""

DIFFERENT = {
    "bigint": ["0", "1", "-1", "4294967296", "-4294967296", "9223372036854775807", None],
    "numeric(9,2)": ["0", "1", "-1", "0.01", "-0.01", None],
    "double precision": [
        "0",
        "NaN",
        "Infinity",
        "-Infinity",
        "5e-324",
        "0.1",
        "0.10000000000000002",
        None,
    ],
    "real": ["0", "NaN", "0.1", None],
    "varchar": ["", " ", "a", "A", "a ", "N", "\x1f", "é", "e\u0301", None],
    "date": ["1970-01-01", "infinity", "-infinity", None],
    "timestamp": ["1970-01-01 00:00:00", "1970-01-01 00:00:00.000001", "infinity", None],
    "boolean": ["true", "false", None],
    "uuid": ["00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001", None],
}
ELEPHANTS = {
    "numeric": ["0", "NaN", "Infinity", "1", None],
    "jsonb": ["{}", "[]", "0", '{"a": 1}', None],
    "json": ["{}", '{"a": 1}', '{"a":1}', None],
    "point": ["(0,0)", "(0,1)", None],
    "money": ["0", "1", "-1", None],
    "interval": ["30 days", "1 month", "0", None],
    "name": ["a", "A", None],
}
"""What only PostgreSQL has, or hashes in ways of its own."""


def record_hashes(run: Run, engine: str, native: str, written: Sequence[str | None]) -> list[Any]:
    hashed = sql(record_hash([Typed(engine, native).column]), engine)
    return column_of(run, hashed, values(engine, native, written))


@pytest.mark.postgres
@pytest.mark.parametrize("native", DIFFERENT)
def test_a_planted_change_changes_the_record_hash(runs: dict[str, Run], native: str):
    for engine, run in runs.items():
        hashes = record_hashes(run, engine, native, DIFFERENT[native])
        assert None not in hashes
        assert len(set(hashes)) == len(hashes), engine


@pytest.mark.postgres
@pytest.mark.parametrize("native", ELEPHANTS)
def test_what_postgresql_alone_has_is_hashed_as_it_is_written(elephant_run: Run, native: str):
    hashes = record_hashes(elephant_run, "postgresql", native, ELEPHANTS[native])
    assert len(set(hashes)) == len(hashes)


@pytest.mark.postgres
@pytest.mark.parametrize(("native", "written"), SAME)
def test_equal_values_have_one_record_hash(runs: dict[str, Run], native: str, written: str):
    for engine, run in runs.items():
        one, other = record_hashes(run, engine, native, [written, SAME[native, written]])
        assert one == other, engine


@pytest.mark.postgres
def test_values_that_change_places_are_seen(runs: dict[str, Run]):
    for engine, run in runs.items():
        hashed = sql(record_hash([column("x", BigInteger()), column("y", BigInteger())]), engine)
        pairs = list(itertools.product(("0", "1", "NULL"), repeat=2))
        rows = " UNION ALL ".join(
            f"SELECT {i} AS i, CAST({x} AS BIGINT) AS x, CAST({y} AS BIGINT) AS y"
            for i, (x, y) in enumerate(pairs)
        )
        assert len(set(column_of(run, hashed, f"({rows}) AS v"))) == len(pairs), engine


# ------------------------------------------------------------ many rows


@pytest.mark.postgres
def test_the_sums_are_those_of_python(runs: dict[str, Run]):
    hashes = [0, 1, -1, 2**63 - 1, -(2**63), 2**60 - 1, 12345678901234567, None]
    there = [each for each in hashes if each is not None]
    expected = (
        len(hashes),
        len(there),
        reduce(xor, there),
        sum(each >> 32 for each in there),
        sum(each & 0xFFFFFFFF for each in there),
    )
    for engine, run in runs.items():
        aggregates = hash_sums(column("x", BigInteger()))
        assert [each.name for each in aggregates] == ["rows", "hashed", "xor", "high", "low"]
        written = [None if each is None else str(each) for each in hashes]
        source = values(engine, "BIGINT", written)
        (found,) = run(
            f"SELECT {', '.join(sql(each, engine) for each in aggregates)} FROM {source}"
        )
        assert found == expected, engine
        assert all(type(each) is int for each in found)


# ------------------------------------------------------------ buckets

KEYS = [0, 1, -1, 511, 512, -511, -512, -513, 2**31, 2**63 - 1, -(2**63), -(2**63) + 1]
HUGE = [10**37 + 511, -(10**37) - 511, 10**38 - 1, -(10**38) + 1]


@pytest.mark.postgres
@pytest.mark.parametrize("shift", [0, 1, 9, 40, 62])
def test_neighbouring_keys_fall_into_one_bucket_below_zero_too(runs: dict[str, Run], shift: int):
    for engine, run in runs.items():
        for native, kind, keys in (
            ("BIGINT", BigInteger(), KEYS),
            ("INTEGER", Integer(), KEYS[:8]),
            ("NUMERIC(38,0)", Numeric(38, 0), KEYS + HUGE),
        ):
            bucket = sql(bucket_of_integer(column("x", kind), shift), engine)
            found = column_of(run, bucket, values(engine, native, [str(key) for key in keys]))
            assert found == [key >> shift for key in keys], (engine, native)


def test_sqlite_has_the_same_buckets():
    import sqlite3

    bucket = bucket_of_integer(column("x", BigInteger()), 9).compile(dialect=SQLiteDialect())
    session = sqlite3.connect(":memory:")
    found = [
        session.execute(f"SELECT {bucket} FROM (SELECT {key} AS x)").fetchone()[0]
        for key in KEYS[:-2]
    ]
    session.close()
    assert found == [key >> 9 for key in KEYS[:-2]]


@pytest.mark.postgres
def test_the_bucket_of_a_hash_is_never_below_zero(runs: dict[str, Run]):
    for engine, run in runs.items():
        bucket = sql(bucket_of_hash(column("x", BigInteger()), 1_024), engine)
        found = column_of(run, bucket, values(engine, "BIGINT", [str(key) for key in KEYS]))
        assert found == [key % 1_024 for key in KEYS], engine


@pytest.mark.parametrize("buckets", [0, -4, 1_000])
def test_the_number_of_buckets_is_a_power_of_two(buckets: int):
    with pytest.raises(ValueError, match="power of two"):
        bucket_of_hash(column("x", BigInteger()), buckets)


# ------------------------------------------------------------ engines that are not here

X: ColumnClause[Any] = column("x", BigInteger())
SQL_SERVER = {
    "portable_hash": (
        "(CAST(SUBSTRING(HASHBYTES('MD5', CAST((x) COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(MAX))), 9, 8)"
        " AS BIGINT) & CAST(1152921504606846975 AS BIGINT))"
    ),
    "xor": "CAST(NULL AS BIGINT)",
    "high": "SUM((x) / CAST(4294967296 AS BIGINT))",
    "low": "SUM((x) & CAST(4294967295 AS BIGINT))",
    "bucket_of_integer": (
        "(((x) - (((x) % CAST(512 AS BIGINT)) + CAST(512 AS BIGINT)) % CAST(512 AS BIGINT)) / CAST(512 AS BIGINT))"
    ),
    "bucket_of_hash": "((x) & CAST(1023 AS BIGINT))",
}
SNOWFLAKE = {
    "portable_hash": "BITAND(MD5_NUMBER_LOWER64(x), 1152921504606846975)",
    "xor": "BITXOR_AGG(x)",
    "high": "SUM(BITSHIFTRIGHT(x, 32))",
    "low": "SUM(BITAND(x, 4294967295))",
    "bucket_of_integer": "CAST(((x) - MOD(MOD(x, 512) + 512, 512)) / 512 AS DECIMAL(38, 0))",
    "bucket_of_hash": "BITAND(x, 1023)",
}


@pytest.mark.parametrize(
    ("engine", "dialect", "expected"),
    [("mssql", "tsql", SQL_SERVER), ("snowflake", "snowflake", SNOWFLAKE)],
    ids=["mssql", "snowflake"],
)
def test_the_sql_of_engines_that_are_not_here(engine: str, dialect: str, expected: dict[str, str]):
    _, _, both, high, low = (each.element for each in hash_sums(X))
    made = {
        "portable_hash": portable_hash(X),
        "xor": both,
        "high": high,
        "low": low,
        "bucket_of_integer": bucket_of_integer(X, 9),
        "bucket_of_hash": bucket_of_hash(X, 1_024),
    }
    written = {name: sql(each, engine) for name, each in made.items()}
    assert written == expected
    for each in written.values():
        sqlglot.parse_one(f"SELECT {each} FROM t", dialect=dialect)


def test_snowflake_hashes_a_record_and_sql_server_cannot():
    assert sql(record_hash([X, X]), "snowflake") == "HASH(x, x)"
    with pytest.raises(Unsupported, match="mssql"):
        sql(record_hash([X]), "mssql")
    with pytest.raises(Unsupported, match="sqlite"):
        str(portable_hash(X).compile(dialect=SQLiteDialect()))


def test_literals_of_the_tests_are_whole():
    assert literal("it's", "duckdb") == "'it''s'"
