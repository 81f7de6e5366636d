"""Values written into SQL: of the right type, and unable to end their own literal."""

import datetime as dt
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.connections.conftest import Shop

from ombudsman.connections.literals import whole_sql
from ombudsman.connections.reader import Reader
from ombudsman.connections.rendering import rendering_dialect
from ombudsman.model.errors import Unsupported

VALUES: list[Any] = [
    "",
    "it's",
    "'; DROP TABLE orders; --",
    "\\' OR 1=1 --",
    "\\",
    "\\\\x27",
    "$$ $1 ${x} :name %s %% %(x)s ?",
    "line\nbreak\ttab\r",
    "/* -- */",
    "grüße 🔑 \u202e",
    0,
    -1,
    2**40,
    True,
    False,
    dt.date(2024, 2, 29),
    dt.date(1, 1, 1),
    dt.datetime(2024, 2, 29, 23, 59, 59, 999_999),  # noqa: DTZ001 - it has no zone
]
TYPED_ONLY: list[Any] = [
    2**63 - 1,
    Decimal("0.000000000000000001"),
    Decimal("-12345678901234567890.123456789012345678"),
    Decimal("1E+5"),
    0.1,
    1e300,
    -0.0,
    5e-324,
    float("inf"),
    dt.datetime(2024, 2, 29, 12, tzinfo=dt.timezone(dt.timedelta(hours=2))),
    dt.time(12, 30, 0, 5),
    dt.timedelta(days=-3, microseconds=1),
    UUID("a8098c1a-f86e-11da-bd1a-00112444be1e"),
    b"",
    b"\x00'\xff\\",
]


@pytest.fixture
def reader(shop: Shop) -> Iterator[Reader]:
    with shop.connection() as connection, connection.open() as opened:
        yield opened


def test_a_value_comes_back_as_it_went_in(shop: Shop, reader: Reader):
    for value in VALUES + ([] if shop.engine == "sqlite" else TYPED_ONLY):
        statement = sa.select(sa.literal(value).label("v"))
        bound = reader.query(statement)
        written = reader.query(bound.sql)
        if shop.engine == "sqlite" and isinstance(value, dt.date):
            assert written.rows == [(value.isoformat(*[" "] * isinstance(value, dt.datetime)),)]
            continue
        assert bound.rows == written.rows == [(value,)], (value, bound.sql)
        if shop.engine != "sqlite":
            assert type(bound.rows[0][0]) is type(written.rows[0][0]), (value, bound.sql)


def test_a_float_stays_a_float_and_nan_stays_nan(shop: Shop, reader: Reader):
    if shop.engine == "sqlite":
        pytest.skip("SQLite has no NaN")
    got = reader.query(sa.select(sa.literal(float("nan"))))
    (value,) = reader.query(got.sql).rows[0]
    assert math.isnan(value)


def test_null_lists_and_typed_comparisons_are_written(shop: Shop, reader: Reader):
    orders = sa.table("orders", sa.column("id", sa.Integer), sa.column("made", sa.Date))
    statement = (
        sa.select(orders.c.id)
        .where(orders.c.id.in_([1, 2, 3]), orders.c.made.in_([dt.date(2024, 1, 31), None]))
        .where(sa.func.coalesce(sa.null(), sa.literal(1)) == 1)
    )
    got = reader.query(statement)
    assert got.rows == reader.query(got.sql).rows == [(1,)]
    assert got.sql.count("[POSTCOMPILE") == 0


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    text=st.text(
        st.one_of(
            st.sampled_from("'\"\\%:$?;-/*{}()\n\r\t \u2019\u02bc\uff07"),
            st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"),
        ),
        max_size=30,
    )
)
def test_no_text_ends_its_literal(reader: Reader, text: str):
    statement = sa.select(sa.literal(text, sa.String), sa.literal("end", sa.String))
    got = reader.query(statement)
    assert got.rows == [(text, "end")]
    assert reader.query(got.sql).rows == [(text, "end")]
    streamed = [tuple(row.values()) for b in reader.stream(got.sql) for row in b.to_pylist()]
    assert streamed == [(text, "end")]


