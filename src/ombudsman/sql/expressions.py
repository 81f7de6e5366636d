"""Constructs that mean the same on every engine, and what each engine must be told to mean it.

Traps tamed here:

- **Text order.** PostgreSQL and SQL Server order texts by a collation, DuckDB and Snowflake by code points: MIN and MAX
  of the same texts differ. `binary_text` asks for code points everywhere.
- **Padding.** CHAR(n) is padded with U+0020 on some engines and not on others; `without_padding` takes off just that,
  for one-argument RTRIM also takes other blanks on DuckDB. `without_blanks` does so at both ends.
- **Sums.** T-SQL sums INT in INT and overflows; `exact_sum` sums in a type that cannot.
- **Rounding.** PostgreSQL rounds a double to a number of digits only by way of NUMERIC.
- **Casts to a date.** SQLite's CAST('2024-05-01' AS DATE) is the number 2024: ask for the `period_start` of a day.
- **Averages** of integers truncate in T-SQL: nobody here asks an engine for an average of integers.
- **Division** of integers truncates on some engines: `as_double` first.
- **Counts** are INT in T-SQL, and end at 2^31: `count_of` counts in BIGINT.
- **Booleans** have no MIN, MAX or SUM on PostgreSQL and SQL Server: `as_integer` first. A bit alone is no condition in
  T-SQL: `WHEN flag` is an error there, `WHEN flag = 0` is none.
- **Periods.** DATE_TRUNC, its spelling and the type it returns differ; `period_start` is a date for days and longer.
  Where moments carry a zone of their own, it is that of UTC. T-SQL's `0` is a DATETIME: dates before 1753 overflow.
- **The last day.** 9999-12-31 and a day more is an error in T-SQL: shift the later moment back.
- **NULLs** come first in an ascending order of T-SQL and SQLite, last elsewhere: `nulls_last`.
- **Casts to a text.** T-SQL cuts FLOAT to six digits, drops the seconds of DATETIME and the letters that its code page
  lacks, and writes UUIDs in capitals; Snowflake cuts timestamps to milliseconds: `as_text` says how.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Time,
    Uuid,
    case,
    cast,
    func,
    literal_column,
    not_,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class PeriodUnit(StrEnum):
    """The lengths of a calendar's periods. Weeks begin on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class binary_text(FunctionElement[str]):  # noqa: N801 - reads as an SQL function
    """The text, compared and ordered by code points."""

    inherit_cache = True
    type = String()
    name = "binary_text"


@compiles(binary_text)
def _binary_text(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(binary_text, "postgresql")
def _binary_text_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f'({compiler.process(element.clauses, **kw)} COLLATE "C")'


@compiles(binary_text, "sqlite")
def _binary_text_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)} COLLATE BINARY)"


@compiles(binary_text, "mssql")
def _binary_text_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)} COLLATE Latin1_General_100_BIN2)"


