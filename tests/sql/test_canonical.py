"""Canonical texts: what an engine makes of a value is what the reference says, for every pair of types."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import column
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from tests.sql.canonical_engines import Run, Typed, literal, sql, texts_of

from ombudsman.model.canonical_values import canonical_row, canonical_text
from ombudsman.model.errors import Unsupported
from ombudsman.model.forms import Form, FormKind, form_of
from ombudsman.model.types import Integer, Text
from ombudsman.sql.canonical import canonical, makes_text, row_text
from ombudsman.sql.native_types import read_type

LONG = "ä" * 500_000
"""A text of a megabyte."""


@dataclass(frozen=True)
class Pair:
    """Two types, and values that both hold: as they are written, or as (written, what Python has)."""

    duckdb: str
    postgresql: str
    values: Sequence[Any]

    @property
    def types(self) -> list[Typed]:
        return [Typed("duckdb", self.duckdb), Typed("postgresql", self.postgresql)]

    @property
    def form(self) -> Form:
        source, target = self.types
        return form_of(source.data_type, target.data_type)


WHOLE = ["0", "-1", "1", "10", "100", "32767", "-32768"]
BIG = [*WHOLE, "9223372036854775807", "-9223372036854775808", "4611686018427387904"]
TENTHS = ["0", "0.00", "-0.05", "0.5", "1.1", "-12345.67", "100", "0.01"]
NINES = "9" * 36 + ".99"
DOUBLES = ["0", "-0.0", "1.5", "0.1", "1e300", "5e-324", "-1e-310", "123456789.123", "1e-300", "NaN", "inf", "-inf",
           "1.7976931348623157e308", "2.2250738585072014e-308", "1e22", "-3.3"]  # fmt: skip
SINGLES = [
    "0",
    "-0.0",
    "0.1",
    "1e30",
    "-3.25",
    "1.17549435e-38",
    "NaN",
    "inf",
    "-inf",
    "3.4028235e38",
    "1e-45",
]
HALVES = ["0", "-0.0", "0.5", "NaN", "inf", "-inf", "-3.25"]
DAYS = ["1970-01-01", "1969-12-31", "2024-02-29", "0001-01-01", "9999-12-31", "1752-09-14", "1900-01-01", "infinity",
        "-infinity", "10000-01-01", "20000-02-29"]  # fmt: skip
MIDNIGHTS = [(f"{day}", f"{day} 00:00:00") if "inf" not in day else day for day in DAYS]
MOMENTS = ["1970-01-01 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999",
           "1969-12-31 23:59:59", "2024-02-29 12:34:56.1", "infinity", "-infinity", "290000-12-31 23:59:59.999999",
           "1753-01-01 00:00:00.003"]  # fmt: skip
INSTANTS = [*(each if "inf" in each else f"{each}+00" for each in MOMENTS),
            "2024-01-01 00:00:00+05:30", "2024-06-01 12:00:00-08"]  # fmt: skip
TIMES = ["00:00:00", "12:34:56.123456", "23:59:59.999999", "24:00:00", "00:00:00.000001"]
TEXTS = ["", " ", "  ", "a ", " a", "é", "e\u0301", "\U0001f600", "汉字", "a\u00a0", "\u200b", "|", "\t",
         "\x01\x1f\x7f", "\x1f", "N", "V", "'", "\\", "%s", "İ", LONG]  # fmt: skip
UUIDS = ["00000000-0000-0000-0000-000000000000", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"]

PAIRS = {
    "booleans": Pair("BOOLEAN", "boolean", [("true", True), ("false", False)]),
    "a boolean and a whole number": Pair("BOOLEAN", "smallint", ["0", "1"]),
    "a boolean and a decimal": Pair("BOOLEAN", "numeric(3,2)", [("0", 0), ("1", Decimal("1.00"))]),
    "a decimal and a boolean, as it comes": Pair("DECIMAL(1,0)", "integer", ["0", "1"]),
    "whole numbers": Pair("BIGINT", "bigint", BIG),
    "whole numbers of other widths": Pair("SMALLINT", "bigint", WHOLE),
    "bytes without a sign": Pair("UTINYINT", "smallint", ["0", "255"]),
    "38 digits": Pair("HUGEINT", "numeric(38,0)", ["9" * 38, "-" + "9" * 38, "0"]),
    "a whole number and a decimal": Pair("BIGINT", "numeric(38,4)", BIG),
    "decimals of one scale": Pair("DECIMAL(9,2)", "numeric(9,2)", TENTHS),
    "decimals of two scales": Pair("DECIMAL(9,2)", "numeric(20,6)", TENTHS),
    "decimals of two scales the other way": Pair("DECIMAL(20,6)", "numeric(9,2)", TENTHS),
    "a decimal without room": Pair("DECIMAL(38,2)", "numeric(38,30)", ["0", "-0.05", "12345678.90"]),
    "38 digits, two behind the point": Pair("DECIMAL(38,2)", "numeric(38,2)", [NINES, "-" + NINES]),
    "only digits behind the point": Pair("DECIMAL(2,2)", "numeric(4,4)", ["0", "0.5", "-0.05", "-0.99"]),
    "a decimal and one without bounds": Pair("DECIMAL(18,3)", "numeric", TENTHS),
    "a whole number and one without bounds": Pair("BIGINT", "numeric", [*BIG, "1000"]),
    "38 digits behind the point": Pair("DECIMAL(38,38)", "numeric(38,38)", ["0", "0.5", "-0.05", "0." + "9" * 38]),
    "a number below one and one without bounds": Pair("DECIMAL(2,2)", "numeric", ["0", "0.5", "-0.05"]),
    "a scale below zero": Pair("BIGINT", "numeric(3,-2)", ["1200", "0", "-99900"]),
    "money": Pair("DECIMAL(19,4)", "money", ["0", "-12.30", "1234567.89"]),
    "doubles": Pair("DOUBLE", "double precision", [(each, float(each)) for each in DOUBLES]),
    "singles": Pair("FLOAT", "real", [(each, float(each)) for each in SINGLES]),
    "a single and a double": Pair("FLOAT", "double precision", [(each, float(each)) for each in HALVES]),
    "a double and a single": Pair("DOUBLE", "real", [(each, float(each)) for each in HALVES]),
    "dates": Pair("DATE", "date", [*DAYS, "5000000-01-01"]),
    "a date and a timestamp": Pair("DATE", "timestamp", MIDNIGHTS),
    "a timestamp and a date": Pair("TIMESTAMP", "date", MIDNIGHTS),
    "a date and an instant": Pair("DATE", "timestamptz", MIDNIGHTS),
    "timestamps": Pair("TIMESTAMP", "timestamp", MOMENTS),
    "a timestamp of milliseconds": Pair("TIMESTAMP_MS", "timestamp", ["1969-12-31 23:59:59.999", "infinity"]),
    "a timestamp of seconds": Pair("TIMESTAMP_S", "timestamp(0)", ["1969-12-31 23:59:59", "infinity"]),
    "a timestamp of nanoseconds": Pair("TIMESTAMP_NS", "timestamp", [MOMENTS[0], MOMENTS[3], "infinity", "-infinity"]),
    "instants": Pair("TIMESTAMPTZ", "timestamptz", INSTANTS),
    "a timestamp and an instant": Pair("TIMESTAMP", "timestamptz", MOMENTS),
    "times": Pair("TIME", "time", TIMES),
    "a time of nanoseconds": Pair("TIME_NS", "time", TIMES[:3]),
    "texts": Pair("VARCHAR", "text", TEXTS),
    "bounded texts": Pair("VARCHAR", "varchar(20)", TEXTS[:-1]),
    "padded texts": Pair("VARCHAR", "char(6)", ["", " ", "a ", "a\t", "a\u00a0", " a", "汉字", "\U0001f600"]),
    "names": Pair("VARCHAR", "name", ["a", "B"]),
    "UUIDs": Pair("UUID", "uuid", UUIDS),
    "a UUID and its text": Pair("UUID", "text", UUIDS),
    "a text and its UUID": Pair("VARCHAR", "uuid", UUIDS),
    "a UUID and its padded text": Pair("UUID", "char(40)", UUIDS),
    "bytes": Pair("BLOB", "bytea", []),
}  # fmt: skip


@pytest.mark.postgres
@pytest.mark.parametrize("name", PAIRS)
def test_engines_write_what_the_reference_says(name: str, duck_run: Run, elephant_run: Run):
    pair = PAIRS[name]
    values = [*((v, v) if isinstance(v, str) else v for v in pair.values), (None, None)]
    expected = [canonical_text(value, pair.form) for _, value in values]
    for typed, run in zip(pair.types, (duck_run, elephant_run), strict=True):
        text = canonical(typed.column, pair.form, typed.data_type)
        found = texts_of(run, typed, text, [written for written, _ in values])
        assert found == expected, typed


@pytest.mark.postgres
def test_bytes_are_hexadecimal_digits(duck_run: Run, elephant_run: Run):
    form = PAIRS["bytes"].form
    for value in (b"", b"\x00", b"\x00\xff\x1f", "é".encode()):
        expected = canonical_text(value, form)
        for typed, run, made in (
            (PAIRS["bytes"].types[0], duck_run, f"unhex('{value.hex()}')"),
            (PAIRS["bytes"].types[1], elephant_run, f"CAST('\\x{value.hex()}' AS bytea)"),
        ):
            text = sql(canonical(typed.column, form, typed.data_type), typed.engine)
            assert run(f"SELECT {text} FROM (SELECT {made} AS x) AS v") == [(expected,)]


@pytest.mark.postgres
def test_numbers_of_postgresql_that_duckdb_has_not(elephant_run: Run):
    for native, written in (
        ("numeric(9,2)", "NaN"),
        ("numeric", "NaN"),
        ("numeric", "Infinity"),
        ("numeric", "-Infinity"),
        ("numeric", "1" + "0" * 60 + ".00100"),
    ):
        typed = Typed("postgresql", native)
        for other in ("DECIMAL(9,2)", "DECIMAL(12,6)"):
            form = form_of(typed.data_type, read_type("duckdb", other))
            text = canonical(typed.column, form, typed.data_type)
            (found,) = texts_of(elephant_run, typed, text, [written])
            assert found == canonical_text(Decimal(written), form), (native, written, other)


@pytest.mark.postgres
def test_the_ends_of_postgresqls_calendar(elephant_run: Run):
    for native, written in (
        ("timestamp", "294246-12-31 23:59:59.999999"),
        ("timestamp", "294276-12-31 23:59:59"),
        ("timestamptz", "4713-01-01 00:00:00+00 BC"),
        ("date", "5874897-12-31"),
        ("date", "4713-01-01 BC"),
    ):
        typed = Typed("postgresql", native)
        for other in ("date", "timestamp"):
            form = form_of(typed.data_type, read_type("postgresql", other))
            text = canonical(typed.column, form, typed.data_type)
            (found,) = texts_of(elephant_run, typed, text, [written])
            assert found == canonical_text(written, form), (native, written, other)


def test_nanoseconds_are_seen(duck_run: Run):
    typed = Typed("duckdb", "TIMESTAMP_NS")
    form = form_of(typed.data_type, read_type("postgresql", "timestamp"))
    text = canonical(typed.column, form, typed.data_type)
    written = ["1969-12-31 23:59:59.999999999", "1970-01-01 00:00:00.000000001"]
    assert texts_of(duck_run, typed, text, written) == ["-1", "1"]
    assert [canonical_text(each, form) for each in written] == ["-1", "1"]


@pytest.mark.postgres
def test_every_nan_has_one_text(duck_run: Run, elephant_run: Run):
    typed = Typed("postgresql", "double precision")
    form = form_of(typed.data_type, typed.data_type)
    text = canonical(typed.column, form, typed.data_type)
    nan = canonical_text(float("nan"), form)
    for made in ("'NaN'", "'-NaN'", "'inf'"):
        minus = " - CAST('inf' AS double precision)" if made == "'inf'" else ""
        values = f"(SELECT CAST({made} AS double precision){minus} AS x) AS v"
        assert elephant_run(f"SELECT {sql(text, 'postgresql')} FROM {values}") == [(nan,)]
        assert duck_run(f"SELECT {sql(text, 'duckdb')} FROM {values}") == [(nan,)]


# ------------------------------------------------------------ rows

TEXT, NUMBER, BYTES = (
    Form(kind=FormKind.TEXT),
    Form(kind=FormKind.INTEGER),
    Form(kind=FormKind.BINARY),
)
CELL = st.none() | st.text("NV\x1fab ", max_size=4)
ROW = st.tuples(
    CELL, st.none() | st.integers(-2, 12), st.none() | st.sampled_from([b"", b"\x1f", b"N"]), CELL
)
FORMS = (TEXT, NUMBER, BYTES, TEXT)


@given(st.lists(ROW, min_size=2, max_size=60, unique=True))
@settings(max_examples=300)
def test_no_two_rows_read_alike(rows: list[tuple[Any, ...]]):
    assert len({canonical_row(row, FORMS) for row in rows}) == len(rows)


def test_bytes_without_length_do_not_blur_the_borders():
    forms = (TEXT, BYTES, TEXT)
    one, other = ("a", b"", "x\x1fVt"), ("a\x1fVx", b"", "t")
    assert canonical_row(one, forms) != canonical_row(other, forms)


@pytest.mark.postgres
@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(rows=st.lists(ROW, min_size=1, max_size=20))
def test_engines_write_rows_as_the_reference_does(
    rows: list[tuple[Any, ...]], duck_run: Run, elephant_run: Run
):
    expected = [canonical_row(row, FORMS) for row in rows]
    for engine, run, blob in (
        ("duckdb", duck_run, "unhex('{}')"),
        ("postgresql", elephant_run, "decode('{}', 'hex')"),
    ):
        names = [
            Typed(engine, n, c)
            for n, c in zip(("VARCHAR", "BIGINT", "BYTEA", "VARCHAR"), "abcd", strict=True)
        ]
        cells = [
            canonical(each.column, form, each.data_type)
            for each, form in zip(names, FORMS, strict=True)
        ]
        values = " UNION ALL ".join(
            f"SELECT {i} AS i, CAST({literal(a, engine)} AS VARCHAR) AS a,"
            f" CAST({'NULL' if b is None else b} AS BIGINT) AS b,"
            f" CAST({'NULL' if c is None else blob.format(c.hex())} AS BYTEA) AS c,"
            f" CAST({literal(d, engine)} AS VARCHAR) AS d"
            for i, (a, b, c, d) in enumerate(rows)
        )
        found = run(f"SELECT {sql(row_text(cells), engine)} FROM ({values}) AS v ORDER BY i")
        assert [text for (text,) in found] == expected, engine


@pytest.mark.postgres
def test_a_row_of_a_thousand_columns(duck_run: Run, elephant_run: Run):
    names = [f"c{i}" for i in range(1_000)]
    cells = [canonical(column(name), NUMBER, Integer()) for name in names]
    values = ", ".join(f"{i} AS {name}" for i, name in enumerate(names))
    expected = canonical_row(range(1_000), [NUMBER] * 1_000)
    for engine, run in (("duckdb", duck_run), ("postgresql", elephant_run)):
        assert run(f"SELECT {sql(row_text(cells), engine)} FROM (SELECT {values}) AS v") == [
            (expected,)
        ]


def test_a_row_of_one_cell():
    cell = canonical(column("c"), NUMBER, Integer())
    assert sql(row_text([cell]), "duckdb") == "COALESCE(CAST(c AS VARCHAR), 'N')"


# ------------------------------------------------------------ what is not written


@pytest.mark.parametrize("kind", [FormKind.JSON, FormKind.XML])
def test_what_has_no_text_that_all_make_alike_is_refused(kind: FormKind):
    with pytest.raises(Unsupported, match=kind.value):
        canonical(column("c"), Form(kind=kind, hashable=False), Text())
    with pytest.raises(Unsupported, match=kind.value):
        canonical(column("c"), Form(kind=kind), Text())


def test_other_engines_say_that_they_write_none():
    cell = canonical(column("c"), NUMBER, Integer())
    with pytest.raises(Unsupported, match="sqlite"):
        str(cell.compile(dialect=SQLiteDialect()))
    assert not makes_text(NUMBER, "sqlite")
    assert makes_text(NUMBER, "snowflake")


def test_snowflake_does_not_tell_the_bits_of_a_float():
    form = Form(kind=FormKind.FLOAT64)
    assert not makes_text(form, "snowflake")
    assert makes_text(form, "mssql")
    with pytest.raises(Unsupported, match="bits"):
        sql(canonical(column("c"), form, read_type("snowflake", "float")), "snowflake")


# ------------------------------------------------------------ engines that are not here

SQL_SERVER = {
    ("bit", "bit"): "CASE x WHEN 1 THEN '1' WHEN 0 THEN '0' END",
    ("int", "bigint"): "CONVERT(VARCHAR(20), x)",
    ("int", "decimal(9,2)"): "CONVERT(VARCHAR(20), x) + '.00'",
    ("decimal(9,2)", "decimal(18,2)"): "CONVERT(VARCHAR(41), CAST(x AS DECIMAL(9, 2)))",
    ("money", "decimal(38,6)"): "(CONVERT(VARCHAR(41), CAST(x AS DECIMAL(19, 4))) + '00')",
    ("float", "float"): (
        "LOWER(CONVERT(CHAR(16), CAST(CASE WHEN CAST(x AS FLOAT) = 0 THEN CAST(0 AS FLOAT) ELSE CAST(x AS FLOAT) END"
        " AS BINARY(8)), 2))"
    ),
    ("date", "date"): "CONVERT(VARCHAR(12), DATEDIFF(DAY, '19700101', x))",
    ("datetime", "datetime2(3)"): (
        "CONVERT(VARCHAR(41), DATEDIFF_BIG(MICROSECOND, '19700101', CAST(x AS DATETIME2(3))))"
    ),
    ("datetime2", "datetime2(3)"): (
        "CONVERT(VARCHAR(41), DATEDIFF_BIG(SECOND, '19700101', CAST(x AS DATETIME2(7))) * 10000000"
        " + DATEPART(NANOSECOND, CAST(x AS DATETIME2(7))) / 100)"
    ),
    ("datetimeoffset(3)", "datetime2(3)"): (
        "CONVERT(VARCHAR(41), DATEDIFF_BIG(MICROSECOND, '19700101',"
        " CAST(SWITCHOFFSET(x, '+00:00') AS DATETIME2(7))))"
    ),
    (
        "time",
        "time",
    ): "CONVERT(VARCHAR(20), DATEDIFF_BIG(NANOSECOND, CAST('00:00' AS TIME(7)), x) / 100)",
    ("char(3)", "nvarchar(9)"): (
        "CAST(CAST(RTRIM(x) AS NVARCHAR(MAX)) COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(MAX))"
    ),
    ("image", "varbinary(max)"): "LOWER(CONVERT(VARCHAR(MAX), CAST(x AS VARBINARY(MAX)), 2))",
    ("uniqueidentifier", "varchar(36)"): "LOWER(CONVERT(CHAR(36), x))",
}
SNOWFLAKE = {
    ("boolean", "boolean"): "CASE WHEN x THEN '1' WHEN NOT (x) THEN '0' END",
    ("number(38,0)", "number(38,0)"): "TO_VARCHAR(x)",
    ("number(9,2)", "number(9,4)"): "(TO_VARCHAR(x) || '00')",
    ("number(38,38)", "number(38,38)"): "RTRIM(RTRIM(TO_VARCHAR(x), '0'), '.')",
    ("date", "date"): "TO_VARCHAR(DATEDIFF('day', CAST('1970-01-01' AS DATE), x))",
    ("timestamp_ntz", "timestamp_ntz"): (
        "TO_VARCHAR(DATEDIFF('second', CAST('1970-01-01' AS TIMESTAMP_NTZ), x) * 1000000000"
        " + DATE_PART('nanosecond', x))"
    ),
    ("timestamp_tz(6)", "timestamp_tz(6)"): (
        "TO_VARCHAR(DATEDIFF('microsecond', CAST('1970-01-01' AS TIMESTAMP_NTZ),"
        " CAST(CONVERT_TIMEZONE('UTC', x) AS TIMESTAMP_NTZ)))"
    ),
    ("time(6)", "time(6)"): "TO_VARCHAR(DATEDIFF('microsecond', CAST('00:00:00' AS TIME), x))",
    ("varchar", "varchar"): "x",
    ("binary", "binary"): "HEX_ENCODE(x, 0)",
}


@pytest.mark.parametrize(
    ("engine", "dialect", "expected"),
    [("mssql", "tsql", SQL_SERVER), ("snowflake", "snowflake", SNOWFLAKE)],
    ids=["mssql", "snowflake"],
)
def test_the_sql_of_engines_that_are_not_here(
    engine: str, dialect: str, expected: dict[tuple[str, str], str]
):
    written = {}
    for own, other in expected:
        typed = Typed(engine, own)
        form = form_of(typed.data_type, read_type(engine, other))
        written[own, other] = sql(canonical(typed.column, form, typed.data_type), engine)
        sqlglot.parse_one(f"SELECT {written[own, other]} FROM t", dialect=dialect)
    assert written == expected


def test_the_rows_of_engines_that_are_not_here():
    cells = [canonical(column("n"), NUMBER, Integer()), canonical(column("c"), TEXT, Text())]
    rows = {engine: sql(row_text(cells), engine) for engine in ("mssql", "snowflake")}
    assert rows == {
        "mssql": (
            "CAST('' AS VARCHAR(MAX)) + ISNULL(CONVERT(VARCHAR(20), n), 'N') + CHAR(31) + ISNULL('V' + REPLACE("
            "CAST(CAST(c AS NVARCHAR(MAX)) COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(MAX)), CHAR(31), CHAR(31)"
            " + CHAR(31)), 'N')"
        ),
        "snowflake": (
            "CONCAT_WS(CHR(31), COALESCE(TO_VARCHAR(n), 'N'),"
            " COALESCE('V' || REPLACE(c, CHR(31), CHR(31) || CHR(31)), 'N'))"
        ),
    }
    sqlglot.parse_one(f"SELECT {rows['mssql']}", dialect="tsql")
    sqlglot.parse_one(f"SELECT {rows['snowflake']}", dialect="snowflake")


def test_python_values_and_their_texts_are_one():
    form = Form(kind=FormKind.TIMESTAMP)
    moment = dt.datetime(1969, 12, 31, 23, 59, 59, 999_999)  # noqa: DTZ001 - has no zone
    assert canonical_text(moment, form) == canonical_text(str(moment), form) == "-1"