def test_a_nul_never_cuts_a_text(reader: Reader):
    with pytest.raises(Unsupported, match="NUL"):
        reader.query(sa.select(sa.literal("a\x00'; DROP TABLE orders; --", sa.String)))


def test_what_no_literal_exists_for_is_unsupported(reader: Reader):
    with pytest.raises(Unsupported):
        reader.query(sa.select(sa.literal(object(), sa.types.NullType())))


# ------------------------------------------------------------ engines that are not here

WRITTEN: dict[str, list[tuple[Any, str]]] = {
    "mssql": [
        ("it's \\", "'it''s \\'"),
        ("Łódź", "N'Łódź'"),
        (True, "CAST(1 AS BIT)"),
        (0.1, "CAST('0.1' AS DOUBLE PRECISION)"),
        (Decimal("1E+5"), "CAST(100000 AS DECIMAL(6, 0))"),
        (dt.date(2024, 2, 29), "CAST('2024-02-29' AS DATE)"),
        (dt.datetime(2024, 2, 29, 12), "CAST('2024-02-29 12:00:00' AS DATETIME2)"),  # noqa: DTZ001
        (
            dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC),
            "CAST('2024-02-29 12:00:00+00:00' AS DATETIMEOFFSET)",
        ),
        (b"\x00'", "0x0027"),
        (
            UUID("a8098c1a-f86e-11da-bd1a-00112444be1e"),
            "CAST('a8098c1a-f86e-11da-bd1a-00112444be1e' AS UNIQUEIDENTIFIER)",
        ),
    ],
    "snowflake": [
        ("\\' OR 1=1 --", "'\\\\'' OR 1=1 --'"),
        ("Łódź", "'Łódź'"),
        (True, "true"),
        (dt.datetime(2024, 2, 29, 12), "CAST('2024-02-29 12:00:00' AS TIMESTAMP_NTZ)"),  # noqa: DTZ001
        (
            dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC),
            "CAST('2024-02-29 12:00:00+00:00' AS TIMESTAMP_TZ)",
        ),
        (b"\x00'", "TO_BINARY('0027', 'HEX')"),
    ],
}


@pytest.mark.parametrize(
    ("engine", "value", "expected"),
    [(engine, value, text) for engine, cases in WRITTEN.items() for value, text in cases],
)
def test_a_value_is_written_as_the_engine_reads_it(engine: str, value: Any, expected: str):
    written = whole_sql(sa.select(sa.literal(value)), rendering_dialect(engine))
    assert written.replace('"anon_1"', "anon_1") == f"SELECT {expected} AS anon_1"


@pytest.mark.parametrize("engine", WRITTEN)
@pytest.mark.parametrize("text", ["\\", "'", "\\'", "'; DROP TABLE t; --", "\\\\'; --", "é\\'"])
def test_the_parser_of_the_engine_reads_one_text_and_the_same(engine: str, text: str):
    written = whole_sql(sa.select(sa.literal(text)), rendering_dialect(engine))
    (tree,) = sqlglot.parse(written, dialect={"mssql": "tsql"}.get(engine, engine))
    assert tree is not None
    (found,) = (each.name for each in tree.find_all(sqlglot.exp.Literal, sqlglot.exp.National))
    assert found == text


@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_sql_server_has_no_numbers_that_are_not_finite(value: float):
    with pytest.raises(Unsupported, match="SQL Server has no infinite numbers"):
        whole_sql(sa.select(sa.literal(value)), rendering_dialect("mssql"))


def test_an_engine_that_is_not_written_for_is_told_the_nearest():
    with pytest.raises(Unsupported) as raised:
        rendering_dialect("snowflakes")
    assert raised.value.hint == "did you mean 'snowflake'?"