@compiles(binary_text, "snowflake")
def _binary_text_snowflake(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"COLLATE({compiler.process(element.clauses, **kw)}, 'utf8')"


class without_padding(FunctionElement[str]):  # noqa: N801
    """The text without the blanks (U+0020, nothing else) at its end."""

    inherit_cache = True
    type = String()
    name = "without_padding"


@compiles(without_padding)
def _without_padding(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"RTRIM({compiler.process(element.clauses, **kw)}, ' ')"


@compiles(without_padding, "postgresql")
def _without_padding_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"RTRIM(CAST({compiler.process(element.clauses, **kw)} AS TEXT), ' ')"


@compiles(without_padding, "mssql")
def _without_padding_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"RTRIM({compiler.process(element.clauses, **kw)})"


class without_blanks(FunctionElement[str]):  # noqa: N801
    """The text without the blanks (U+0020, nothing else) at both its ends."""

    inherit_cache = True
    type = String()
    name = "without_blanks"


@compiles(without_blanks)
def _without_blanks(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"TRIM({compiler.process(element.clauses, **kw)}, ' ')"


@compiles(without_blanks, "postgresql")
def _without_blanks_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"BTRIM({compiler.process(element.clauses, **kw)}, ' ')"


@compiles(without_blanks, "mssql")
def _without_blanks_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"LTRIM(RTRIM({compiler.process(element.clauses, **kw)}))"


class rounded(FunctionElement[Any]):  # noqa: N801
    """The number with `scale` digits behind the point, halves away from zero."""

    inherit_cache = True
    name = "rounded"

    def __init__(self, number: ColumnElement[Any], scale: int) -> None:
        self.type = number.type
        super().__init__(number, literal_column(str(int(scale))))


@compiles(rounded)
def _rounded(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"ROUND({compiler.process(element.clauses, **kw)})"


@compiles(rounded, "postgresql")
def _rounded_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    number, scale = element.clauses
    rounded_number = f"ROUND(CAST({compiler.process(number, **kw)} AS NUMERIC), {scale.name})"
    is_float = isinstance(number.type, Float)
    return f"CAST({rounded_number} AS DOUBLE PRECISION)" if is_float else rounded_number


class exact_sum(FunctionElement[Any]):  # noqa: N801
    """The sum of whole or decimal numbers, exact, in a type that does not overflow before 38 digits.

    SQLite has no such type: there whole numbers beyond 2^63 are an error, and decimals are summed as floats.
    """

    inherit_cache = True
    name = "exact_sum"

    def __init__(self, number: ColumnElement[Any]) -> None:
        self.type = BigInteger() if isinstance(number.type, Integer) else number.type
        super().__init__(number)


@compiles(exact_sum)
def _exact_sum(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"SUM({compiler.process(element.clauses, **kw)})"


@compiles(exact_sum, "mssql")
def _exact_sum_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    (number,) = element.clauses
    inner = compiler.process(number, **kw)
    whole = isinstance(number.type, Integer)
    return f"SUM(CAST({inner} AS DECIMAL(38, 0)))" if whole else f"SUM({inner})"


class period_start(FunctionElement[Any]):  # noqa: N801
    """The first moment of the period in which a date or timestamp falls."""

    inherit_cache = True
    name = "period_start"

    def __init__(self, moment: ColumnElement[Any], unit: PeriodUnit) -> None:
        self.type = DateTime() if unit is PeriodUnit.HOUR else Date()
        super().__init__(moment, literal_column(f"'{unit.value}'"))


def _period_parts(element: Any, compiler: SQLCompiler, **kw: Any) -> tuple[str, str]:
    moment, unit = element.clauses
    return compiler.process(moment, **kw), unit.name.strip("'")


@compiles(period_start)
def _period_start(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    moment, unit = _period_parts(element, compiler, **kw)
    kind = "TIMESTAMP" if unit == "hour" else "DATE"
    return f"CAST(DATE_TRUNC('{unit}', {moment}) AS {kind})"


@compiles(period_start, "sqlite")
def _period_start_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    """Of the first characters of an ISO text: SQLite rounds to milliseconds, and 23:59:59.9999 to the next day."""
    written, unit = _period_parts(element, compiler, **kw)
    moment = f"SUBSTR({written}, 1, {19 if unit == 'hour' else 10})"
    match unit:
        case "hour":
            return f"STRFTIME('%Y-%m-%d %H:00:00', {moment})"
        case "week":
            return f"DATE({moment}, '-6 days', 'weekday 1')"
        case "month" | "year":
            return f"DATE({moment}, 'start of {unit}')"
        case "quarter":
            month = f"CAST(STRFTIME('%m', {moment}) AS INTEGER)"
            return f"DATE({moment}, 'start of year', '+' || (({month} - 1) / 3 * 3) || ' months')"
        case _:
            return f"DATE({moment})"


@compiles(period_start, "snowflake")
def _period_start_snowflake(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    moment, unit = _period_parts(element, compiler, **kw)
    if _has_zone(element.clauses.clauses[0]):
        moment = f"CONVERT_TIMEZONE('UTC', {moment})"
    kind = "TIMESTAMP_NTZ" if unit == "hour" else "DATE"
    return f"CAST(DATE_TRUNC('{unit}', {moment}) AS {kind})"


@compiles(period_start, "mssql")
def _period_start_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    """Made of the parts of the date: DATETRUNC exists only since SQL Server 2022."""
    moment, unit = _period_parts(element, compiler, **kw)
    if _has_zone(element.clauses.clauses[0]):
        moment = f"SWITCHOFFSET({moment}, '+00:00')"
    day = f"CAST({moment} AS DATE)"
    match unit:
        case "hour":
            return f"DATEADD(HOUR, DATEPART(HOUR, {moment}), CAST({day} AS DATETIME2(0)))"
        case "week":  # 0001-01-01 was a Monday; DATEPART(WEEKDAY) depends on the session
            since_monday = f"DATEDIFF(DAY, CAST('0001-01-01' AS DATE), {moment}) % 7"
            return f"DATEADD(DAY, -({since_monday}), {day})"
        case "month":
            return f"DATEFROMPARTS(YEAR({moment}), MONTH({moment}), 1)"
        case "quarter":
            month = f"DATEPART(QUARTER, {moment}) * 3 - 2"
            return f"DATEFROMPARTS(YEAR({moment}), {month}, 1)"
        case "year":
            return f"DATEFROMPARTS(YEAR({moment}), 1, 1)"
        case _:
            return day


def _has_zone(moment: ColumnElement[Any]) -> bool:
    return isinstance(moment.type, DateTime) and moment.type.timezone


def as_integer(condition: ColumnElement[Any]) -> ColumnElement[int]:
    """A boolean as 1, 0 or NULL.

    The numbers are no parameters: an engine may take two of them for two expressions, in the list and in GROUP BY.
    """
    zero, one = literal_column("0", Integer()), literal_column("1", Integer())
    return case((not_(condition), zero), (condition.is_not(None), one))


def as_double(number: ColumnElement[Any]) -> ColumnElement[float]:
    return cast(number, Double)


def as_whole_decimal(number: ColumnElement[Any]) -> ColumnElement[Any]:
    """A whole number in a type of 38 digits, for products overflow integers sooner than sums do."""
    return cast(number, Numeric(38, 0))


def as_text(value: ColumnElement[Any]) -> ColumnElement[str]:
    """The value as a text; different values have different texts."""
    return _text_of(value)


class _text_of(FunctionElement[str]):  # noqa: N801
    inherit_cache = True
    type = String()
    name = "text_of"


@compiles(_text_of)
def _text_of_default(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    (value,) = element.clauses
    return compiler.process(cast(value, String), **kw)


@compiles(_text_of, "mssql")
def _text_of_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    """By the styles that lose nothing: 3 for FLOAT, 121 for dates and times."""
    (value,) = element.clauses
    inner, kind = compiler.process(value, **kw), value.type
    match kind:
        case Uuid():
            return f"LOWER(CONVERT(CHAR(36), {inner}))"
        case Float():
            return f"CONVERT(VARCHAR(40), {inner}, 3)"
        case DateTime():
            moment = f"SWITCHOFFSET({inner}, '+00:00')" if _has_zone(value) else inner
            return f"CONVERT(VARCHAR(40), {moment}, 121)"
        case Date() | Time():
            return f"CONVERT(VARCHAR(40), {inner}, 121)"
        case Numeric(precision=int(precision), scale=int(scale)):  # MONEY would lose two digits
            return f"CAST(CAST({inner} AS DECIMAL({precision}, {scale})) AS VARCHAR(60))"
        case Integer() | Numeric():
            return f"CAST({inner} AS VARCHAR(60))"
        case LargeBinary():
            return f"CONVERT(VARCHAR(MAX), CAST({inner} AS VARBINARY(MAX)), 2)"
        case _:
            return f"CAST({inner} AS NVARCHAR(MAX))"


@compiles(_text_of, "snowflake")
def _text_of_snowflake(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    (value,) = element.clauses
    inner = compiler.process(value, **kw)
    match value.type:
        case DateTime():
            moment = f"CONVERT_TIMEZONE('UTC', {inner})" if _has_zone(value) else inner
            return f"TO_VARCHAR({moment}, 'YYYY-MM-DD HH24:MI:SS.FF9')"
        case Date():
            return f"TO_VARCHAR({inner}, 'YYYY-MM-DD')"
        case Time():
            return f"TO_VARCHAR({inner}, 'HH24:MI:SS.FF9')"
        case _:
            return f"CAST({inner} AS VARCHAR)"


def sample_deviation(
    number: ColumnElement[Any], *, near: ColumnElement[Any]
) -> ColumnElement[float]:
    """The sample standard deviation in double precision; NULL for fewer than two values.

    `near` is any number that lies near the values. SQLite has no deviation, and sums squares about it: the squares of
    the values themselves would be so great that their differences are lost.

    Values that are not finite make NaN on PostgreSQL; on DuckDB they are left out, and whoever asks learns of them from
    the sum. Other engines have none.
    """
    return _stddev(as_double(number), as_double(near))


class _stddev(FunctionElement[float]):  # noqa: N801
    inherit_cache = True
    type = Double()
    name = "stddev_samp"


@compiles(_stddev)
def _stddev_default(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    number, _ = element.clauses
    return f"STDDEV_SAMP({compiler.process(number, **kw)})"


@compiles(_stddev, "postgresql")
def _stddev_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    """Of exact numbers exactly, in less time than casting each of them takes.

    The root is drawn of a double: the variance has 16 digits, but its own root as many digits behind the point as the
    variance, which for great numbers is none.
    """
    number, _ = element.clauses
    if isinstance(number.clause.type, Float):
        return f"STDDEV_SAMP({compiler.process(number, **kw)})"
    return f"SQRT(CAST(VAR_SAMP({compiler.process(number.clause, **kw)}) AS DOUBLE PRECISION))"


@compiles(_stddev, "duckdb")
def _stddev_duckdb(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    """Of the finite values, for DuckDB's own function gives up the statement where one is not."""
    number, _ = element.clauses
    x = compiler.process(number, **kw)
    is_float = isinstance(number.clause.type, Float)
    return f"STDDEV_SAMP(CASE WHEN ISFINITE({x}) THEN {x} END)" if is_float else f"STDDEV_SAMP({x})"


@compiles(_stddev, "mssql")
def _stddev_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    number, _ = element.clauses
    return f"STDEV({compiler.process(number, **kw)})"


@compiles(_stddev, "sqlite")
def _stddev_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    number, near = (compiler.process(each, **kw) for each in element.clauses)
    x = f"({number} - {near})"
    return (
        f"CASE WHEN COUNT({x}) > 1 THEN SQRT(MAX(0.0, (SUM({x} * {x}) - SUM({x}) * SUM({x}) / COUNT({x}))"
        f" / (COUNT({x}) - 1))) END"
    )


def count_of(value: ColumnElement[Any] | None = None) -> FunctionElement[int]:
    """How many values there are, or (None) rows; may be `.over()` a window, and of `value.distinct()`."""
    return _count() if value is None else _count(value)


class _count(FunctionElement[int]):  # noqa: N801
    inherit_cache = True
    type = BigInteger()
    name = "count"


@compiles(_count)
def _count_default(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"count({_counted(element, compiler, **kw)})"


@compiles(_count, "mssql")
def _count_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"COUNT_BIG({_counted(element, compiler, **kw)})"


def _counted(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw | {"within_aggregate_function": True}) or "*"


def count_when(condition: ColumnElement[Any]) -> FunctionElement[int]:
    """How many rows fulfil the condition."""
    return count_of(case((condition, literal_column("1", Integer()))))


class nulls_last(FunctionElement[Any]):  # noqa: N801
    """Something to order by, ascending, what is NULL at the end; for the ORDER BY of a query or a window."""

    inherit_cache = True
    name = "nulls_last"

    def __init__(self, value: ColumnElement[Any]) -> None:
        self.type = value.type
        super().__init__(value)


@compiles(nulls_last)
def _nulls_last(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    value = compiler.process(element.clauses, **kw)
    return f"CASE WHEN {value} IS NULL THEN 1 ELSE 0 END, {value}"


@compiles(nulls_last, "duckdb")
@compiles(nulls_last, "postgresql")
@compiles(nulls_last, "snowflake")
@compiles(nulls_last, "sqlite")
def _nulls_last_said(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.clauses, **kw)} NULLS LAST"


class _separator(FunctionElement[str]):  # noqa: N801
    inherit_cache = True
    type = String()
    name = "unit_separator"


@compiles(_separator)
def _separator_default(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return "CHR(31)"


@compiles(_separator, "sqlite")
@compiles(_separator, "mssql")
def _separator_char(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return "CHAR(31)"


def framed(values: list[ColumnElement[Any]]) -> ColumnElement[str]:
    """Several values as one text that no other values make; NULL when one of them is NULL.

    Between them stands the unit separator (U+001F) and a V. Where a text holds the separator it is doubled: so one that
    is followed by a V, read from the left, is always a border.
    """
    separator = _separator()
    texts = [_unmistakable(each, separator) for each in values]
    whole = texts[0]
    for text in texts[1:]:
        whole = whole.concat(separator).concat(literal_column("'V'", String())).concat(text)
    return whole


def _unmistakable(value: ColumnElement[Any], separator: ColumnElement[str]) -> ColumnElement[str]:
    if isinstance(
        value.type, Numeric | Float | Integer | Date | DateTime
    ):  # their texts hold no separator
        return as_text(value)
    doubled = separator.concat(separator)
    return func.replace(as_text(value), separator, doubled, type_=String())


class shifted(FunctionElement[Any]):  # noqa: N801
    """A date or timestamp, `count` periods later.

    For the start of a period; engines disagree about what comes a month after 31 January. Far dates are common, and
    9999-12-31 is SQL Server's last: of two moments shift the later one back.
    """

    inherit_cache = True
    type = DateTime()
    name = "shifted"

    def __init__(self, moment: ColumnElement[Any], count: int, unit: PeriodUnit) -> None:
        if unit is PeriodUnit.QUARTER:
            count, unit = 3 * count, PeriodUnit.MONTH
        elif unit is PeriodUnit.WEEK:
            count, unit = 7 * count, PeriodUnit.DAY
        super().__init__(moment, literal_column(str(int(count))), literal_column(unit.value))


def _shift_parts(element: Any, compiler: SQLCompiler, **kw: Any) -> tuple[str, str, str]:
    moment, count, unit = element.clauses
    return compiler.process(moment, **kw), count.name, unit.name


@compiles(shifted)
def _shifted(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    moment, count, unit = _shift_parts(element, compiler, **kw)
    return f"({moment} + INTERVAL '{count} {unit}')"


@compiles(shifted, "sqlite")
def _shifted_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    moment, count, unit = _shift_parts(element, compiler, **kw)
    function = "DATETIME" if unit == "hour" else "DATE"
    return f"{function}({moment}, '{int(count):+d} {unit}s')"


@compiles(shifted, "mssql")
@compiles(shifted, "snowflake")
def _shifted_dateadd(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    moment, count, unit = _shift_parts(element, compiler, **kw)
    return f"DATEADD({unit.upper()}, {count}, {moment})"
