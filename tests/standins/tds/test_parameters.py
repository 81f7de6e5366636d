"""Do values that are bound arrive as they were?"""

import datetime as dt
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.standins.fixtures import connect_microsoft, needs_microsofts_driver
from tests.standins.tds import TdsServer

pytestmark = needs_microsofts_driver

VALUES = [
    None, True, 0, -(2**31), 2**63 - 1, 1.5, Decimal("-12345678901234567890.123456789"), "", "it's \U0001f600",
    "x" * 9000, b"", b"\0\xff" * 5000, dt.date(1753, 1, 1), dt.time(23, 59, 59, 999999), dt.datetime.fromisoformat("9999-12-31 23:59:59.999999"),
    dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(minutes=-210))), UUID(int=2**127 + 5),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:30])
def test_a_bound_value_comes_back(microsoft: Any, value: Any) -> None:
    found = microsoft.execute("SELECT ? AS v", value).fetchone()[0]
    assert found == value


def test_a_bound_null_fits_every_type(tds_server: TdsServer, microsoft: Any) -> None:
    tds_server.define(
        "CREATE TABLE nulls (a int, b nvarchar(5), c datetime2, d decimal(5,2), e varbinary(max), f uniqueidentifier, g bit)"
    )
    try:
        microsoft.execute("INSERT INTO nulls VALUES (?, ?, ?, ?, ?, ?, ?)", *[None] * 7)
        assert tuple(microsoft.execute("SELECT * FROM nulls").fetchone()) == (None,) * 7
    finally:
        tds_server.define("DROP TABLE nulls")


def test_many_rows_are_inserted_at_once(tds_server: TdsServer, microsoft: Any) -> None:
    tds_server.define(
        "CREATE TABLE many (id int NOT NULL, name nvarchar(20), amount decimal(10,2))"
    )
    rows = [
        (number, f"n{number}" if number % 3 else None, Decimal(number) / 4) for number in range(200)
    ]
    try:
        microsoft.executemany("INSERT INTO many (id, name, amount) VALUES (?, ?, ?)", rows)
        found = microsoft.execute("SELECT * FROM many WHERE id >= ? ORDER BY id", 0).fetchall()
        assert [tuple(row) for row in found] == rows
    finally:
        tds_server.define("DROP TABLE many")


@pytest.fixture(scope="module")
def kept(tds_server: TdsServer) -> Iterator[Any]:
    """A connection for all examples of a law."""
    connection = connect_microsoft(tds_server)
    connection.setautocommit(True)
    yield connection.cursor()
    connection.close()


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
ROWS = st.tuples(
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.decimals(-(10**15), 10**15, places=4),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | TEXTS,
    st.none() | st.binary(max_size=40),
    st.none() | st.dates(dt.date(1753, 1, 1)),  # the driver binds no earlier ones
    st.none() | st.datetimes(dt.datetime.fromisoformat("1753-01-01")),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(row=ROWS)
def test_any_row_that_is_bound_and_cast_comes_back(kept: Any, row: tuple[Any, ...]) -> None:
    found = kept.execute(
        "SELECT CAST(? AS bigint), CAST(? AS decimal(38,4)), CAST(? AS float), CAST(? AS nvarchar(max)),"
        " CAST(? AS varbinary(max)), CAST(? AS date), CAST(? AS datetime2(6))",
        *row,
    ).fetchone()
    for told, value in zip(found, row, strict=True):
        assert told == value
        if isinstance(value, float):
            assert math.copysign(1, told) == math.copysign(1, value)


def test_a_prepared_statement_forgets_nothing_between_rows(microsoft: Any) -> None:
    for value in ("a", "bb", None, "ж"):
        assert microsoft.execute("SELECT ? + N'!' AS v", value).fetchone()[0] == (
            value and value + "!"
        )
