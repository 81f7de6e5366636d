"""What do statements of T-SQL mean here? Values of expressions, and numbers of errors."""

import datetime as dt
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pymssql
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.standins.fixtures import connect_freetds, error_of
from tests.standins.tds import TdsServer

SNAPSHOTS = sorted((Path(__file__).parents[2] / "validators" / "sql").glob("*/mssql_*.sql"))

VALUES: dict[str, Any] = {
    # whole numbers stay whole, and cut towards zero
    "7 / 2": 3,
    "-7 / 2": -3,
    "-7 % 3": -1,
    "CAST(1.9 AS int)": 1,
    "CAST(-1.9 AS int)": -1,
    "CAST(2.5 AS decimal(5,0))": Decimal(3),
    "7.0 / 2": Decimal("3.500000"),
    "CAST(1 AS bigint) & 3": 1,
    "5 & 6 | 8 ^ 1": 13,
    "AVG(x.v)": 1,
    "SUM(x.v)": 3,
    "COUNT_BIG(*)": 2,
    "STDEV(CAST(x.v AS float))": pytest.approx(0.7071067811865476),
    # texts: blanks at the end and letter case do not count, unless the collation says so
    "LEN('ab  ')": 2,
    "DATALENGTH(N'ab')": 4,
    "CASE WHEN 'A' = 'a  ' THEN 1 ELSE 0 END": 1,
    "CASE WHEN 'A' COLLATE Latin1_General_100_BIN2 = 'a' THEN 1 ELSE 0 END": 0,
    "CASE WHEN 'a' COLLATE Latin1_General_100_BIN2 = 'a ' THEN 1 ELSE 0 END": 1,
    "'a' + 'b'": "ab",
    "'a' + NULL": None,
    "CONCAT('a', NULL, 1)": "a1",
    "REPLACE('AbA', 'a', 'x')": "xbx",
    "REPLACE('AbA' COLLATE Latin1_General_100_BIN2, 'a', 'x')": "AbA",
    "CHARINDEX('B', 'abc')": 2,
    "SUBSTRING('abcdef', 2, 3)": "bcd",
    "LEFT('abc', 2) + RIGHT('abc', 1)": "abc",
    "RTRIM('a  ') + LTRIM('  b')": "ab",
    "UPPER('aé')": "AÉ",
    "CHAR(65) + NCHAR(1046)": "AЖ",
    "CASE WHEN 'abc' LIKE '[a-c]b%' THEN 1 ELSE 0 END": 1,
    "CASE WHEN 'abc' LIKE 'A_C' THEN 1 ELSE 0 END": 1,
    "CASE WHEN '50%' LIKE '50!%' ESCAPE '!' THEN 1 ELSE 0 END": 1,
    "CONVERT(varchar(3), 'abcdef')": "abc",
    "ISNULL(CAST(NULL AS varchar(2)), 'abc')": "ab",
    "COALESCE(NULL, 3, 4)": 3,
    "NULLIF('a', 'A')": None,
    "STUFF('abcd', 2, 2, 'x')": "axd",
    "SQUARE(3)": 9.0,
    "CURRENT_USER": "dbo",
    "CAST('2025' AS date)": dt.date(2025, 1, 1),
    "IIF(1 = 1, 'y', 'n')": "y",
    # moments
    "DATEDIFF(DAY, '2024-02-28', '2024-03-01')": 2,
    "DATEDIFF(YEAR, '2023-12-31', '2024-01-01')": 1,
    "DATEDIFF(SECOND, '2024-01-01 00:00:00.9', '2024-01-01 00:00:01')": 1,
    "DATEDIFF_BIG(MICROSECOND, '19700101', CAST('1969-12-31 23:59:59.9999999' AS datetime2(7)))": -1,
    "DATEDIFF(WEEK, '2024-01-06', '2024-01-07')": 1,
    "DATEPART(WEEKDAY, '2024-01-07')": 1,
    "DATEPART(ISO_WEEK, '2024-12-30')": 1,
    "DATEPART(TZOFFSET, CAST('2024-01-01 00:00 -03:30' AS datetimeoffset))": -210,
    "DATEADD(MONTH, 1, CAST('2024-01-31' AS date))": dt.date(2024, 2, 29),
    "DATEADD(DAY, -1, CAST('2024-03-01' AS date))": dt.date(2024, 2, 29),
    "DATEADD(MILLISECOND, 2, CAST('2024-01-01' AS datetime))": dt.datetime.fromisoformat("2024-01-01 00:00:00.003"),
    "EOMONTH('2024-02-01')": dt.date(2024, 2, 29),
    "DATEFROMPARTS(2024, 2, 29)": dt.date(2024, 2, 29),
    "YEAR('2024-02-29') * 100 + MONTH('2024-02-29')": 202402,
    "CAST(SWITCHOFFSET(CAST('2024-01-01 01:00 +05:00' AS datetimeoffset), '+00:00') AS date)": dt.date(2023, 12, 31),
    "CONVERT(varchar(30), CAST('2024-02-29 12:34:56.789' AS datetime), 121)": "2024-02-29 12:34:56.790",
    "CONVERT(varchar(30), CAST('2024-02-29 12:34:56.7891234' AS datetime2(7)), 126)": "2024-02-29T12:34:56.7891234",
    "CONVERT(varchar(8), CAST('2024-02-29' AS date), 112)": "20240229",
    "CAST(CAST('2024-01-01 00:00:00.003' AS datetime) AS datetime2(7))": dt.datetime.fromisoformat("2024-01-01 00:00:00.003333"),
    # bytes and identifiers
    "CONVERT(varchar(10), 0xABCD, 2)": "ABCD",
    "CONVERT(varchar(10), 0xABCD, 1)": "0xABCD",
    "CAST(258 AS binary(4))": b"\0\0\x01\x02",
    "CAST(0xFFFFFFFFFFFFFFFE AS bigint)": -2,
    "CONVERT(varchar(16), CAST(CAST(1.5 AS float) AS binary(8)), 2)": "3FF8000000000000",
    "LOWER(CONVERT(char(36), CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier)))": "6f9619ff-8b86-d011-b42d-00c04fc964ff",
    "CONVERT(varchar(32), HASHBYTES('MD5', 'abc'), 2)": "900150983CD24FB0D6963F7D28E17F72",
    "CONVERT(varchar(32), HASHBYTES('MD5', N'abc'), 2)": "CE1473CF80C6B3FDA8E3DFC006ADC315",
    "CONVERT(varchar(32), HASHBYTES('MD5', CAST(N'é' COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(max))), 2)": "66DDCD97CFDEABB2F6FB8A999B4BC76F",
    "CONVERT(varchar(41), CAST(-0.05 AS decimal(2,2)))": "-0.05",
    "CONVERT(varchar(20), CAST(1.2345 AS money))": "1.23",
    "CONVERT(varchar(20), CAST(1.2345 AS money), 2)": "1.2345",
    "ROUND(-2.567, 1, 1)": Decimal("-2.500"),
    "ROUND(2.5, 0)": Decimal("3.0"),
    "TRY_CAST('x' AS int)": None,
    "TRY_CONVERT(date, 'x')": None,
    # the session and the server
    "DB_NAME()": "test",
    "SCHEMA_NAME()": "dbo",
    "@@TRANCOUNT": 0,
    "CAST(SERVERPROPERTY('ProductVersion') AS varchar(20))": "16.0.1000.6",
    "CASE WHEN @@VERSION LIKE 'Microsoft SQL Server%' THEN 1 ELSE 0 END": 1,
}  # fmt: skip

