"""Canonical texts of dates, times and timestamps, engine by engine: whole numbers, counted from the beginning of 1970.

Traps tamed here:

- **Infinite dates and timestamps** are an error in PostgreSQL's subtraction and NULL in DuckDB's EPOCH_US: a row would
  be lost unseen. Their text is `Infinity` or `-Infinity`.
- **64 bits.** Microseconds since 1970 do not hold PostgreSQL's last years, and nanoseconds not the year 2263: there the
  numbers are wider. T-SQL's DATEDIFF_BIG overflows in the same way: seconds and the rest are counted apart.
- **Before 1970** some functions truncate towards zero, DuckDB's EPOCH_US of a TIMESTAMP_NS for one.
- **`datetime`** counts in 1/300 s, and cast to a finer type it shows them: .003 becomes .0033333. What it stands for is
  its three digits.
- **EXTRACT** of PostgreSQL is exact since version 14; before, it is a double. In the years beyond 294246, which nobody
  else has, it rounds to some digits.
- A timestamp with a zone is counted in UTC, one without as if it were in UTC.
"""

from typing import Any

from sqlalchemy import ColumnElement, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from ombudsman.model.moments import ticks
from ombudsman.model.types import DataType, Date, Time, Timestamp


class days_text(FunctionElement[str]):  # noqa: N801 - reads as an SQL function
    """A date as the number of days since 1970-01-01."""

    inherit_cache = True
    type = String()
    name = "days_text"


@compiles(days_text)
def _days_text(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    x = compiler.process(element.clauses, **kw)
    text = "TEXT" if compiler.dialect.name == "postgresql" else "VARCHAR"
    days = f"CAST({x} - DATE '1970-01-01' AS {text})"
    return f"CASE WHEN ISFINITE({x}) THEN {days} ELSE {_infinity(x, text)} END"


@compiles(days_text, "mssql")
def _days_text_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    x = compiler.process(element.clauses, **kw)
    return f"CONVERT(VARCHAR(12), DATEDIFF(DAY, '19700101', {x}))"


@compiles(days_text, "snowflake")
def _days_text_snowflake(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    x = compiler.process(element.clauses, **kw)
    return f"TO_VARCHAR(DATEDIFF('day', CAST('1970-01-01' AS DATE), {x}))"


class count_text(FunctionElement[str]):  # noqa: N801
    """A time or timestamp, or a date as its midnight, as a count of 10^-digits seconds. `digits` is 6, 7 or 9."""

    inherit_cache = False
    type = String()
    name = "count_text"

    def __init__(self, moment: ColumnElement[Any], data_type: DataType, digits: int) -> None:
        self.data_type = data_type
        self.digits = digits
        super().__init__(moment)


@compiles(count_text, "postgresql")
def _count_text_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    """EXTRACT gives a NUMERIC: as wide as need be, and infinite where the moment is."""
    x = compiler.process(element.clauses, **kw)
    return f"CAST(TRUNC(EXTRACT(EPOCH FROM {x}) * {ticks(element.digits)}) AS TEXT)"


@compiles(count_text, "duckdb")
def _count_text_duckdb(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    x = compiler.process(element.clauses, **kw)
    infinity = _infinity(x, "VARCHAR")
    if isinstance(element.data_type, Date):
        wide = f"CAST({x} - DATE '1970-01-01' AS HUGEINT) * {86_400 * ticks(element.digits)}"
        return f"CASE WHEN ISFINITE({x}) THEN CAST({wide} AS VARCHAR) ELSE {infinity} END"
    is_fine = element.data_type.precision > 6
    count = f"EPOCH_NS({x})" if is_fine else f"EPOCH_US({x})"
    factor = ticks(element.digits - (9 if is_fine else 6))
    if factor > 1:
        count = f"CAST({count} AS HUGEINT) * {factor}"
    if isinstance(element.data_type, Time):
        return f"CAST({count} AS VARCHAR)"
    if is_fine:  # EPOCH_NS counts the infinite ones too, as if they were moments
        return f"CASE WHEN ISFINITE({x}) THEN CAST({count} AS VARCHAR) ELSE {infinity} END"
    return f"COALESCE(CAST({count} AS VARCHAR), {infinity})"


@compiles(count_text, "mssql")
def _count_text_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    x, digits = compiler.process(element.clauses, **kw), element.digits
    if isinstance(element.data_type, Time):
        midnight = "CAST('00:00' AS TIME(7))"
        count = {
            6: f"DATEDIFF_BIG(MICROSECOND, {midnight}, {x})",
            7: f"DATEDIFF_BIG(NANOSECOND, {midnight}, {x}) / 100",
            9: f"DATEDIFF_BIG(NANOSECOND, {midnight}, {x})",
        }[digits]
        return f"CONVERT(VARCHAR(20), {count})"
    moment = _datetime2(x, element.data_type)
    seconds, nanoseconds = (
        f"DATEDIFF_BIG(SECOND, '19700101', {moment})",
        f"DATEPART(NANOSECOND, {moment})",
    )
    count = {
        6: f"DATEDIFF_BIG(MICROSECOND, '19700101', {moment})",
        7: f"{seconds} * 10000000 + {nanoseconds} / 100",
        9: f"CAST({seconds} AS DECIMAL(38, 0)) * 1000000000 + {nanoseconds}",
    }[digits]
    return f"CONVERT(VARCHAR(41), {count})"


def _datetime2(x: str, data_type: DataType) -> str:
    """The moment in UTC, in the type that has its digits and no others."""
    if isinstance(data_type, Timestamp) and data_type.zone:
        return f"CAST(SWITCHOFFSET({x}, '+00:00') AS DATETIME2(7))"
    precision = min(data_type.precision, 7) if isinstance(data_type, Timestamp) else 0
    return f"CAST({x} AS DATETIME2({precision}))"


@compiles(count_text, "snowflake")
def _count_text_snowflake(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    x, digits = compiler.process(element.clauses, **kw), element.digits
    if isinstance(element.data_type, Time):
        midnight = "CAST('00:00:00' AS TIME)"
        count = {
            6: f"DATEDIFF('microsecond', {midnight}, {x})",
            7: f"CAST(FLOOR(DATEDIFF('nanosecond', {midnight}, {x}) / 100) AS NUMBER(38, 0))",
            9: f"DATEDIFF('nanosecond', {midnight}, {x})",
        }[digits]
        return f"TO_VARCHAR({count})"
    if isinstance(element.data_type, Timestamp) and element.data_type.zone:
        x = f"CAST(CONVERT_TIMEZONE('UTC', {x}) AS TIMESTAMP_NTZ)"
    epoch = "CAST('1970-01-01' AS TIMESTAMP_NTZ)"
    seconds, nanoseconds = f"DATEDIFF('second', {epoch}, {x})", f"DATE_PART('nanosecond', {x})"
    count = {
        6: f"DATEDIFF('microsecond', {epoch}, {x})",
        7: f"CAST({seconds} * 10000000 + FLOOR({nanoseconds} / 100) AS NUMBER(38, 0))",
        9: f"{seconds} * 1000000000 + {nanoseconds}",
    }[digits]
    return f"TO_VARCHAR({count})"


def _infinity(x: str, text: str) -> str:
    """`Infinity` or `-Infinity` of an infinite date or timestamp, NULL of NULL."""
    return f"REPLACE(CAST({x} AS {text}), 'inf', 'Inf')"
