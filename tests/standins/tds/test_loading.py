"""Do rows that are put in past the protocol become values of their T-SQL types?"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import duckdb
import pytest
from tests.standins.tds import TdsServer

GUID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"

LOADED: dict[str, tuple[str, Any]] = {
    "int": ("7::INTEGER", 7),
    "bit": ("true", True),
    "decimal(9,2)": ("1.25::DECIMAL(5,2)", Decimal("1.25")),
    "money": ("1.2345::DOUBLE", Decimal("1.2345")),
    "float": ("0.5::FLOAT", 0.5),
    "date": ("DATE '2024-02-29'", dt.date(2024, 2, 29)),
    "time(7)": ("TIME '12:34:56.123456'", dt.time(12, 34, 56, 123456)),
    "datetime2(0)": ("TIMESTAMP '2024-01-01 00:00:00.6'", "2024-01-01 00:00:01"),
    "datetime2(7)": ("TIMESTAMP_NS '1969-12-31 23:59:59.9999999'", "1969-12-31 23:59:59.999999"),
    "datetime2(6)": ("TIMESTAMP '0001-01-01 00:00:00.000001'", "0001-01-01 00:00:00.000001"),
    "datetime2(3)": ("DATE '9999-12-31'", "9999-12-31 00:00:00"),
    "datetime": ("TIMESTAMP '2024-01-01 00:00:00.005'", "2024-01-01 00:00:00.006666"),
    "smalldatetime": ("TIMESTAMP_S '2024-01-01 00:00:31'", "2024-01-01 00:01:00"),
    "datetimeoffset(6)": ("TIMESTAMPTZ '2024-01-01 05:30:00+05:30'", "2024-01-01 00:00:00+00:00"),
    "uniqueidentifier": (f"'{GUID}'", UUID(GUID)),
    "char(4)": ("'ab'", "ab  "),
    "varchar(9)": ("'aЖé'", "a?é"),
    "nvarchar(9)": ("'aЖ'", "aЖ"),
    "varbinary(9)": ("'\\x00\\xFF'::BLOB", b"\0\xff"),
    "binary(3)": ("'\\x01'::BLOB", b"\x01\0\0"),
    "xml": ("'<a/>'", "<a/>"),
}
"""By type: a value in DuckDB's SQL, and what a client gets (moments as text)."""


@pytest.fixture(scope="module")
def loaded(tds_server: TdsServer) -> Iterator[dict[str, str]]:
    """One table of all types with one row of values, one of NULL, and a column that the rows lack."""
    names = {sql_type: f"c{number}" for number, sql_type in enumerate(LOADED)}
    columns = ", ".join(f"{name} {sql_type}" for sql_type, name in names.items())
    values = ", ".join(
        f"{LOADED[sql_type][0]} AS {name.upper()}" for sql_type, name in names.items()
    )
    rows = duckdb.sql(f"SELECT 1 AS id, {values}").to_arrow_table()
    tds_server.create_table(
        f"CREATE TABLE loaded (id int, {columns}, extra nvarchar(5) NULL)", rows
    )
    assert tds_server.load("dbo.loaded", duckdb.sql("SELECT 2 AS id").to_arrow_table()) == 1
    yield names
    tds_server.define("DROP TABLE loaded")


@pytest.mark.parametrize("sql_type", LOADED)
def test_a_value_is_loaded_as_its_type(loaded: dict[str, str], cursor: Any, sql_type: str) -> None:
    cursor.execute(f"SELECT {loaded[sql_type]}, extra FROM loaded ORDER BY id")
    (found, extra), (nothing, _) = cursor.fetchall()
    expected = LOADED[sql_type][1]
    if isinstance(found, dt.datetime):
        expected = dt.datetime.fromisoformat(str(expected))
        if (
            sql_type == "datetime"
        ):  # its three-hundredths of a second come as 6 or as 7 milliseconds
            expected = expected.replace(microsecond=7000)
    assert (found, extra, nothing) == (expected, None, None)


def test_a_table_that_is_not_there_is_told(tds_server: TdsServer) -> None:
    with pytest.raises(LookupError, match=r"no table dbo\.nothing"):
        tds_server.load("dbo.nothing", duckdb.sql("SELECT 1 AS id").to_arrow_table())
