"""How is a value read, so that what is forgiven makes no difference?

Every value becomes the one that stands for all that count as equal to it: a text without its last blanks, in small
letters, NULL instead of empty; a number or a moment without the digits that do not count. So whatever compares, counts
or groups such values agrees with whoever forgave.

Traps tamed here:

- **Floats** are cut by way of the decimal that they are written as: 1.15 lies below 1.15, and is no 1.14.
- **Moments** are cut downwards, before 1970 and after, by the digits of their second; infinite ones stay.
- **Small letters** are the engine's own LOWER: a PostgreSQL database of locale C knows no others than ASCII's.
- **Truncation** of numbers is spelt otherwise everywhere; of moments no engine has it for all digits.

What needs both values side by side (a distance), or what not all engines can do (Unicode forms), is not done here.
"""

from typing import Any

from sqlalchemy import ColumnElement, Float, func, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from ombudsman.model import types
from ombudsman.model.equality import Equality
from ombudsman.model.errors import Unsupported
from ombudsman.model.types import DataType
from ombudsman.sql.expressions import without_padding
from ombudsman.sql.native_types import sqlalchemy_type

MICROSECOND_DIGITS = 6
FLOAT_DIGITS = 19
"""Behind these a double is not cut: its decimal has no room for more."""


def forgives(equality: Equality, data_type: DataType) -> bool:
    """Whether columns of this type are read otherwise than they are."""
    value = literal_column("value", sqlalchemy_type(data_type))
    return forgiven(value, equality, data_type) is not value


def forgiven(
    value: ColumnElement[Any], equality: Equality, data_type: DataType
) -> ColumnElement[Any]:
    """The value that stands for all that count as equal to it."""
    match data_type:
        case types.Text():
            return _forgiven_text(value, equality)
        case types.Decimal() | types.Float() if equality.decimals is not None:
            is_cut = equality.decimals < _most_digits(data_type)
            return cut_number(value, equality.decimals, equality.cut) if is_cut else value
        case types.Time(zone=False) | types.Timestamp() if equality.second_digits is not None:
            digits = equality.second_digits
            is_cut = digits < min(data_type.precision, MICROSECOND_DIGITS)
            return cut_moment(value, digits, equality.cut) if is_cut else value
        case _:
            return value


def _most_digits(number: types.Decimal | types.Float) -> int:
    """How many digits behind its point a number of this type has at most; doubles, as far as they are cut."""
    if isinstance(number, types.Decimal) and number.scale is not None:
        return number.scale
    return FLOAT_DIGITS + 1 if isinstance(number, types.Float) else 1000


def forgiven_constant(
    value: ColumnElement[Any], equality: Equality, data_type: DataType
) -> ColumnElement[Any]:
    """A person's constant, as the values of the column are read that it is held against; never NULL.

    A number or a moment stays as it was written.
    """
    if not isinstance(data_type, types.Text):
        return value
    return _forgiven_text(value, equality.model_copy(update={"empty_is_null": False}))


def forgiven_text(text: str, equality: Equality) -> str:
    """The same, of a constant that is held against values here."""
    if equality.trailing_blanks == "ignored":
        text = text.rstrip(" ")
    # Letter by letter, as engines do it: a whole word would end in another sigma.
    return "".join(map(str.lower, text)) if equality.letter_case == "ignored" else text


def _forgiven_text(value: ColumnElement[Any], equality: Equality) -> ColumnElement[Any]:
    if equality.trailing_blanks == "ignored":
        value = without_padding(value)
    if equality.letter_case == "ignored":
        value = func.lower(value)
    return func.nullif(value, "") if equality.empty_is_null else value


class cut_number(FunctionElement[Any]):  # noqa: N801 - reads as an SQL function
    """A decimal or a float without the digits behind the first few behind its point, truncated or rounded."""

    inherit_cache = True
    name = "cut_number"

    def __init__(self, number: ColumnElement[Any], digits: int, how: str) -> None:
        self.type = number.type
        super().__init__(number, literal_column(str(int(digits))), literal_column(how))


def _number_parts(element: Any, compiler: SQLCompiler, **kw: Any) -> tuple[str, str, str, bool]:
    """The number, how many digits, what is done with the others, and whether it is a float."""
    number, digits, how = element.clauses
    inner = compiler.process(number, **kw)
    return inner, digits.name, how.name, isinstance(number.type, Float)


