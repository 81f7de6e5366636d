"""PostgreSQL's own hash of a row: executed, and set against the record's that it stands for."""

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import JSON, BigInteger, Integer, LargeBinary, Numeric, String, Time, Uuid
from sqlalchemy.types import NullType, TypeEngine
from tests.sql.canonical_engines import Run, Typed

from ombudsman.sql.postgres_row_hash import row_hash

pytestmark = pytest.mark.postgres

VALUES = {
    "smallint": ["-32768", "0", "1", "32767"],
    "integer": ["-2147483648", "0", "1", "2147483647"],
    "bigint": [
        "-9223372036854775808",
        "0",
        "1",
        "4294967296",
        "-4294967297",
        "9223372036854775807",
    ],
    "oid": ["0", "1", "4294967295"],
    "numeric(38,10)": ["0", "1", "-1", "10000", "-10000", "0.0001", "1e27", "NaN"],
    "numeric": ["0", "1", "10000", "1e-300", "NaN", "Infinity", "-Infinity"],
    "money": ["0", "1", "-1", "10000"],
    "real": ["0", "1", "-1", "1e-45", "NaN", "Infinity", "-Infinity"],
    "double precision": ["0", "1", "-1", "5e-324", "1e300", "NaN", "Infinity", "-Infinity"],
    "text": ["", " ", "a", "A", "a ", "\U0001f600", "a" * 10_000, "a" * 9_999 + "b"],
    "char(5)": ["", "a", " a", "a\u00a0"],
    '"char"': ["a", "A"],
    "name": ["a", "A"],
    "date": [
        *("4713-01-01 BC", "0001-01-01", "1999-12-31", "2000-01-01", "2000-01-02", "9999-12-31"),
        *("5874897-12-31", "infinity", "-infinity"),
    ],
    "time": ["00:00", "23:59:59.999999", "24:00"],
    "timetz": ["00:00+00", "01:00+01", "24:00+00"],
    "timestamp": [
        *("4713-01-01 00:00:00 BC", "1970-01-01 00:00:00", "1970-01-01 00:00:00.000001"),
        *("294276-12-31 23:59:59.999999", "infinity", "-infinity"),
    ],
    "timestamptz": [
        *("4713-01-01 00:00:00+00 BC", "1970-01-01 00:00:00+00", "1970-01-01 00:00:00.000001+00"),
        *("294276-12-31 23:59:59.999999+00", "infinity", "-infinity"),
    ],
    "interval": ["0", "1 month", "30 days", "720 hours"],
    "boolean": ["true", "false"],
    "uuid": ["00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001"],
    "bytea": ["", "\\x00", "\\x0000", "\\x01"],
    "json": ["{}", "[]", "null", '"a"'],
    "jsonb": ["{}", "[]", "0", "null"],
    "integer[]": ["{}", "{0}", "{NULL}", "{0,0}"],
    "int4range": ["empty", "[0,1)", "(,)"],
    "inet": ["10.0.0.0", "::", "10.0.0.1/8"],
    "bit(3)": ["000", "001"],
    "point": ["(0,0)", "(0,1)"],
}
"""Values that are not equal, to the extremes of each type; NULL is one more of each."""


def hashes(run: Run, native: str, written: Sequence[str | None], places: int = 1) -> list[int]:
    """The hash of each value, in a row of nothing else, or of so many that are alike."""
    typed = Typed("postgresql", native)
    rows = " UNION ALL ".join(
        f"SELECT {i} AS i, {typed.cast(each)} AS x" for i, each in enumerate(written)
    )
    hashed = row_hash([(typed.column.type, "x")] * places)
    return [row[0] for row in run(f"SELECT {hashed} FROM ({rows}) AS v ORDER BY i")]


@pytest.mark.parametrize("native", VALUES)
def test_values_that_are_not_equal_have_hashes_of_their_own(elephant_run: Run, native: str):
    written = [*VALUES[native], None]
    found = hashes(elephant_run, native, written)
    assert None not in found
    assert len(set(found)) == len(written)


@pytest.mark.parametrize("native", VALUES)
def test_two_columns_that_change_alike_do_not_cancel(elephant_run: Run, native: str):
    written = [*VALUES[native], None]
    assert len(set(hashes(elephant_run, native, written, places=2))) == len(written)


@pytest.mark.parametrize(
    ("native", "equal"),
    [
        ("real", ["-0", "0"]),
        ("double precision", ["-0", "0"]),
        ("double precision", ["NaN", "-NaN"]),
        ("numeric(38,10)", ["1.1", "1.1000", "11e-1"]),
        ("numeric", ["1.1", "1.1000", "11e-1"]),
        ("char(5)", ["a", "a  ", "a    "]),
        ("timestamptz", ["2024-01-01 00:00+00", "2024-01-01 05:30+05:30", "2023-12-31 16:00-08"]),
        ("uuid", ["A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc999c0b4ef8bb6d6bb9bd380a11"]),
        ("jsonb", ['{"a":1,"b":2}', '{"b": 2, "a": 1}']),
    ],
)
def test_equal_values_have_one_hash_however_they_are_written(
    elephant_run: Run, native: str, equal: list[str]
):
    assert len(set(hashes(elephant_run, native, equal))) == 1