AGGREGATES = ("AVG(", "SUM(", "COUNT", "STDEV")


@pytest.mark.parametrize("expression", VALUES)
def test_an_expression_has_its_value(freetds: Any, expression: str) -> None:
    tables = " FROM (VALUES (1), (2)) AS x(v)" if expression.startswith(AGGREGATES) else ""
    freetds.execute(f"SELECT {expression} AS v{tables}")
    assert freetds.fetchone()[0] == VALUES[expression]


ERRORS = {
    "SELECT FROM x": 102,
    "SELEC 1": 102,
    "SELECT 'open": 105,
    "SELECT 1 LIMIT 1": 102,
    "SELECT 1::int": 102,
    "SELECT 'a' || 'b'": 102,
    "SELECT v FROM (VALUES (1)) AS x(v) ORDER BY v NULLS LAST": 102,
    "SELECT v FROM (VALUES (1)) AS x(v) GROUP BY": 102,
    "SELECT * FROM (SELECT 1 AS a ORDER BY a) AS t": 1033,
    "WITH c AS (SELECT 1 AS a ORDER BY a) SELECT * FROM c": 1033,
    "SELECT * FROM (SELECT 1 AS a, 2 AS a) AS t": 8156,
    "SELECT * FROM (SELECT 1) AS t": 8155,
    "SELECT LEFT('a')": 174,
    "SELECT * FROM nowhere": 208,
    "SELECT * FROM other.dbo.nowhere": 208,
    "SELECT nothing FROM (VALUES (1)) AS x(v)": 207,
    "SELECT y.v FROM (VALUES (1)) AS x(v)": 4104,
    "SELECT v FROM (VALUES (1)) AS x(v), (VALUES (1)) AS y(v)": 209,
    "SELECT 1 / 0": 8134,
    "SELECT 1.0 / 0": 8134,
    "SELECT 5 % 0": 8134,
    "SELECT CAST(2147483648 AS int)": 8115,
    "SELECT CAST(2147483647 AS int) + 1": 8115,
    "SELECT SUM(x.v) FROM (VALUES (2147483647), (1)) AS x(v)": 8115,
    "SELECT CAST(1234.5 AS decimal(4,2))": 8115,
    "SELECT CAST(300 AS tinyint)": 220,
    "SELECT CAST(40000 AS smallint)": 220,
    "SELECT CAST('x' AS int)": 245,
    "SELECT CAST('1.5' AS int)": 245,
    "SELECT CAST('x' AS decimal(4,2))": 8114,
    "SELECT CAST('x' AS date)": 241,
    "SELECT CAST('2024-02-30' AS date)": 242,
    "SELECT CAST('x' AS uniqueidentifier)": 8169,
    "SELECT DATEADD(DAY, 1, CAST('9999-12-31' AS datetime2))": 517,
    "SELECT nosuch(1)": 195,
    "SELECT @nosuch": 137,
    "SELECT MIN(CAST(1 AS bit))": 8117,
    "SELECT SUM('a')": 8117,
    "SELECT 1 UNION SELECT 2, 3": 205,
    "SELECT (SELECT 1 UNION SELECT 2)": 512,
    "SELECT 'a' COLLATE Latin1_General_CI_AS FROM (VALUES (1)) AS x(v) WHERE v COLLATE Latin1_General_BIN2 = 1": 447,
    "COMMIT": 3902,
    "ROLLBACK": 3903,
    "USE nowhere": 911,
    "EXEC sp_nosuch": 49_999,
    "SELECT 1 WHERE 1": 4145,
}


