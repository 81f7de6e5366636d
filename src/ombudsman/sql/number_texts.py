"""Canonical texts of booleans and numbers, engine by engine.

Traps tamed here:

- **Casting to a common DECIMAL** overflows when there are many digits before the point, and costs DuckDB ten times what
  the text costs. An engine writes a decimal with all digits of its own scale: the zeros that are missing are appended.
- **NaN.** PostgreSQL's numeric has one, and `NaN00` is none: there ROUND appends the zeros.
- **`.5`.** DuckDB leaves out the nought before the point where no digit has its place there.
- **Money.** PostgreSQL writes it as a text of its language, T-SQL with two digits of the four: cast first.
- **Floats** are compared by their bits, for every engine prints them in its own way. The bits of -0.0 and 0.0, and
  those of the many NaN, are made one. Snowflake cannot be asked for bits.
"""

from typing import Any

from sqlalchemy import ColumnElement, String, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from ombudsman.model.errors import Unsupported
from ombudsman.model.types import DataType, Decimal


class boolean_text(FunctionElement[str]):  # noqa: N801 - reads as an SQL function
    """A boolean as `1` or `0`."""

    inherit_cache = True
    type = String()
    name = "boolean_text"


@compiles(boolean_text)
def _boolean_text(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    x = compiler.process(element.clauses, **kw)
    return f"CASE WHEN {x} THEN '1' WHEN NOT ({x}) THEN '0' END"


@compiles(boolean_text, "mssql")
def _boolean_text_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CASE {compiler.process(element.clauses, **kw)} WHEN 1 THEN '1' WHEN 0 THEN '0' END"


class whole_text(FunctionElement[str]):  # noqa: N801
    """A whole number as its digits."""

    inherit_cache = True
    type = String()
    name = "whole_text"


@compiles(whole_text)
def _whole_text(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS VARCHAR)"


@compiles(whole_text, "postgresql")
def _whole_text_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS TEXT)"


@compiles(whole_text, "mssql")
def _whole_text_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CONVERT(VARCHAR(20), {compiler.process(element.clauses, **kw)})"


