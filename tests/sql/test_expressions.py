"""Constructs that mean the same on every engine: each is executed, and set against Python."""

# ruff: noqa: DTZ001 - the timestamps here have no zone, as those of the databases

import datetime as dt
import itertools
import math
import sqlite3
import statistics
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Uuid,
    column,
    func,
    literal_column,
    table,
)
from sqlalchemy.dialects.mssql.base import MSDialect
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from tests.postgres_server import PostgresServer

from ombudsman.connections.duckdb_dialect import duckdb_dialect
from ombudsman.connections.literals import whole_sql
from ombudsman.connections.rendering import rendering_dialect
from ombudsman.sql.expressions import (
    PeriodUnit,
    as_double,
    as_integer,
    as_text,
    binary_text,
    count_of,
    count_when,
    exact_sum,
    framed,
    nulls_last,
    period_start,
    rounded,
    sample_deviation,
    shifted,
    without_blanks,
    without_padding,
)


class Engine:
    """Runs an expression over one column `x` of values, one row after the other."""

    def __init__(
        self, name: str, dialect: Any, run: Callable[[str], list[tuple[Any, ...]]]
    ) -> None:
        self.name = name
        self._dialect = dialect
        self._run = run

    def rows(self, expression: ColumnElement[Any], values: Sequence[Any], kind: str) -> list[Any]:
        """The expression's value for each of the values, in their order."""
        return [row[0] for row in self.run(expression, f"{self._values(values, kind)} ORDER BY i")]

    def one(self, expression: ColumnElement[Any], values: Sequence[Any], kind: str) -> Any:
        """The value of an aggregate over all the values."""
        ((found,),) = self.run(expression, self._values(values, kind))
        return found

    def run(self, expression: ColumnElement[Any], source: str) -> list[tuple[Any, ...]]:
        compiled = expression.compile(dialect=self._dialect, compile_kwargs={"literal_binds": True})
        return self._run(f"SELECT {compiled} FROM {source}")

    def _values(self, values: Sequence[Any], kind: str) -> str:
        native = TYPES[kind][ENGINES.index(self.name)]
        if not values:
            return f"(SELECT 0 AS i, CAST(NULL AS {native}) AS x WHERE 1 = 0) AS v"
        return self.source([f"CAST({self.literal(v)} AS {native}) AS x" for v in values])

    def source(self, rows: Sequence[str]) -> str:
        """Rows to select from, each with its number `i`. (SQLite makes a number of a text that is cast to DATE.)"""
        parts = [f"SELECT {i} AS i, {row}" for i, row in enumerate(rows)]
        return f"({' UNION ALL '.join(parts)}) AS v"

    def literal(self, value: Any) -> str:
        """The value as the engine reads it."""
        match value:
            case None:
                return "NULL"
            case bool():
                return str(int(value)) if self.name == "sqlite" else str(value)
            case dt.datetime():
                return f"'{value.isoformat(sep=' ', timespec='microseconds')}'"
            case dt.date():
                return f"'{value.isoformat()}'"
            case str() if self.name == "postgresql":
                return f"U&'{_escaped(value)}'"
            case str():
                return "'" + value.replace("'", "''") + "'"
            case float() if not math.isfinite(value):
                return f"'{value}'"
            case _:
                return str(value)


def _escaped(text: str) -> str:
    return "".join(f"\\+{ord(c):06x}" for c in text)


ENGINES = ("duckdb", "sqlite", "postgresql")
TYPES = {
    "text": ("VARCHAR", "TEXT", "text"),
    "char": ("VARCHAR", "TEXT", "char(6)"),
    "integer": ("BIGINT", "BIGINT", "bigint"),
    "small": ("INTEGER", "INTEGER", "integer"),
    "decimal": ("DECIMAL(18,3)", "NUMERIC", "numeric(18,3)"),
    "double": ("DOUBLE", "DOUBLE", "double precision"),
    "date": ("DATE", "TEXT", "date"),
    "timestamp": ("TIMESTAMP", "TEXT", "timestamp"),
    "instant": ("TIMESTAMPTZ", "TEXT", "timestamptz"),
    "boolean": ("BOOLEAN", "BOOLEAN", "boolean"),
}