@pytest.mark.parametrize("statement", ERRORS)
def test_an_error_has_its_number_and_the_session_goes_on(freetds: Any, statement: str) -> None:
    assert f"({ERRORS[statement]}, " in error_of(freetds, statement)
    freetds.execute("SELECT 1")
    assert freetds.fetchall() == [(1,)]


@pytest.fixture(scope="module")
def shop(tds_server: TdsServer) -> Any:
    """The tables that the statements of our validators read."""
    tds_server.define(
        "CREATE SCHEMA shop;"
        "CREATE TABLE shop.customers (customer_key int, code varchar(20), name nvarchar(50), valid_from date,"
        " valid_to date, is_current bit);"
        "CREATE TABLE shop.orders (order_id int, customer_key int, code varchar(20), ordered date, loaded datetime2(6),"
        " region nvarchar(20), area nvarchar(20), quantity int, amount decimal(12,2), discount float, is_paid bit,"
        " voucher uniqueidentifier);"
        "CREATE TABLE shop.readings (meter uniqueidentifier, read_at datetimeoffset(6), kind nvarchar(9), level real);"
        "INSERT INTO shop.orders VALUES (1, 2, 'A-1', '2024-01-01', '2024-01-02 06:00:00', 'north', 'north', 1, 10.00,"
        " 0.0, 1, NULL), (2, 2, 'a-1 ', '20240102', '2024-01-03 06:00:00.123456', N'Nörth', 'North ', 2, 20.5, 0.1,"
        " NULL, '0f8fad5b-d9cb-469f-a165-70867728950e');"
        "INSERT INTO shop.readings VALUES (NULL, '2024-01-01 10:30 +05:30', 'A', 1.25)"
    )
    connection = connect_freetds(tds_server)
    yield connection.cursor()
    connection.close()
    tds_server.define(
        "DROP TABLE shop.customers; DROP TABLE shop.orders; DROP TABLE shop.readings; DROP SCHEMA shop"
    )


def test_all_statements_of_our_validators_are_understood(shop: Any) -> None:
    assert len(SNAPSHOTS) > 100
    for path in SNAPSHOTS:
        shop.execute(path.read_text())
        shop.fetchall()


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_statement_that_is_torn_is_answered(shop: Any, data: st.DataObject) -> None:
    """A law: words dropped, doubled or put elsewhere bring an answer or an error, and the session goes on."""
    words = (
        data.draw(st.sampled_from(SNAPSHOTS))
        .read_text()
        .replace("(", " ( ")
        .replace(")", " ) ")
        .split()
    )
    words = words[: data.draw(st.integers(2, len(words)))]
    for _ in range(data.draw(st.integers(0, 3))):
        place, other = (data.draw(st.integers(0, len(words) - 1)) for _ in range(2))
        words.insert(other, words.pop(place) if data.draw(st.booleans()) else words[place])
    with suppress(pymssql.Error):
        shop.execute(" ".join(words))
        shop.fetchall()
    shop.execute("SELECT 1")
    assert shop.fetchall() == [(1,)]


