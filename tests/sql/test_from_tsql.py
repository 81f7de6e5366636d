# ruff: noqa: E501 - a case stands on one line
"""T-SQL means the same on the other side: each case has what SQL Server is known to answer.

No SQL Server was asked: the expected answers are those of its documented rules, as their author knows them. What is
written for DuckDB is executed, and must give that answer; for Snowflake the text alone is kept.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ombudsman.model import types as t
from ombudsman.model.errors import RuleInvalid
from ombudsman.sql.from_tsql_texts import regular_expression
from ombudsman.sql.queries import Query, parse_query

TABLES = {
    "dbo.t": {
        "n": t.Integer(bits=32),
        "k": t.Integer(bits=32),
        "m": t.Decimal(precision=18, scale=4),
        "p": t.Decimal(precision=10, scale=0),
        "f": t.Float(),
        "s": t.Text(length=20),
        "z": t.Text(length=20),
        "c": t.Text(length=3),
        "d": t.Timestamp(),
        "b": t.Boolean(),
        "u": t.Uuid(),
    }
}
ROW = """CREATE SCHEMA dbo; CREATE TABLE dbo.t AS SELECT 7::INT AS n, NULL::INT AS k, 2.75::DECIMAL(18, 4) AS m, 5::DECIMAL(10, 0) AS p,
1.5::DOUBLE AS f, 'Ab c ' AS s, NULL::VARCHAR AS z, NULL::VARCHAR AS c, TIMESTAMP '2024-01-15 13:30:05' AS d, TRUE AS b, uuid() AS u"""

CASES: dict[str, tuple[Any, str]] = {
    'n / 2': (3, 'CAST(TRUNC("t"."n" / 2) AS BIGINT)'),
    'n / 2.0': ('3.5', '"t"."n" / 2.0'),
    'CAST(n / 2 AS decimal(10, 2))': ('3', 'CAST(CAST(TRUNC("t"."n" / 2) AS BIGINT) AS DECIMAL(10, 2))'),
    'CAST(CAST(n / 2 AS decimal(9, 2)) / 2 AS int)': (1, 'CAST(TRUNC(CAST(CAST(TRUNC("t"."n" / 2) AS BIGINT) AS DECIMAL(9, 2)) / 2) AS INT)'),
    '(SELECT MAX(CAST(x.a / 2 AS decimal(9, 2))) FROM (SELECT n AS a FROM dbo.t) x)': ('3', '(SELECT MAX(CAST(CAST(TRUNC("x"."a" / 2) AS BIGINT) AS DECIMAL(9, 2))) AS "_col_0" FROM (SELECT "t"."n" AS "a" FROM "dbo"."t" AS "t") AS "x")'),
    'CAST(AVG(m) AS int)': (2, 'CAST(TRUNC(AVG("t"."m")) AS INT)'),
    'CAST(ISNULL(m, 0) AS int)': (2, 'CAST(TRUNC(COALESCE("t"."m", 0)) AS INT)'),
    'CAST(m * 1.0 AS int)': (2, 'CAST(TRUNC("t"."m" * 1.0) AS INT)'),
    'CAST(ROUND(m, 1) AS int)': (2, 'CAST(TRUNC(ROUND("t"."m", 1)) AS INT)'),
    'CAST(CASE WHEN n > 1 THEN m END AS int)': (2, 'CAST(TRUNC(CASE WHEN "t"."n" > 1 THEN "t"."m" END) AS INT)'),
    'AVG(CAST(m AS int))': (2, 'CAST(TRUNC(AVG(CAST(TRUNC("t"."m") AS INT))) AS BIGINT)'),
    'CONVERT(int, m) / 4': (0, 'CAST(TRUNC(CAST(TRUNC("t"."m") AS INT) / 4) AS BIGINT)'),
    'ROUND(n, -1) / 3': (3, 'CAST(TRUNC(ROUND("t"."n", -1) / 3) AS BIGINT)'),
    'CEILING(m) / 2': ('1.5', 'CEIL("t"."m") / 2'),
    'LEN(s) / 3': (1, 'CAST(TRUNC(LENGTH(RTRIM(CAST("t"."s" AS VARCHAR))) / 3) AS BIGINT)'),
    "PATINDEX('%c%', s) / 3": (1, 'CAST(TRUNC(REGEXP_INSTR("t"."s", \'c\') / 3) AS BIGINT)'),
    'POWER(n, 3)': (343, 'CAST(TRUNC(POWER("t"."n", 3)) AS BIGINT)'),
    'POWER(n, 3) / 2': (171, 'CAST(TRUNC(CAST(TRUNC(POWER("t"."n", 3)) AS BIGINT) / 2) AS BIGINT)'),
    'POWER(n, -1)': (0, 'CAST(TRUNC(POWER("t"."n", -1)) AS BIGINT)'),
    'CHOOSE(1, 5, 2) / 2': (2, 'CAST(TRUNC(CASE 1 WHEN 1 THEN 5 WHEN 2 THEN 2 END / 2) AS BIGINT)'),
    'ISNULL(k, 0.9) / 2': (0, 'CAST(TRUNC(COALESCE("t"."k", CAST(TRUNC(0.9) AS BIGINT)) / 2) AS BIGINT)'),
    'n * 1 / 2': (3, 'CAST(TRUNC(("t"."n" * 1) / 2) AS BIGINT)'),
    '-n / 2': (-3, 'CAST(TRUNC(-"t"."n" / 2) AS BIGINT)'),
    'DATEPART(weekday, d) / 2': (1, 'CAST(TRUNC((DAYOFWEEKISO(CAST("t"."d" AS DATE)) % 7 + 1) / 2) AS BIGINT)'),
    '(n * 2857142 + 5) / 10000000': (1, 'CAST(TRUNC(CAST(("t"."n" * 2857142 + 5) AS DECIMAL(38, 12)) / 10000000) AS BIGINT)'),
    'p / 2': ('2.5', '"t"."p" / 2'),
    'AVG(p)': ('5', 'AVG("t"."p")'),
    'AVG(n)': (7, 'CAST(TRUNC(AVG("t"."n")) AS BIGINT)'),
    'AVG(k)': (None, 'CAST(TRUNC(AVG("t"."k")) AS BIGINT)'),
    'CAST(m AS int)': (2, 'CAST(TRUNC("t"."m") AS INT)'),
    'CAST(-m AS int)': (-2, 'CAST(TRUNC(-"t"."m") AS INT)'),
    'CONVERT(int, m)': (2, 'CAST(TRUNC("t"."m") AS INT)'),
    'ROUND(1.15, 2, 1)': ('1.15', 'TRUNC(1.15, 2)'),
    'ROUND(4.35, 2, 1)': ('4.35', 'TRUNC(4.35, 2)'),
    'ROUND(-1.15, 1, 1)': ('-1.1', 'TRUNC(-1.15, 1)'),
    'ROUND(155, -1, 1)': ('150', 'TRUNC(155, -1)'),
    'ROUND(n, 2, 1)': ('7', 'TRUNC("t"."n", 2)'),
    'CAST(0.1234567890123 AS float)': ('0.1234567890123', 'CAST(0.1234567890123 AS DOUBLE)'),
    'CONVERT(float, m)': ('2.75', 'CAST("t"."m" AS DOUBLE)'),
    'CAST(m AS float(53))': ('2.75', 'CAST("t"."m" AS DOUBLE)'),
    'CAST(2 AS bit)': (1, 'CASE WHEN 2 IS NULL THEN NULL WHEN 2 <> 0 THEN 1 ELSE 0 END'),
    'CAST(m AS bit)': (1, 'CASE WHEN "t"."m" IS NULL THEN NULL WHEN "t"."m" <> 0 THEN 1 ELSE 0 END'),
    'CAST(k AS bit)': (None, 'CASE WHEN "t"."k" IS NULL THEN NULL WHEN "t"."k" <> 0 THEN 1 ELSE 0 END'),
    'CAST(b AS bit)': (True, '"t"."b"'),
    'CONVERT(bit, n - 7)': (0, 'CASE WHEN ("t"."n" - 7) IS NULL THEN NULL WHEN ("t"."n" - 7) <> 0 THEN 1 ELSE 0 END'),
    'TRY_CONVERT(bit, n)': (1, 'CASE WHEN "t"."n" IS NULL THEN NULL WHEN "t"."n" <> 0 THEN 1 ELSE 0 END'),
    'CAST(n AS bit) / 2': (0, 'CAST(TRUNC(CASE WHEN "t"."n" IS NULL THEN NULL WHEN "t"."n" <> 0 THEN 1 ELSE 0 END / 2) AS BIGINT)'),
    "ISNULL(c, 'unknown')": ('unk', 'COALESCE("t"."c", CAST(\'unknown\' AS VARCHAR(3)))'),
    "ISNULL(c, 'un')": ('un', 'COALESCE("t"."c", \'un\')'),
    'ISNULL(c, s)': ('Ab ', 'COALESCE("t"."c", CAST("t"."s" AS VARCHAR(3)))'),
    "ISNULL(c + 'x', 'unknown')": ('unkn', 'COALESCE("t"."c" || \'x\', CAST(\'unknown\' AS VARCHAR(4)))'),
    "ISNULL(LEFT(z, 2), 'none')": ('no', 'COALESCE(LEFT(CAST("t"."z" AS VARCHAR), 2), CAST(\'none\' AS VARCHAR(2)))'),
    "ISNULL(c, '')": ('', 'COALESCE("t"."c", \'\')'),
    'ISNULL(c, 0)': ('0', 'COALESCE("t"."c", CAST(0 AS VARCHAR))'),
    'ISNULL(z, n)': ('7', 'COALESCE("t"."z", CAST("t"."n" AS VARCHAR))'),
    "ISNULL(k, '5')": (5, 'COALESCE("t"."k", 5)'),
    "ISNULL(k, '')": (0, 'COALESCE("t"."k", 0)'),
    'ISNULL(m, 0.123456)': ('2.75', 'COALESCE("t"."m", CAST(0.123456 AS DECIMAL(38, 4)))'),
    'ISNULL(CAST(k AS decimal(9, 2)), 0.555)': ('0.56', 'COALESCE(CAST("t"."k" AS DECIMAL(9, 2)), CAST(0.555 AS DECIMAL(38, 2)))'),
    'ISNULL(SUM(m), 0.5)': ('2.75', 'COALESCE(SUM("t"."m"), 0.5)'),
    'ISNULL(f, 0.5)': ('1.5', 'COALESCE("t"."f", 0.5)'),
    'ISNULL(b, 0)': (True, 'COALESCE("t"."b", FALSE)'),
    'ISNULL(CAST(NULL AS date), d)': ('2024-01-15', 'COALESCE(CAST(NULL AS DATE), CAST("t"."d" AS DATE))'),
    "(SELECT MAX(ISNULL(x.c, 'unknown')) FROM (SELECT c FROM dbo.t) x)": ('unk', '(SELECT MAX(COALESCE("x"."c", CAST(\'unknown\' AS VARCHAR(3)))) AS "_col_0" FROM (SELECT "t"."c" AS "c" FROM "dbo"."t" AS "t") AS "x")'),
    'CONVERT(varchar(30), CAST(d AS date), 120)': ('2024-01-15', 'SUBSTRING(TO_CHAR(CAST("t"."d" AS DATE), \'yyyy-mm-DD\'), 1, 30)'),
    'CONVERT(varchar(30), CAST(d AS date), 103)': ('15/01/2024', 'SUBSTRING(TO_CHAR(CAST("t"."d" AS DATE), \'DD/mm/yyyy\'), 1, 30)'),
    'CONVERT(varchar(8), d, 1)': ('01/15/24', 'SUBSTRING(TO_CHAR("t"."d", \'mm/DD/yy\'), 1, 8)'),
    'CASE WHEN ISNULL(b, 0) = 1 THEN 1 ELSE 0 END': (1, 'CASE WHEN COALESCE("t"."b", FALSE) = TRUE THEN 1 ELSE 0 END'),
    'ISNULL(NULLIF(m, m), 0.50)': ('0.5', 'COALESCE(NULLIF("t"."m", "t"."m"), 0.50)'),
    'ROUND(m, 1, 1)': ('2.7', 'TRUNC("t"."m", 1)'),
    'ROUND(m, 1)': ('2.8', 'ROUND("t"."m", 1)'),
    'ROUND(m, 0, 0)': ('3', 'ROUND("t"."m", 0)'),
    "TRY_CONVERT(int, '37')": (37, "CASE WHEN TRIM('37') = '' THEN 0 WHEN REGEXP_LIKE(TRIM('37'), '[+-]?[0-9]+', 's') THEN TRY_CAST(TRIM('37') AS INT) END"),
    "TRY_CONVERT(int, '3.7')": (None, "CASE WHEN TRIM('3.7') = '' THEN 0 WHEN REGEXP_LIKE(TRIM('3.7'), '[+-]?[0-9]+', 's') THEN TRY_CAST(TRIM('3.7') AS INT) END"),
    "TRY_CAST('' AS int)": (0, "CASE WHEN TRIM('') = '' THEN 0 WHEN REGEXP_LIKE(TRIM(''), '[+-]?[0-9]+', 's') THEN TRY_CAST(TRIM('') AS INT) END"),
    "TRY_CONVERT(int, 'x')": (None, "CASE WHEN TRIM('x') = '' THEN 0 WHEN REGEXP_LIKE(TRIM('x'), '[+-]?[0-9]+', 's') THEN TRY_CAST(TRIM('x') AS INT) END"),
    'TRY_CAST(m AS int)': (2, 'CAST(TRUNC("t"."m") AS INT)'),
    "CAST(1.23456 AS money)": ("1.2346", "CAST(1.23456 AS DECIMAL(19, 4))"),
    "CONVERT(smallmoney, m)": ("2.75", 'CAST("t"."m" AS DECIMAL(10, 4))'),
    'ISNULL(k, 0.9)': (0, 'COALESCE("t"."k", CAST(TRUNC(0.9) AS BIGINT))'),
    "CHOOSE(2, 'a', 'b', 'c')": ('b', "CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' WHEN 3 THEN 'c' END"),
    "CHOOSE(9, 'a', 'b')": (None, "CASE 9 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END"),
    'STDEVP(n)': (0.0, 'STDDEV_POP("t"."n")'),
    'VARP(n)': (0.0, 'VARIANCE_POP("t"."n")'),
    "s + '!'": ('Ab c !', '"t"."s" || \'!\''),
    'k + 1': (None, '"t"."k" + 1'),
    "z + 'x'": (None, '"t"."z" || \'x\''),
    'LEN(s)': (4, 'LENGTH(RTRIM(CAST("t"."s" AS VARCHAR)))'),
    "LEN('')": (0, "LENGTH(RTRIM(''))"),
    'SUBSTRING(s, 0, 3)': ('Ab', 'SUBSTRING("t"."s", 1, 2)'),
    'SUBSTRING(s, -1, 3)': ('A', 'SUBSTRING("t"."s", 1, 1)'),
    'SUBSTRING(s, 1, 2)': ('Ab', 'SUBSTRING("t"."s", 1, 2)'),
    'SUBSTRING(s, 0, 1)': ('', 'SUBSTRING("t"."s", 1, 0)'),
    "CASE WHEN s LIKE '[A-C]%' THEN 1 ELSE 0 END": (1, 'CASE WHEN REGEXP_LIKE("t"."s", \'[A-C].*\', \'s\') THEN 1 ELSE 0 END'),
    "CASE WHEN s LIKE '[^A-C]%' THEN 1 ELSE 0 END": (0, 'CASE WHEN REGEXP_LIKE("t"."s", \'[^A-C].*\', \'s\') THEN 1 ELSE 0 END'),
    "CASE WHEN s LIKE '_[bx] c%' THEN 1 ELSE 0 END": (1, 'CASE WHEN REGEXP_LIKE("t"."s", \'.[bx] c.*\', \'s\') THEN 1 ELSE 0 END'),
    "CASE WHEN s LIKE 'A[.]b%' THEN 1 ELSE 0 END": (0, 'CASE WHEN REGEXP_LIKE("t"."s", \'A[.]b.*\', \'s\') THEN 1 ELSE 0 END'),
    "PATINDEX('%[0-9]%', 'ab12')": (3, "REGEXP_INSTR('ab12', '[0-9]')"),
    "PATINDEX('%[0-9]%', 'ab')": (0, "REGEXP_INSTR('ab', '[0-9]')"),
    "PATINDEX('%[0-9]%', z)": (None, 'REGEXP_INSTR("t"."z", \'[0-9]\')'),
    "QUOTENAME('a]b')": ('[a]]b]', "('[' || REPLACE('a]b', ']', ']]') || ']')"),
    "CONCAT('a', NULL, n)": ('a7', 'CONCAT(\'a\', COALESCE(CAST(NULL AS VARCHAR), \'\'), COALESCE(CAST("t"."n" AS VARCHAR), \'\'))'),
    "CAST('abcdefghijklmnopqrstuvwxyzabcdefghij' AS varchar)": ('abcdefghijklmnopqrstuvwxyzabcd', "CAST('abcdefghijklmnopqrstuvwxyzabcdefghij' AS VARCHAR(30))"),
    "CAST('abc' AS varchar(2))": ('ab', "CAST('abc' AS VARCHAR(2))"),
    "STUFF('abcdef', 2, 3, 'x')": ('axef', "INSERT('abcdef', 2, 3, 'x')"),
    "CHARINDEX('c', 'abcabc', 4)": (6, "CHARINDEX('c', 'abcabc', 4)"),
    "REPLICATE('ab', 2)": ('abab', "REPEAT('ab', 2)"),
    "LEFT('abc', 2)": ('ab', "LEFT('abc', 2)"),
    "REVERSE('abc')": ('cba', "REVERSE('abc')"),
    'DATEPART(weekday, d)': (2, '(DAYOFWEEKISO(CAST("t"."d" AS DATE)) % 7 + 1)'),
    "DATEPART(weekday, CAST('2024-01-07' AS date))": (1, "(DAYOFWEEKISO(CAST(CAST('2024-01-07' AS DATE) AS DATE)) % 7 + 1)"),
    "DATEPART(dw, CAST('2024-01-06' AS date))": (7, "(DAYOFWEEKISO(CAST(CAST('2024-01-06' AS DATE) AS DATE)) % 7 + 1)"),
    "DATEPART(week, CAST('2024-01-01' AS date))": (1, "(CAST(TRUNC((DAYOFYEAR(CAST(CAST('2024-01-01' AS DATE) AS DATE)) + DAYOFWEEKISO(DATE_FROM_PARTS(YEAR(CAST(CAST('2024-01-01' AS DATE) AS DATE)), 1, 1)) % 7 - 1) / 7) AS BIGINT) + 1)"),
    "DATEPART(week, CAST('2024-01-07' AS date))": (2, "(CAST(TRUNC((DAYOFYEAR(CAST(CAST('2024-01-07' AS DATE) AS DATE)) + DAYOFWEEKISO(DATE_FROM_PARTS(YEAR(CAST(CAST('2024-01-07' AS DATE) AS DATE)), 1, 1)) % 7 - 1) / 7) AS BIGINT) + 1)"),
    "DATEPART(week, CAST('2023-12-31' AS date))": (53, "(CAST(TRUNC((DAYOFYEAR(CAST(CAST('2023-12-31' AS DATE) AS DATE)) + DAYOFWEEKISO(DATE_FROM_PARTS(YEAR(CAST(CAST('2023-12-31' AS DATE) AS DATE)), 1, 1)) % 7 - 1) / 7) AS BIGINT) + 1)"),
    "DATEPART(week, CAST('2023-01-01' AS date))": (1, "(CAST(TRUNC((DAYOFYEAR(CAST(CAST('2023-01-01' AS DATE) AS DATE)) + DAYOFWEEKISO(DATE_FROM_PARTS(YEAR(CAST(CAST('2023-01-01' AS DATE) AS DATE)), 1, 1)) % 7 - 1) / 7) AS BIGINT) + 1)"),
    "DATEDIFF(week, CAST('2024-01-06' AS date), CAST('2024-01-07' AS date))": (1, "(CAST(TRUNC(DATEDIFF(DAY, CAST('0001-01-07' AS DATE), CAST(CAST('2024-01-07' AS DATE) AS DATE)) / 7) AS BIGINT) - CAST(TRUNC(DATEDIFF(DAY, CAST('0001-01-07' AS DATE), CAST(CAST('2024-01-06' AS DATE) AS DATE)) / 7) AS BIGINT))"),
    "DATEDIFF(week, CAST('2024-01-07' AS date), CAST('2024-01-13' AS date))": (0, "(CAST(TRUNC(DATEDIFF(DAY, CAST('0001-01-07' AS DATE), CAST(CAST('2024-01-13' AS DATE) AS DATE)) / 7) AS BIGINT) - CAST(TRUNC(DATEDIFF(DAY, CAST('0001-01-07' AS DATE), CAST(CAST('2024-01-07' AS DATE) AS DATE)) / 7) AS BIGINT))"),
    "DATEDIFF(week, CAST('2024-01-14' AS date), CAST('2024-01-06' AS date))": (-2, "(CAST(TRUNC(DATEDIFF(DAY, CAST('0001-01-07' AS DATE), CAST(CAST('2024-01-06' AS DATE) AS DATE)) / 7) AS BIGINT) - CAST(TRUNC(DATEDIFF(DAY, CAST('0001-01-07' AS DATE), CAST(CAST('2024-01-14' AS DATE) AS DATE)) / 7) AS BIGINT))"),
    "DATEDIFF(year, CAST('2023-12-31' AS date), CAST('2024-01-01' AS date))": (1, "DATEDIFF(YEAR, CAST(CAST('2023-12-31' AS DATE) AS TIMESTAMP), CAST(CAST('2024-01-01' AS DATE) AS TIMESTAMP))"),
    "DATEDIFF(month, '2024-01-31', '2024-02-01')": (1, "DATEDIFF(MONTH, CAST('2024-01-31' AS TIMESTAMP), CAST('2024-02-01' AS TIMESTAMP))"),
    'CONVERT(varchar(8), d, 112)': ('20240115', 'SUBSTRING(TO_CHAR("t"."d", \'yyyymmDD\'), 1, 8)'),
    'CONVERT(varchar(10), d, 103)': ('15/01/2024', 'SUBSTRING(TO_CHAR("t"."d", \'DD/mm/yyyy\'), 1, 10)'),
    'CONVERT(varchar(10), d, 101)': ('01/15/2024', 'SUBSTRING(TO_CHAR("t"."d", \'mm/DD/yyyy\'), 1, 10)'),
    'CONVERT(varchar(19), d, 120)': ('2024-01-15 13:30:05', 'SUBSTRING(TO_CHAR("t"."d", \'yyyy-mm-DD hh24:mi:ss\'), 1, 19)'),
    'CONVERT(varchar(7), d, 120)': ('2024-01', 'SUBSTRING(TO_CHAR("t"."d", \'yyyy-mm-DD hh24:mi:ss\'), 1, 7)'),
    'CONVERT(char(8), d, 108)': ('13:30:05', 'SUBSTRING(TO_CHAR("t"."d", \'hh24:mi:ss\'), 1, 8)'),
    "CONVERT(date, '31/12/2024', 103)": ('2024-12-31', "CAST(TO_TIMESTAMP('31/12/2024', 'DD/mm/yyyy') AS DATE)"),
    'DATENAME(month, d)': ('January', 'CASE MONTH(CAST("t"."d" AS DATE)) WHEN 1 THEN \'January\' WHEN 2 THEN \'February\' WHEN 3 THEN \'March\' WHEN 4 THEN \'April\' WHEN 5 THEN \'May\' WHEN 6 THEN \'June\' WHEN 7 THEN \'July\' WHEN 8 THEN \'August\' WHEN 9 THEN \'September\' WHEN 10 THEN \'October\' WHEN 11 THEN \'November\' WHEN 12 THEN \'December\' END'),
    'DATENAME(weekday, d)': ('Monday', 'CASE DAYOFWEEKISO(CAST("t"."d" AS DATE)) WHEN 1 THEN \'Monday\' WHEN 2 THEN \'Tuesday\' WHEN 3 THEN \'Wednesday\' WHEN 4 THEN \'Thursday\' WHEN 5 THEN \'Friday\' WHEN 6 THEN \'Saturday\' WHEN 7 THEN \'Sunday\' END'),
    'EOMONTH(d)': ('2024-01-31', 'LAST_DAY(TO_DATE("t"."d"))'),
    'EOMONTH(d, 1)': ('2024-02-29', 'LAST_DAY(DATEADD(MONTH, 1, TO_DATE("t"."d")))'),
    "DATEADD(month, 1, CAST('2024-01-31' AS date))": ('2024-02-29', "DATEADD(MONTH, 1, CAST('2024-01-31' AS DATE))"),
    'DATEADD(month, DATEDIFF(month, 0, d), 0)': ('2024-01-01 00:00:00', 'DATEADD(MONTH, DATEDIFF(MONTH, CAST(\'1900-01-01\' AS TIMESTAMP), CAST("t"."d" AS TIMESTAMP)), CAST(\'1900-01-01\' AS TIMESTAMP))'),
    'DATEFROMPARTS(2024, 2, 29)': ('2024-02-29', 'DATE_FROM_PARTS(2024, 2, 29)'),
    'YEAR(d)': (2024, 'YEAR(TO_DATE("t"."d"))'),
    "IIF(n = 7, 'y', 'n')": ('y', 'IFF("t"."n" = 7, \'y\', \'n\')'),
    'n % 4': (3, '"t"."n" % 4'),
    '-n % 4': (-3, '-"t"."n" % 4'),
    'n & 3': (3, 'BITAND("t"."n", 3)'),
    'n ^ 2': (5, 'BITXOR("t"."n", 2)'),
    'COUNT_BIG(*)': (1, 'COUNT(*)'),
    'SQUARE(n)': (49.0, 'POWER("t"."n", 2)'),
    'SIGN(-n)': (-1, 'SIGN(-"t"."n")'),
    'CEILING(m)': (3, 'CEIL("t"."m")'),
    "ISNULL(z, 'none')": ('none', 'COALESCE("t"."z", \'none\')'),
    'COALESCE(z, s)': ('Ab c ', 'COALESCE("t"."z", "t"."s")'),
    'NULLIF(n, 7)': (None, 'NULLIF("t"."n", 7)'),
}  # fmt: skip
"""T-SQL over the row `n=7, k=NULL, m=2.75, p=5, s='Ab c ', z=NULL, d=15 January 2024, a Monday`: SQL Server's answer, and
what Snowflake is asked."""


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(ROW)
        yield connection


@cache
def query(expression: str) -> Query:
    return parse_query(f"SELECT {expression} AS x FROM dbo.t", dialect="tsql", tables=TABLES)


def said(expression: str, dialect: str) -> str:
    return query(expression).render(dialect)


def answer(database: duckdb.DuckDBPyConnection, expression: str) -> Any:
    got = database.execute(said(expression, "duckdb")).fetchone()
    assert got is not None
    return got[0]


def plain(value: Any) -> Any:
    """Numbers by value, dates as SQL Server prints them."""
    if isinstance(value, dt.date):
        return str(value)
    if isinstance(value, float | Decimal):
        return Decimal(str(value)).normalize()
    return value


@pytest.mark.parametrize("expression", CASES)
def test_the_other_side_gives_the_answer_of_sql_server(
    expression: str, database: duckdb.DuckDBPyConnection
):
    expected = CASES[expression][0]
    got = plain(answer(database, expression))
    if isinstance(got, Decimal):
        expected = Decimal(str(expected)).normalize()
    assert got == expected


@pytest.mark.parametrize("expression", CASES)
def test_snowflake_is_asked_in_its_own_words(expression: str):
    told = said(expression, "snowflake")
    assert (
        told.removeprefix("SELECT ").removesuffix(' AS "x" FROM "dbo"."t" AS "t"')
        == CASES[expression][1]
    )


REFUSED = {
    "CAST(f AS varchar(20))": "a float",
    "CONCAT('a', f)": "a float",
    "CAST(f * 2 AS varchar(20))": "a float",
    "CAST(DATEADD(day, 1, d) AS varchar(20))": "a moment",
    "CAST(u AS varchar(40))": "no known type",
    "SQUARE(n) / 2": "a type is not known",
    "u / 2": "a type is not known",
    "n / s": "a type is not known",
    "POWER(m, 2)": "POWER of a decimal",
    "POWER(1.05, n)": "POWER of a decimal",
    "CAST(d AS varchar(20))": "a moment",
    "CONCAT(s, b)": "a bit",
    "CONVERT(varchar(20), d, 109)": "style",
    "CONVERT(varchar(20), n, 112)": "style",
    "SUBSTRING(s, n, 3)": "computed",
    "PATINDEX('ab%', s)": "PATINDEX",
    "CASE WHEN s LIKE '[a-c' THEN 1 ELSE 0 END": "not closed",
    "CASE WHEN s LIKE z + '[a]' THEN 1 ELSE 0 END": "a set of letters",
    "AVG(n) OVER (PARTITION BY s)": "over a window",
    "FORMAT(m, 'N2')": "language of the login",
    "FORMAT(d, 'D')": "language of the login",
    "DATEADD(day, 1, n)": "a number as a date",
    "DATALENGTH(s)": "cannot be said",
    "ISNUMERIC(s)": "cannot be said",
    "ROUND(m, 1, n)": "third argument",
    "CAST(m AS float(24))": "single precision",
    "CAST(s AS bit)": "no number",
    "ISNULL(c, n)": "ISNULL converts",
    "ISNULL(k, 'a')": "ISNULL converts",
    "ISNULL(m / 3, 0.5)": "ISNULL converts",
    "ISNULL(m, s)": "ISNULL converts",
    "ISNULL(d, 0)": "ISNULL converts",
    "ISNULL(c, d)": "ISNULL converts",
    "ISNULL(u, 'x')": "ISNULL converts",
    "ISNULL(SPACE(n), 'unknown')": "ISNULL converts",
    "CONVERT(date, '01/02/65', 1)": "two digits",
    "CONVERT(date, '650102', 12)": "two digits",
    "CONVERT(varchar(8), CAST(d AS date), 108)": "style of a time",
}


@pytest.mark.parametrize("expression", REFUSED)
@pytest.mark.parametrize("dialect", ["snowflake", "duckdb"])
def test_what_cannot_be_said_faithfully_is_refused(expression: str, dialect: str):
    with pytest.raises(RuleInvalid, match=REFUSED[expression]):
        said(expression, dialect)


def test_what_duckdb_would_cut_in_doubles_is_refused():
    assert said("ROUND(f, 1, 1)", "snowflake").startswith('SELECT TRUNC("t"."f", 1)')
    with pytest.raises(RuleInvalid, match="in doubles"):
        said("ROUND(f, 1, 1)", "duckdb")


def test_other_dialects_are_left_as_they_were():
    assert said("AVG(n)", "postgres") == 'SELECT AVG("t"."n") AS "x" FROM "dbo"."t" AS "t"'


@given(st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)), st.integers(-800, 800))
@settings(max_examples=40, deadline=None)
def test_weeks_are_counted_as_sql_server_counts(
    database: duckdb.DuckDBPyConnection, first: dt.date, days: int
):
    """Against its own definition: weekdays from Sunday, weeks from the one of 1 January, differences by Sundays passed."""
    last = first + dt.timedelta(days)
    sunday = (first.isoweekday() % 7) + 1
    january = dt.date(first.year, 1, 1)
    week = (first.timetuple().tm_yday + january.isoweekday() % 7 - 1) // 7 + 1
    passed = (last.toordinal() - 7) // 7 - (first.toordinal() - 7) // 7  # ordinal 7 is a Sunday
    asked = [
        f"DATEPART(weekday, '{first}')",
        f"DATEPART(week, '{first}')",
        f"DATEDIFF(week, '{first}', '{last}')",
    ]
    assert [answer(database, each) for each in asked] == [sunday, week, passed]


SETS = ["[a-c]%", "%[0-9][0-9]", "[^x]_%", "a[.]b", "%[%]%", "a+b[c]"]


@given(st.sampled_from(SETS), st.text(alphabet="abcx0.%+1\n", max_size=5))
@settings(max_examples=60, deadline=None)
def test_a_pattern_with_sets_matches_what_it_says(
    database: duckdb.DuckDBPyConnection, pattern: str, text: str
):
    row = database.execute(
        "SELECT regexp_full_match(?, ?, 's')", [text, regular_expression(pattern)]
    ).fetchone()
    assert row == (_matches(pattern, text),)


def _matches(pattern: str, text: str) -> bool:
    """LIKE by its definition, letter by letter."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_matches(pattern[1:], text[place:]) for place in range(len(text) + 1))
    if not text:
        return False
    if pattern[0] == "[":
        inside, _, rest = pattern[1:].partition("]")
        letters = inside.removeprefix("^")
        span = letters[0] <= text[0] <= letters[-1] if "-" in letters else text[0] in letters
        return span != inside.startswith("^") and _matches(rest, text[1:])
    return pattern[0] in ("_", text[0]) and _matches(pattern[1:], text[1:])