@pytest.fixture(scope="module")
def duck() -> Iterator[Engine]:
    with duckdb.connect() as session:
        session.execute("SET TimeZone = 'UTC'")
        yield Engine("duckdb", duckdb_dialect(), lambda sql: session.execute(sql).fetchall())


@pytest.fixture(scope="module")
def sqlite() -> Iterator[Engine]:
    session = sqlite3.connect(":memory:")
    yield Engine("sqlite", SQLiteDialect(), lambda sql: session.execute(sql).fetchall())
    session.close()


@pytest.fixture(scope="module")
def elephant(postgres: PostgresServer) -> Iterator[Engine]:
    postgres.create_database("expressions")
    with postgres.connect("expressions") as session:
        session.execute("SET TIME ZONE 'UTC'")
        dialect = PGDialect_psycopg(paramstyle="named")  # type: ignore[no-untyped-call]
        yield Engine("postgresql", dialect, lambda sql: session.execute(sql.encode()).fetchall())


@pytest.fixture(params=["duck", "sqlite", pytest.param("elephant", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """One engine after the other."""
    found: Engine = request.getfixturevalue(request.param)
    return found


def x(kind: Any) -> ColumnElement[Any]:
    """The column that all expressions here are about."""
    return column("x", kind)


# ------------------------------------------------------------ texts

TEXTS = [
    "b",
    "a",
    "B",
    "A",
    "é",
    "z",
    "Z",
    "",
    " ",
    "a ",
    "ß",
    "10",
    "9",
    "_",
    "-",
    "\uffff",
    "\U0001f600",
    "e\u0301",
]


def test_texts_are_ordered_by_code_points(engine: Engine):
    ordered = func.row_number().over(order_by=binary_text(x(String())))
    places = engine.rows(ordered, TEXTS, "text")
    assert [text for _, text in sorted(zip(places, TEXTS, strict=True))] == sorted(TEXTS)
    assert engine.one(func.min(binary_text(x(String()))), TEXTS[:7], "text") == "A"
    assert engine.one(func.max(binary_text(x(String()))), TEXTS, "text") == "\U0001f600"


PADDED = ["ab  ", "ab\t", "ab\u00a0", "ab\u3000 ", " ab ", "   ", "", None]


def test_only_blanks_are_padding(engine: Engine):
    found = engine.rows(without_padding(x(String())), PADDED, "text")
    assert found == ["ab", "ab\t", "ab\u00a0", "ab\u3000", " ab", "", "", None]
    found = engine.rows(without_blanks(x(String())), PADDED, "text")
    assert found == ["ab", "ab\t", "ab\u00a0", "ab\u3000", "ab", "", "", None]


@pytest.mark.postgres
def test_padding_of_a_fixed_text_goes(elephant: Engine):
    length = func.length(without_padding(x(CHAR(6))))
    assert elephant.rows(length, ["ab", "", " a"], "char") == [2, 0, 2]


US = "\x1f"
PARTS = ["", "a", "V", US, US + US, US + "V", "V" + US, "a" + US, US + "a", "aV", US + "V" + US]


def test_framed_parts_are_never_mistaken_for_others(engine: Engine):
    """All pairs and triples of texts made of the separator and the letter beside it: no two texts are alike."""
    tuples = [*itertools.product(PARTS, repeat=2), *itertools.product(PARTS[:6], repeat=3)]
    for size in (2, 3):
        whole = framed([column(f"c{i}", String()) for i in range(size)])
        chosen = [each for each in tuples if len(each) == size]
        rows = [
            ", ".join(f"{engine.literal(part)} AS c{i}" for i, part in enumerate(parts))
            for parts in chosen
        ]
        texts = [row[0] for row in engine.run(whole, engine.source(rows))]
        assert len(set(texts)) == len(texts) == len(chosen)


def test_framed_is_null_when_a_part_is(engine: Engine):
    whole = framed([x(Integer()), literal_column("'b'", String())])
    assert engine.rows(whole, [1, None], "small") == [f"1{US}Vb", None]


# ------------------------------------------------------------ numbers


def test_booleans_are_numbers(engine: Engine):
    assert engine.rows(as_integer(x(Boolean())), [True, False, None], "boolean") == [1, 0, None]
    assert engine.one(func.sum(as_integer(x(Boolean()))), [True, False, None, True], "boolean") == 2


def test_casts(engine: Engine):
    assert engine.rows(as_double(x(Integer())), [1, None], "small") == [1.0, None]
    assert engine.rows(as_text(x(Integer())), [-12, None], "small") == ["-12", None]


BIG = 2**63 - 1


def test_sums_of_whole_numbers_are_exact_beyond_64_bits(engine: Engine):
    if engine.name == "sqlite":
        with pytest.raises(sqlite3.OperationalError, match="overflow"):
            engine.one(exact_sum(x(BigInteger())), [BIG, BIG], "integer")
        assert engine.one(exact_sum(x(BigInteger())), [BIG, -1, None], "integer") == BIG - 1
        return
    assert engine.one(exact_sum(x(BigInteger())), [BIG, BIG, BIG, None], "integer") == 3 * BIG
    assert engine.one(exact_sum(x(BigInteger())), [-BIG, -BIG, 1], "integer") == 1 - 2 * BIG
    assert engine.one(exact_sum(x(Integer())), [2**31 - 1] * 3, "small") == 3 * (2**31 - 1)


def test_sums_of_decimals_are_exact(engine: Engine):
    values = [Decimal("0.1"), Decimal("0.2"), Decimal("-0.3"), Decimal("123456789.125"), None]
    found = engine.one(exact_sum(x(Numeric(18, 3))), values, "decimal")
    assert found == (
        pytest.approx(123456789.125) if engine.name == "sqlite" else Decimal("123456789.125")
    )
    assert engine.one(exact_sum(x(Numeric(18, 3))), [], "decimal") is None


def test_rounding_is_half_away_from_zero(engine: Engine):
    values = [Decimal("2.5"), Decimal("-2.5"), Decimal("2.25"), Decimal("-2.25"), None]
    assert engine.rows(rounded(x(Numeric(18, 3)), 0), values, "decimal") == [3, -3, 2, -2, None]
    tenths = engine.rows(rounded(x(Numeric(18, 3)), 1), values[2:], "decimal")
    assert [None if t is None else round(float(t), 6) for t in tenths] == [2.3, -2.3, None]
    doubles = engine.rows(rounded(x(Double()), 2), [1.006, -0.125, 1e15, None], "double")
    assert doubles == [1.01, -0.13, 1e15, None]


@pytest.mark.parametrize(
    "values", [[1, 2, 4, 8], [5], [], [7, 7, 7], [None, 1, 3], [-(2**40), 2**40], list(range(100))]
)
def test_the_deviation_is_that_of_a_sample(engine: Engine, values: list[int | None]):
    there = [value for value in values if value is not None]
    expected = statistics.stdev(there) if len(there) > 1 else None
    for kind, data_type in (
        ("integer", BigInteger()),
        ("decimal", Numeric(18, 3)),
        ("double", Double()),
    ):
        found = engine.one(sample_deviation(x(data_type), near=literal_column("3")), values, kind)
        assert found == (
            None if expected is None else pytest.approx(expected, rel=1e-12, abs=1e-12)
        )


def test_infinite_values_break_no_deviation(duck: Engine):
    assert duck.one(
        sample_deviation(x(Double()), near=literal_column("3")),
        [1.0, 3.0, math.inf, math.nan],
        "double",
    ) == pytest.approx(2**0.5)


def test_rows_are_counted_when_a_condition_holds(engine: Engine):
    assert engine.one(count_when(x(Integer()) > 1), [1, 2, 3, None], "small") == 2


# ------------------------------------------------------------ periods

DAYS = [
    dt.date(1, 1, 1),
    dt.date(1, 1, 7),
    dt.date(1600, 2, 29),
    dt.date(1899, 12, 31),
    dt.date(1900, 1, 1),
    dt.date(1969, 12, 31),
    dt.date(1970, 1, 1),
    dt.date(2020, 12, 27),
    dt.date(2020, 12, 28),
    dt.date(2021, 1, 3),
    dt.date(2021, 1, 4),
    dt.date(2024, 2, 29),
    dt.date(2024, 3, 31),
    dt.date(2024, 4, 1),
    dt.date(2024, 12, 29),
    dt.date(2024, 12, 30),
    dt.date(2024, 12, 31),
    dt.date(2025, 1, 1),
    dt.date(9999, 12, 31),
]
TIMES = [dt.time(), dt.time(0, 59, 59, 999_999), dt.time(12), dt.time(23, 59, 59, 999_999)]
MOMENTS = [dt.datetime.combine(day, time) for day in DAYS for time in TIMES]


def start(moment: dt.datetime, unit: PeriodUnit) -> dt.datetime:
    """The first moment of the period, by the calendar of Python."""
    day = dt.datetime.combine(moment.date(), dt.time())
    match unit:
        case PeriodUnit.HOUR:
            return day.replace(hour=moment.hour)
        case PeriodUnit.DAY:
            return day
        case PeriodUnit.WEEK:
            return day - dt.timedelta(days=day.weekday())
        case PeriodUnit.MONTH:
            return day.replace(day=1)
        case PeriodUnit.QUARTER:
            return day.replace(month={1: 1, 2: 4, 3: 7, 4: 10}[-(-day.month // 3)], day=1)
        case PeriodUnit.YEAR:
            return day.replace(month=1, day=1)


def moment_of(value: Any) -> dt.datetime | None:
    """What an engine gives for a date or timestamp: SQLite gives its text."""
    match value:
        case None:
            return None
        case str():
            return dt.datetime.fromisoformat(value)
        case dt.datetime():
            return value.replace(tzinfo=None)
        case _:
            return dt.datetime.combine(value, dt.time())


@pytest.mark.parametrize("unit", PeriodUnit)
def test_a_period_starts_where_the_calendar_says(engine: Engine, unit: PeriodUnit):
    for values, kind, data_type in (
        (MOMENTS, "timestamp", DateTime()),
        (MOMENTS, "instant", DateTime(timezone=True)),
        (DAYS, "date", Date()),
    ):
        found = engine.rows(period_start(x(data_type), unit), [*values, None], kind)
        moments = [dt.datetime.fromisoformat(value.isoformat()) for value in values]
        assert [moment_of(value) for value in found] == [
            *(start(each, unit) for each in moments),
            None,
        ]


def test_periods_of_a_day_and_longer_start_on_a_date(engine: Engine):
    for unit in PeriodUnit:
        (found,) = engine.rows(
            period_start(x(DateTime()), unit), [dt.datetime(2024, 5, 1, 13)], "timestamp"
        )
        if engine.name == "sqlite":
            assert len(found) == (19 if unit is PeriodUnit.HOUR else 10)
        else:
            assert type(found) is (dt.datetime if unit is PeriodUnit.HOUR else dt.date)


FOLLOWING: dict[PeriodUnit, Callable[[dt.datetime], dt.datetime]] = {
    PeriodUnit.HOUR: lambda day: day + dt.timedelta(hours=1),
    PeriodUnit.DAY: lambda day: day + dt.timedelta(days=1),
    PeriodUnit.WEEK: lambda day: day + dt.timedelta(days=7),
    PeriodUnit.MONTH: lambda day: _months_later(day, 1),
    PeriodUnit.QUARTER: lambda day: _months_later(day, 3),
    PeriodUnit.YEAR: lambda day: _months_later(day, 12),
}


def _months_later(day: dt.datetime, months: int) -> dt.datetime:
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)


@pytest.mark.parametrize("unit", PeriodUnit)
def test_shifted_by_one_is_the_following_period(engine: Engine, unit: PeriodUnit):
    starts = sorted({start(moment, unit) for moment in MOMENTS if moment.year < 9999})
    following = shifted(period_start(x(DateTime()), unit), 1, unit)
    found = [moment_of(value) for value in engine.rows(following, starts, "timestamp")]
    assert found == [FOLLOWING[unit](each) for each in starts]


def test_shifted_goes_back_too(engine: Engine):
    may = dt.datetime(2024, 5, 1)
    for count, unit, expected in (
        (-2, PeriodUnit.MONTH, dt.datetime(2024, 3, 1)),
        (-1, PeriodUnit.WEEK, dt.datetime(2024, 4, 24)),
        (0, PeriodUnit.DAY, may),
        (-24, PeriodUnit.HOUR, dt.datetime(2024, 4, 30)),
        (5, PeriodUnit.QUARTER, dt.datetime(2025, 8, 1)),
    ):
        (found,) = engine.rows(shifted(x(DateTime()), count, unit), [may], "timestamp")
        assert moment_of(found) == expected


def test_values_and_rows_are_counted(engine: Engine):
    values = [3, None, 3, 5]
    assert engine.one(count_of(), values, "integer") == 4
    assert engine.one(count_of(x(Integer())), values, "integer") == 3
    assert engine.one(count_of(x(Integer()).distinct()), values, "integer") == 2
    assert engine.rows(count_of(x(Integer())).over(), values, "integer") == [3, 3, 3, 3]


def test_nulls_come_last_in_a_window_too(engine: Engine):
    number = func.row_number().over(order_by=[nulls_last(x(Integer()))])
    assert engine.rows(number, [None, 7, 5], "integer") == [3, 2, 1]


# ------------------------------------------------------------ engines that are not here

T = table("t", column("c", String()), column("n", Integer()), column("d", Numeric(18, 3)), column("f", Double()),
          column("at", DateTime()), column("b", Boolean()), column("zoned", DateTime(timezone=True)),
          column("on_day", Date()), column("u", Uuid()), column("x", LargeBinary()))  # fmt: skip

EXPRESSIONS: dict[str, ColumnElement[Any]] = {
    "binary_text": binary_text(T.c.c),
    "without_padding": without_padding(T.c.c),
    "without_blanks": without_blanks(T.c.c),
    "exact_sum of whole numbers": exact_sum(T.c.n),
    "exact_sum of decimals": exact_sum(T.c.d),
    "rounded": rounded(T.c.d, 2),
    "as_integer": as_integer(T.c.b),
    "as_double": as_double(T.c.n),
    "as_text": as_text(T.c.n),
    "sample_deviation": sample_deviation(T.c.n, near=literal_column("3")),
    "framed": framed([T.c.n, T.c.c]),
    "count_of rows": count_of(),
    "count_of different values": count_of(T.c.c.distinct()),
    "nulls_last": nulls_last(T.c.n),
    **{
        f"as_text of {name}": as_text(T.c[name])
        for name in ("c", "d", "f", "at", "zoned", "on_day", "u", "x")
    },
    "period_start of a zoned moment": period_start(T.c.zoned, PeriodUnit.DAY),
    **{f"period_start {unit}": period_start(T.c.at, unit) for unit in PeriodUnit},
    **{f"shifted {unit}": shifted(T.c.at, 1, unit) for unit in PeriodUnit},
}

SQL_SERVER = {
    "binary_text": "(t.c COLLATE Latin1_General_100_BIN2)",
    "without_padding": "RTRIM(t.c)",
    "without_blanks": "LTRIM(RTRIM(t.c))",
    "exact_sum of whole numbers": "SUM(CAST(t.n AS DECIMAL(38, 0)))",
    "exact_sum of decimals": "SUM(t.d)",
    "rounded": "ROUND(t.d, 2)",
    "as_integer": "CASE WHEN t.b = 0 THEN 0 WHEN (t.b IS NOT NULL) THEN 1 END",
    "as_double": "CAST(t.n AS DOUBLE PRECISION)",
    "as_text": "CAST(t.n AS VARCHAR(60))",
    "sample_deviation": "STDEV(CAST(t.n AS DOUBLE PRECISION))",
    "framed": (
        "CAST(t.n AS VARCHAR(60)) + CHAR(31) + 'V' + replace(CAST(t.c AS NVARCHAR(MAX)), CHAR(31), CHAR(31) + CHAR(31))"
    ),
    "count_of rows": "COUNT_BIG(*)",
    "count_of different values": "COUNT_BIG(DISTINCT t.c)",
    "nulls_last": "CASE WHEN t.n IS NULL THEN 1 ELSE 0 END, t.n",
    "as_text of c": "CAST(t.c AS NVARCHAR(MAX))",
    "as_text of d": "CAST(CAST(t.d AS DECIMAL(18, 3)) AS VARCHAR(60))",
    "as_text of f": "CONVERT(VARCHAR(40), t.f, 3)",
    "as_text of at": "CONVERT(VARCHAR(40), t.at, 121)",
    "as_text of zoned": "CONVERT(VARCHAR(40), SWITCHOFFSET(t.zoned, '+00:00'), 121)",
    "as_text of on_day": "CONVERT(VARCHAR(40), t.on_day, 121)",
    "as_text of u": "LOWER(CONVERT(CHAR(36), t.u))",
    "as_text of x": "CONVERT(VARCHAR(MAX), CAST(t.x AS VARBINARY(MAX)), 2)",
    "period_start of a zoned moment": "CAST(SWITCHOFFSET(t.zoned, '+00:00') AS DATE)",
    "period_start hour": "DATEADD(HOUR, DATEPART(HOUR, t.at), CAST(CAST(t.at AS DATE) AS DATETIME2(0)))",
    "period_start day": "CAST(t.at AS DATE)",
    "period_start week": (
        "DATEADD(DAY, -(DATEDIFF(DAY, CAST('0001-01-01' AS DATE), t.at) % 7), CAST(t.at AS DATE))"
    ),
    "period_start month": "DATEFROMPARTS(YEAR(t.at), MONTH(t.at), 1)",
    "period_start quarter": "DATEFROMPARTS(YEAR(t.at), DATEPART(QUARTER, t.at) * 3 - 2, 1)",
    "period_start year": "DATEFROMPARTS(YEAR(t.at), 1, 1)",
    "shifted hour": "DATEADD(HOUR, 1, t.at)",
    "shifted day": "DATEADD(DAY, 1, t.at)",
    "shifted week": "DATEADD(DAY, 7, t.at)",
    "shifted month": "DATEADD(MONTH, 1, t.at)",
    "shifted quarter": "DATEADD(MONTH, 3, t.at)",
    "shifted year": "DATEADD(YEAR, 1, t.at)",
}


def test_the_sql_for_sql_server():
    dialect = MSDialect()  # type: ignore[no-untyped-call]
    written = {
        name: str(each.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        for name, each in EXPRESSIONS.items()
    }
    assert written == SQL_SERVER


SNOWFLAKE = {
    "binary_text": "COLLATE(t.c, 'utf8')",
    "shifted quarter": "DATEADD(MONTH, 3, t.at)",
    "period_start week": "CAST(DATE_TRUNC('week', t.at) AS DATE)",
    "period_start hour": "CAST(DATE_TRUNC('hour', t.at) AS TIMESTAMP_NTZ)",
    "period_start of a zoned moment": "CAST(DATE_TRUNC('day', CONVERT_TIMEZONE('UTC', t.zoned)) AS DATE)",
    "without_blanks": "TRIM(t.c, ' ')",
    "count_of rows": "count(*)",
    "nulls_last": "t.n NULLS LAST",
    "as_text of c": "CAST(t.c AS VARCHAR)",
    "as_text of at": "TO_VARCHAR(t.at, 'YYYY-MM-DD HH24:MI:SS.FF9')",
    "as_text of zoned": "TO_VARCHAR(CONVERT_TIMEZONE('UTC', t.zoned), 'YYYY-MM-DD HH24:MI:SS.FF9')",
    "as_text of on_day": "TO_VARCHAR(t.on_day, 'YYYY-MM-DD')",
}


@pytest.mark.parametrize("name", SNOWFLAKE)
def test_what_we_wrote_for_snowflake(name: str):
    written = whole_sql(EXPRESSIONS[name], rendering_dialect("snowflake"))
    assert written.replace('"', "") == SNOWFLAKE[name]  # every name is quoted there