@compiles(whole_text, "snowflake")
def _whole_text_snowflake(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"TO_VARCHAR({compiler.process(element.clauses, **kw)})"


def with_zeros(whole: ColumnElement[str], scale: int) -> ColumnElement[str]:
    """The text of a whole number as that of a decimal with so many digits behind the point."""
    return whole.concat(literal_column(f"'{_zeros(0, scale)}'", String())) if scale else whole


def _zeros(own: int, scale: int) -> str:
    """What is missing at the end of a number with `own` digits behind the point."""
    return ("" if own else "." if scale else "") + "0" * (scale - own)


class _OfDecimal(FunctionElement[str]):
    """The text of a decimal column. `scale` is the one that is wanted, `own` the one that the column has."""

    inherit_cache = False
    type = String()
    scale: int | None = None

    def __init__(self, number: ColumnElement[Any], data_type: DataType) -> None:
        declared = data_type if isinstance(data_type, Decimal) else Decimal()
        self.precision = declared.precision
        self.own = None if declared.scale is None else max(declared.scale, 0)
        super().__init__(number)


class decimal_text(_OfDecimal):  # noqa: N801
    """A decimal with exactly `scale` digits behind the point, which are no fewer than it has."""

    inherit_cache = False
    name = "decimal_text"

    def __init__(self, number: ColumnElement[Any], data_type: DataType, scale: int) -> None:
        self.scale = scale
        super().__init__(number, data_type)


class trimmed_decimal_text(_OfDecimal):  # noqa: N801
    """A decimal with no zeros at the end of its fraction."""

    inherit_cache = False
    name = "trimmed_decimal_text"


@compiles(decimal_text)
def _decimal_text(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    own, text = _own_text(element, compiler, **kw)
    zeros = _zeros(own, element.scale)
    plus = "+" if compiler.dialect.name == "mssql" else "||"
    return f"({text} {plus} '{zeros}')" if zeros else text


@compiles(decimal_text, "postgresql")
def _decimal_text_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    number = f"CAST({compiler.process(element.clauses, **kw)} AS NUMERIC)"
    if element.own != element.scale:
        number = f"ROUND({number}, {element.scale})"
    return f"CAST({number} AS TEXT)"


@compiles(trimmed_decimal_text)
def _trimmed_decimal_text(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    own, text = _own_text(element, compiler, **kw)
    return f"RTRIM(RTRIM({text}, '0'), '.')" if own else text


@compiles(trimmed_decimal_text, "postgresql")
def _trimmed_decimal_text_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(TRIM_SCALE(CAST({compiler.process(element.clauses, **kw)} AS NUMERIC)) AS TEXT)"


@compiles(trimmed_decimal_text, "mssql")
def _trimmed_decimal_text_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    """T-SQL trims nothing but blanks before 2022: so what is to be trimmed becomes blanks, and back."""
    own, text = _own_text(element, compiler, **kw)
    if not own:
        return text
    without_zeros = f"REPLACE(RTRIM(REPLACE({text}, '0', ' ')), ' ', '0')"
    return f"REPLACE(RTRIM(REPLACE({without_zeros}, '.', ' ')), ' ', '.')"


def _own_text(element: Any, compiler: SQLCompiler, **kw: Any) -> tuple[int, str]:
    """The scale of the column, and its number as the engine writes it: with all digits of that scale."""
    if element.own is None:
        raise Unsupported(
            f"the digits of a number without a scale are not known on {compiler.dialect.name}"
        )
    own: int = element.own
    x = compiler.process(element.clauses, **kw)
    match compiler.dialect.name:
        case "mssql":
            return own, f"CONVERT(VARCHAR(41), CAST({x} AS DECIMAL({element.precision}, {own})))"
        case "snowflake":
            return own, f"TO_VARCHAR({x})"
        case _:
            text = f"CAST({x} AS VARCHAR)"
            if own and own == element.precision:
                text = f"CASE WHEN {x} < 0 THEN '-0' || LTRIM({text}, '-') ELSE '0' || {text} END"
            return own, text


class bits_text(FunctionElement[str]):  # noqa: N801
    """A float as the hexadecimal digits of its 64 or 32 bits, highest first."""

    inherit_cache = False
    type = String()
    name = "bits_text"

    def __init__(self, number: ColumnElement[Any], *, bits: int) -> None:
        self.is_double = bits == 64
        super().__init__(number)


@compiles(bits_text)
def _bits_text(element: Any, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ARG001 - it is never written
    raise Unsupported(f"{compiler.dialect.name} does not tell the bits of a float")


@compiles(bits_text, "duckdb")
def _bits_text_duckdb(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    kind = "DOUBLE" if element.is_double else "FLOAT"
    x = f"CAST({compiler.process(element.clauses, **kw)} AS {kind})"
    folded = f"CASE WHEN {x} = 0 THEN CAST(0 AS {kind}) WHEN ISNAN({x}) THEN CAST('NaN' AS {kind}) ELSE {x} END"
    return f"LOWER(HEX(CAST(CAST({folded} AS BIT) AS BLOB)))"


@compiles(bits_text, "postgresql")
def _bits_text_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    kind, send = ("DOUBLE PRECISION", "FLOAT8SEND") if element.is_double else ("REAL", "FLOAT4SEND")
    x = f"CAST({compiler.process(element.clauses, **kw)} AS {kind})"
    return (
        f"ENCODE({send}(CASE WHEN {x} = 0 THEN 0 WHEN {x} = 'NaN' THEN 'NaN' ELSE {x} END), 'hex')"
    )


@compiles(bits_text, "mssql")
def _bits_text_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    kind, width = ("FLOAT", 8) if element.is_double else ("REAL", 4)
    x = f"CAST({compiler.process(element.clauses, **kw)} AS {kind})"
    folded = f"CASE WHEN {x} = 0 THEN CAST(0 AS {kind}) ELSE {x} END"
    return f"LOWER(CONVERT(CHAR({2 * width}), CAST({folded} AS BINARY({width})), 2))"