def test_groups_follow_the_collation(shop: Any) -> None:
    shop.execute("SELECT area, COUNT(*) FROM shop.orders GROUP BY area")
    ((area, count),) = shop.fetchall()
    assert (area.strip().lower(), count) == ("north", 2)
    shop.execute(
        "SELECT COUNT(DISTINCT code), COUNT(DISTINCT code COLLATE Latin1_General_100_BIN2) FROM shop.orders"
    )
    assert shop.fetchall() == [(1, 2)]
    shop.execute("SELECT DISTINCT code FROM shop.orders")
    assert len(shop.fetchall()) == 1


def test_null_comes_first_and_case_does_not_order(shop: Any) -> None:
    shop.execute("SELECT x.v FROM (VALUES ('b'), (NULL), ('A'), ('a'), ('C')) AS x(v) ORDER BY x.v")
    assert [row[0] and row[0].lower() for row in shop.fetchall()] == [None, "a", "a", "b", "c"]
    shop.execute(
        "SELECT x.v FROM (VALUES ('b'), (NULL), ('A'), ('a')) AS x(v) ORDER BY x.v COLLATE Latin1_General_BIN2 DESC"
    )
    assert [row[0] for row in shop.fetchall()] == ["b", "a", "A", None]


def test_batches_hold_statements_without_semicolons_blocks_and_variables(freetds: Any) -> None:
    freetds.execute(
        "SET NOCOUNT ON DECLARE @n int = 3, @t nvarchar(10) SET @t = N'x' "
        "IF @n > 2 BEGIN SELECT @n AS n SELECT @t + CASE WHEN @n = 3 THEN 'y' END AS t END ELSE SELECT 0"
    )
    assert freetds.fetchall() == [(3,)]
    assert freetds.nextset()
    assert freetds.fetchall() == [("xy",)]


def test_top_offset_common_tables_unions_and_windows(freetds: Any) -> None:
    for statement, rows in {
        "SELECT TOP 2 v FROM (VALUES (3), (1), (2)) AS x(v) ORDER BY v": [(1,), (2,)],
        "SELECT TOP (1) v FROM (VALUES (3), (1), (2)) AS x(v) ORDER BY v DESC": [(3,)],
        "SELECT v FROM (VALUES (3), (1), (2)) AS x(v) ORDER BY v OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY": [(2,)],
        "WITH c AS (SELECT 1 AS n UNION ALL SELECT 1) SELECT COUNT(*), SUM(n) FROM c": [(2, 2)],
        "SELECT 1 AS n UNION SELECT 1 ORDER BY n": [(1,)],
        "SELECT 2 AS n EXCEPT SELECT 1": [(2,)],
        "SELECT x.v FROM (VALUES (1)) AS x(v) WHERE x.v = 1 OPTION (MAXDOP 1, RECOMPILE)": [(1,)],
        "SELECT v, ROW_NUMBER() OVER (ORDER BY v DESC) FROM (VALUES (1), (2)) AS x(v) ORDER BY 1": [(1, 2), (2, 1)],
        "SELECT v, SUM(v) OVER (ORDER BY v ROWS UNBOUNDED PRECEDING) FROM (VALUES (1), (2)) AS x(v) ORDER BY v": [(1, 1), (2, 3)],
        "SELECT DISTINCT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY v) OVER () FROM (VALUES (1), (2)) AS x(v)": [(1.5,)],
        "SELECT x.v FROM (VALUES (1), (2)) AS x(v) WHERE EXISTS (SELECT 1 FROM (VALUES (2)) AS y(v) WHERE y.v = x.v)": [(2,)],
        "SELECT x.v FROM (VALUES ('a'), ('b')) AS x(v) WHERE x.v IN (SELECT y.v FROM (VALUES ('B')) AS y(v))": [("b",)],
        "SELECT x.v, a.w FROM (VALUES (1), (2)) AS x(v) CROSS APPLY (SELECT x.v + 1 AS w) AS a ORDER BY 1": [(1, 2), (2, 3)],
    }.items():  # fmt: skip
        freetds.execute(statement)
        assert freetds.fetchall() == rows, statement
