"""Does every type come through both drivers, with its extreme values and NULL?"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
from tests.standins.fixtures import connect_freetds, needs_microsofts_driver
from tests.standins.tds import TdsServer

GUID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"


def moment(text: str, offset: int | None = None) -> dt.datetime:
    zone = None if offset is None else dt.timezone(dt.timedelta(minutes=offset))
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)


@dataclass(frozen=True)
class Case:
    """Values of a type, as T-SQL writes them, and what the drivers make of them (100 ns are beyond Python)."""

    type: str
    values: dict[str, Any]


CASES = [
    Case("bit", {"0": False, "1": True}),
    Case("tinyint", {"0": 0, "255": 255}),
    Case("smallint", {"-32768": -32768, "32767": 32767}),
    Case("int", {"-2147483648": -(2**31), "2147483647": 2**31 - 1, "0": 0}),
    Case("bigint", {"-9223372036854775808": -(2**63), "9223372036854775807": 2**63 - 1}),
    Case("decimal(5,0)", {"-99999": Decimal(-99999), "0": Decimal(0)}),
    Case("decimal(12,2)", {"-1234567890.12": Decimal("-1234567890.12"), "0.01": Decimal("0.01")}),
    Case("decimal(19,4)", {"922337203685477.5807": Decimal("922337203685477.5807")}),
    Case("decimal(28,28)", {"0.0000000000000000000000000001": Decimal("1E-28")}),
    Case("decimal(38,0)", {"9" * 38: Decimal("9" * 38), "-" + "9" * 38: Decimal("-" + "9" * 38)}),
    Case("decimal(38,38)", {"-0." + "9" * 38: Decimal("-0." + "9" * 38)}),
    Case("numeric(9,9)", {"0.123456789": Decimal("0.123456789")}),
    Case("money", {"922337203685477.5807": Decimal("922337203685477.5807"), "-0.0001": Decimal("-0.0001"), "-922337203685477.5808": Decimal("-922337203685477.5808")}),
    Case("smallmoney", {"214748.3647": Decimal("214748.3647"), "-214748.3648": Decimal("-214748.3648")}),
    Case("float", {"1.7976931348623157e308": 1.7976931348623157e308, "5e-324": 5e-324, "-0.1e0": -0.1, "0": 0.0}),
    Case("real", {"1.5e0": 1.5, "-3.25e0": -3.25, "3.4028234663852886e38": 3.4028234663852886e38}),
    Case("date", {"'0001-01-01'": dt.date(1, 1, 1), "'9999-12-31'": dt.date(9999, 12, 31), "'20240229'": dt.date(2024, 2, 29), "'1969-12-31'": dt.date(1969, 12, 31)}),
    Case("time(0)", {"'23:59:59'": dt.time(23, 59, 59), "'00:00'": dt.time()}),
    Case("time(3)", {"'12:34:56.789'": dt.time(12, 34, 56, 789000)}),
    Case("time(7)", {"'23:59:59.9999999'": dt.time(23, 59, 59, 999999), "'00:00:00.0000010'": dt.time(0, 0, 0, 1)}),
    Case("smalldatetime", {"'1900-01-01'": moment("1900-01-01"), "'2079-06-06 23:59'": moment("2079-06-06 23:59")}),
    Case("datetime", {"'1753-01-01'": moment("1753-01-01"), "'9999-12-31 23:59:59.997'": moment("9999-12-31 23:59:59.997"), "'2024-01-01 10:00:00.004'": moment("2024-01-01 10:00:00.003")}),
    Case("datetime2(0)", {"'0001-01-01'": moment("0001-01-01"), "'2024-02-29 12:00:00.5'": moment("2024-02-29 12:00:01")}),
    Case("datetime2(3)", {"'1969-12-31 23:59:59.999'": moment("1969-12-31 23:59:59.999")}),
    Case("datetime2(7)", {"'9999-12-31 23:59:59.9999999'": moment("9999-12-31 23:59:59.999999"), "'0001-01-01 00:00:00.000001'": moment("0001-01-01 00:00:00.000001")}),
    Case("datetimeoffset(0)", {"'2024-01-01 10:00:00 +05:30'": moment("2024-01-01 10:00:00", 330)}),
    Case("datetimeoffset(7)", {"'2024-06-01 00:00:00.123456 -08:00'": moment("2024-06-01 00:00:00.123456", -480), "'9999-12-31 23:59:59.999999 +00:00'": moment("9999-12-31 23:59:59.999999", 0), "'1969-12-31 23:00:00 +14:00'": moment("1969-12-31 23:00:00", 840)}),
    Case("uniqueidentifier", {f"'{GUID}'": UUID(GUID), f"'{UUID(int=0)}'": UUID(int=0), f"'{UUID(int=2**128 - 1)}'": UUID(int=2**128 - 1)}),
    Case("char(5)", {"'ab'": "ab   ", "N'é€'": "é€   "}),
    Case("varchar(10)", {"''": "", "'  a '": "  a ", "N'é€ß'": "é€ß", "N'Ж'": "?"}),
    Case("varchar(max)", {"''": "", "REPLICATE(CAST('ab' AS varchar(max)), 10000)": "ab" * 10_000, "N'naïve€'": "naïve€"}),
    Case("varchar(20) COLLATE Latin1_General_100_CI_AS_SC_UTF8", {"N'Жук€'": "Жук€"}),
    Case("nchar(4)", {"N'日本'": "日本  "}),
    Case("nvarchar(20)", {"N''": "", "N'日本語 é e\u0301'": "日本語 é e\u0301", "N'\U0001f600x'": "\U0001f600x", "N'it''s'": "it's"}),
    Case("nvarchar(max)", {"N''": "", "REPLICATE(CAST(N'\U0001f600Жa' AS nvarchar(max)), 9000)": "\U0001f600Жa" * 9000}),
    Case("text", {"'old'": "old", "''": ""}),
    Case("ntext", {"N'Ж\U0001f600'": "Ж\U0001f600", "N''": ""}),
    Case("xml", {"N'<a>\u00e9</a>'": "<a>\u00e9</a>"}),
    Case("binary(4)", {"0x01": b"\x01\0\0\0", "0xFFFFFFFF": b"\xff" * 4}),
    Case("varbinary(8)", {"0x": b"", "0x00FF": b"\0\xff"}),
    Case("varbinary(max)", {"0x": b"", "CAST(REPLICATE(CAST('a' AS varchar(max)), 70000) AS varbinary(max))": b"a" * 70_000}),
    Case("image", {"0x0102": b"\x01\x02"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def types(tds_server: TdsServer) -> Iterator[TdsServer]:
    """One table per case: `id` from 1, the value, and at last NULL."""
    for number, case in enumerate(CASES):
        rows = ", ".join(f"({index}, {value})" for index, value in enumerate(case.values, 1))
        tds_server.define(
            f"CREATE TABLE type_{number} (id int NOT NULL, v {case.type});"
            f"INSERT INTO type_{number} VALUES {rows};"
            f"INSERT INTO type_{number} VALUES ({len(case.values) + 1}, NULL)"
        )
    yield tds_server
    for number in range(len(CASES)):
        tds_server.define(f"DROP TABLE type_{number}")


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.type for case in CASES])
def test_values_and_null_come_through(types: TdsServer, cursor: Any, number: int) -> None:
    cursor.execute(f"SELECT v FROM type_{number} ORDER BY id")
    found = [row[0] for row in cursor.fetchall()]
    assert found == [*CASES[number].values.values(), None]


@needs_microsofts_driver
@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.type for case in CASES])
def test_values_and_null_come_through_as_arrow(
    types: TdsServer, microsoft: Any, number: int
) -> None:
    expected = [_in_arrow(value) for value in CASES[number].values.values()]
    sql = f"SELECT v FROM type_{number} ORDER BY id"
    tables = [
        microsoft.execute(sql).arrow(),
        pa.Table.from_batches([microsoft.execute(sql).arrow_batch()]),
    ]
    with microsoft.execute(sql).arrow_reader() as reader:  # it ends its result when nobody holds it
        tables.append(reader.read_all())
    for table in tables:
        column = table.column(0)
        if pa.types.is_time64(
            column.type
        ):  # it keeps the seventh digit, which Python's times have not
            column = column.cast(pa.time64("us"), safe=False)
        assert column.to_pylist() == [*expected, None]


def _in_arrow(value: Any) -> Any:
    """As Microsoft's driver puts it in Arrow: identifiers as text, moments with an offset in UTC."""
    if isinstance(value, UUID):
        return str(value).upper()
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC)
    return value