@compiles(cut_number)
def _cut_number(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    number, digits, how, _ = _number_parts(element, compiler, **kw)
    return f"{'TRUNC' if how == 'truncate' else 'ROUND'}({number}, {digits})"


@compiles(cut_number, "postgresql")
def _cut_number_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    number, digits, how, is_float = _number_parts(element, compiler, **kw)
    exact = f"CAST(CAST({number} AS TEXT) AS NUMERIC)" if is_float else number
    cut = f"{'TRUNC' if how == 'truncate' else 'ROUND'}({exact}, {digits})"
    return f"CAST({cut} AS DOUBLE PRECISION)" if is_float else cut


@compiles(cut_number, "duckdb")
def _cut_number_duckdb(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    """What does not fit into the decimal has no digits behind its point that a double could hold, or is no number.

    The way back is by a text, too: DuckDB's cast of a decimal is off by some last bits below -2^53.
    """
    number, digits, how, is_float = _number_parts(element, compiler, **kw)
    function = "TRUNC" if how == "truncate" else "ROUND"
    if not is_float:
        return f"{function}({number}, {digits})"
    exact = f"TRY_CAST(CAST({number} AS VARCHAR) AS DECIMAL(38, 19))"
    return f"COALESCE(CAST(CAST({function}({exact}, {digits}) AS VARCHAR) AS DOUBLE), {number})"


@compiles(cut_number, "mssql")
def _cut_number_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    number, digits, how, _ = _number_parts(element, compiler, **kw)
    return f"ROUND({number}, {digits}, {1 if how == 'truncate' else 0})"


@compiles(cut_number, "sqlite")
def _cut_number_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    """Numbers are doubles there; what a product adds at its last digit is rounded off before it is cut."""
    number, digits, how, _ = _number_parts(element, compiler, **kw)
    if how == "round":
        return f"ROUND({number}, {digits})"
    scale = f"1{'0' * int(digits)}.0"
    return f"CAST(ROUND({number} * {scale}, 4) AS INTEGER) / {scale}"


class cut_moment(FunctionElement[Any]):  # noqa: N801
    """A time or timestamp with fewer digits of a second, truncated, or rounded to the nearer one, halves upwards."""

    inherit_cache = True
    name = "cut_moment"

    def __init__(self, moment: ColumnElement[Any], digits: int, how: str) -> None:
        self.type = moment.type
        step = 10 ** (MICROSECOND_DIGITS - digits)
        half = step // 2 if how == "round" else 0
        super().__init__(moment, literal_column(str(step)), literal_column(str(half)))


def _moment_parts(element: Any, compiler: SQLCompiler, **kw: Any) -> tuple[str, str, int]:
    """The moment, and in microseconds: the steps that are left, and what is added before."""
    moment, step, half = element.clauses
    return compiler.process(moment, **kw), step.name, int(half.name)


@compiles(cut_moment)
def _cut_moment(_element: Any, compiler: SQLCompiler, **_kw: Any) -> str:
    raise Unsupported(
        f"{compiler.dialect.name} cannot leave out digits of a second",
        hint="leave second_digits out of the policy, or agree on a transformation in the mapping",
    )


@compiles(cut_moment, "duckdb")
def _cut_moment_duckdb(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    moment, step, half = _moment_parts(element, compiler, **kw)
    if half:
        moment = f"({moment} + TO_MICROSECONDS({half}))"
    return f"({moment} - TO_MICROSECONDS(COALESCE(MICROSECOND({moment}) % {step}, 0)))"


@compiles(cut_moment, "postgresql")
def _cut_moment_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    moment, step, half = _moment_parts(element, compiler, **kw)
    if half:
        moment = f"({moment} + INTERVAL '{half} microseconds')"
    rest = f"MOD(CAST(EXTRACT(MICROSECONDS FROM {moment}) AS BIGINT), {step})"
    return f"({moment} - COALESCE({rest}, 0) * INTERVAL '1 microsecond')"


@compiles(cut_moment, "mssql")
def _cut_moment_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    moment, step, half = _moment_parts(element, compiler, **kw)
    if half:
        moment = f"DATEADD(MICROSECOND, {half}, {moment})"
    rest = f"DATEPART(NANOSECOND, {moment}) % ({step} * 1000)"
    return f"DATEADD(NANOSECOND, -({rest}), {moment})"


@compiles(cut_moment, "snowflake")
def _cut_moment_snowflake(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    moment, step, half = _moment_parts(element, compiler, **kw)
    if half:
        moment = f"DATEADD(MICROSECOND, {half}, {moment})"
    rest = f"MOD(DATE_PART(NANOSECOND, {moment}), {step} * 1000)"
    return f"DATEADD(NANOSECOND, -({rest}), {moment})"