def row_hashes(run: Run, natives: Sequence[str], rows: Sequence[Sequence[str | None]]) -> list[int]:
    typed = [Typed("postgresql", native, f"x{i}") for i, native in enumerate(natives)]
    selects = " UNION ALL ".join(
        f"SELECT {i} AS i, "
        + ", ".join(f"{t.cast(each)} AS {t.name}" for t, each in zip(typed, row, strict=True))
        for i, row in enumerate(rows)
    )
    hashed = row_hash([(t.column.type, t.name) for t in typed])
    return [row[0] for row in run(f"SELECT {hashed} FROM ({selects}) AS v ORDER BY i")]


@pytest.mark.parametrize(
    ("natives", "values"),
    [
        (["numeric(12,2)", "numeric(18,6)"], ["0", "1", "10000", "-1", "-10000", "NaN", None]),
        (["bigint", "bigint"], ["0", "1", "4294967296", "-4294967297", None]),
        (["integer", "bigint"], ["0", "1", "-1", None]),
        (["double precision", "real"], ["0", "1", "NaN", "Infinity", None]),
        (["text", "char(8)"], ["", "a", "ab", None]),
        (["date", "timestamp"], ["2000-01-01", "1970-01-01", "infinity", "-infinity", None]),
        (["boolean", "boolean"], ["true", "false", None]),
        (["bytea", "bytea"], ["", "\\x00", None]),
    ],
    ids=str,
)
def test_values_that_change_columns_are_seen(
    elephant_run: Run, natives: list[str], values: list[str | None]
):
    """1 and 10,000 of two numerics among them: their plain hashes differ by one bit alike."""
    rows = list(itertools.product(values, repeat=2))
    assert len(set(row_hashes(elephant_run, natives, rows))) == len(rows)


def test_values_that_change_rows_do_not_cancel_in_the_exclusive_or(elephant_run: Run):
    """In each pair of rows the same values stand in the same columns, each once; only who has which differs."""
    natives = ["integer", "text", "numeric(9,2)"]
    together = row_hashes(elephant_run, natives, [["1", "a", "0.50"], ["2", "b", "7.00"]])
    for swapped in (
        [["1", "b", "0.50"], ["2", "a", "7.00"]],
        [["1", "a", "7.00"], ["2", "b", "0.50"]],
        [["2", "b", "0.50"], ["1", "a", "7.00"]],
    ):
        one, other = row_hashes(elephant_run, natives, swapped)
        assert one ^ other != together[0] ^ together[1]


def test_a_narrow_number_and_a_wide_one_may_be_held_against_each_other(elephant_run: Run):
    """As the integers of both sides are, where either is of 32 bits at most."""
    numbers = ["-2147483648", "-1", "0", "1", "2147483647"]
    found = []
    for native in ("smallint", "integer"):
        fitting = numbers[1:4]
        hashed = row_hash([(Integer(), "x")])
        rows = " UNION ALL ".join(f"SELECT CAST({n} AS {native}) AS x" for n in fitting)
        found.append(
            [row[0] for row in elephant_run(f"SELECT {hashed} FROM ({rows}) AS v ORDER BY x")]
        )
    assert found[0] == found[1]
    assert len(set(found[0])) == 3


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (String(), 'HASHTEXTEXTENDED(CAST(x AS TEXT) COLLATE "C", '),
        (NullType(), 'HASHTEXTEXTENDED(CAST(x AS TEXT) COLLATE "C", '),
        (JSON(), 'HASHTEXTEXTENDED(CAST(x AS TEXT) COLLATE "C", '),
        (Numeric(None, None), 'HASHTEXTEXTENDED(CAST(TRIM_SCALE(x) AS TEXT) COLLATE "C", '),
        (Numeric(9, 2), "HASHINT8EXTENDED(CAST(CAST(x AS NUMERIC) < 0 AS INTEGER), HASH_NUMERIC_"),
        (
            BigInteger(),
            "HASHINT8EXTENDED(CAST(x AS BIGINT), HASHINT8EXTENDED(CAST(x AS BIGINT) >> 32, ",
        ),
        (Uuid(), "UUID_HASH_EXTENDED(x, "),
        (Time(timezone=True), 'HASHTEXTEXTENDED(CAST(x AS TEXT) COLLATE "C", '),
        (LargeBinary(), "HASH_RECORD_EXTENDED(ROW(x), "),
    ],
    ids=str,
)
def test_each_type_is_hashed_by_the_function_that_sees_all_of_it(
    kind: TypeEngine[Any], expected: str
):
    assert expected in row_hash([(kind, "x")])