def test_a_row_version_grows_with_every_change(tds_server: TdsServer, cursor: Any) -> None:
    tds_server.define("CREATE TABLE versioned (id int, v rowversion)")
    try:
        tds_server.define(
            "INSERT INTO versioned (id) VALUES (1), (2); UPDATE versioned SET id = 1 WHERE id = 1"
        )
        cursor.execute("SELECT v FROM versioned ORDER BY id DESC")
        (second,), (first,) = cursor.fetchall()
        assert len(first) == 8
        assert first > second
    finally:
        tds_server.define("DROP TABLE versioned")


def test_a_variant_keeps_the_type_within(tds_server: TdsServer, cursor: Any) -> None:
    cursor.execute(
        "SELECT CONVERT(nvarchar(4000), x.v), SQL_VARIANT_PROPERTY(x.v, 'BaseType')"
        " FROM (SELECT CAST(CAST(12.50 AS decimal(6,2)) AS sql_variant) AS v) AS x"
    )
    text, base = cursor.fetchone()
    assert text == "12.50"
    assert base in {"decimal", b"decimal"}


@pytest.mark.parametrize("name", ["geography", "hierarchyid"])
def test_types_of_the_clr_come_as_bytes(tds_server: TdsServer, cursor: Any, name: str) -> None:
    cursor.execute(f"SELECT CAST(0xE6100000 AS {name}) AS v, CAST(NULL AS {name}) AS n")
    assert tuple(cursor.fetchone()) == (b"\xe6\x10\0\0", None)


def test_the_seventh_digit_is_kept_and_shown_as_text(tds_server: TdsServer) -> None:
    """No driver gives it; T-SQL does."""
    connection = connect_freetds(tds_server)
    cursor = connection.cursor()
    cursor.execute(
        "SELECT CONVERT(varchar(40), CAST('9999-12-31 23:59:59.9999999' AS datetime2(7)), 121),"
        " DATEPART(NANOSECOND, CAST('0001-01-01 00:00:00.0000001' AS datetime2(7))),"
        " CONVERT(varchar(40), CAST('2024-01-01 00:00:00.1234567 -03:30' AS datetimeoffset(7)), 121)"
    )
    assert cursor.fetchone() == (
        "9999-12-31 23:59:59.9999999",
        100,
        "2024-01-01 00:00:00.1234567 -03:30",
    )
    connection.close()
