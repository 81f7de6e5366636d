"""A statement as whole SQL text, its values written into it.

This text is the evidence: who copies it into a console of the engine sees what we saw. It is also what is sent where
values cannot be bound (PostgreSQL's COPY). So every literal carries its type, and no value can end its own literal.

Traps tamed here:

- `1.5` is a DECIMAL on DuckDB and PostgreSQL: a float must say that it is one, and a decimal without digits behind the
  point too, for `3` is an integer and divides as one.
- A NUL ends a statement's text for some engines: a value that holds one is refused.
- `'2024-01-01'` is a text until a column stands beside it; dates and times say what they are.
- Drivers with `%s` placeholders double every percent sign; in text for people there is just one.
- PostgreSQL reads a backslash as itself only with `standard_conforming_strings`, which our sessions set; Snowflake
  reads one as an escape, always.
- SQL Server reads a text in its code page unless an N stands before it, and takes a backslash at the end of a line out
  of it, with the line's end; it has no TRUE and no INTERVAL, and its TIMESTAMP is no moment.
"""

import datetime as dt
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import literal
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import CompileError
from sqlalchemy.sql import ClauseElement, Executable
from sqlalchemy.sql.compiler import SQLCompiler
from typing_extensions import override

from ombudsman.model.errors import Unsupported

_TYPED = frozenset({"duckdb", "postgresql", "mssql", "snowflake"})
"""The engines whose literals we write with their types. Others get SQLAlchemy's own."""

_MOMENTS = {
    "mssql": ("DATETIME2", "DATETIMEOFFSET"),
    "snowflake": ("TIMESTAMP_NTZ", "TIMESTAMP_TZ"),
}
_STANDARD_MOMENTS = ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE")
"""Types of a moment without and with a zone."""


def whole_sql(statement: Executable | ClauseElement, dialect: Dialect) -> str:
    """The statement in the engine's SQL, with all values in place.

    Raises:
        Unsupported: a value of the statement cannot be written in this engine's SQL.
    """
    assert isinstance(statement, ClauseElement)  # noqa: S101 - as every statement of SQLAlchemy is
    try:
        compiled = statement.compile(
            dialect=dialect, compile_kwargs={"literal_binds": True, "render_postcompile": True}
        )
    except CompileError:
        raise Unsupported(
            f"a value of the statement cannot be written in the SQL of {dialect.name}",
            hint="use a text, a number, a date or a time instead",
        ) from None
    return str(compiled)


def literal_sql(value: Any, dialect: Dialect) -> str:
    """A value in the engine's SQL, as `whole_sql` writes it; quick, for millions of them.

    Raises:
        Unsupported: the value cannot be written in this engine's SQL.
    """
    written = _written(value, dialect.name)
    return whole_sql(literal(value), dialect) if written is None else written


def writing_dialect(make: Callable[..., Dialect]) -> Dialect:
    """A dialect that writes literals with their types; `make` makes a dialect, given its paramstyle."""
    dialect = make(paramstyle="named")
    dialect.statement_compiler = type(
        "LiteralCompiler", (_LiteralCompiler, dialect.statement_compiler), {}
    )
    return dialect


class _LiteralCompiler(SQLCompiler):
    @override
    def render_literal_value(self, value: Any, type_: Any) -> str:
        written = _written(value, self.dialect.name)
        return super().render_literal_value(value, type_) if written is None else written


def _written(value: Any, engine: str) -> str | None:
    """The value as we write it for this engine; None: as SQLAlchemy does."""
    written = _plain(value, engine)
    if written is None and engine in _TYPED:
        written = _typed(value, engine)
    if written is None and engine == "sqlite":
        written = _sqlite(value)
    return written


def _plain(value: Any, engine: str) -> str | None:
    match value:
        case None:
            return "NULL"
        case str():
            return _quoted(value, engine)
        case int() if not isinstance(value, bool):
            return str(int(value))
        case _:
            return None


def _typed(value: Any, engine: str) -> str | None:
    match value:
        case bool():
            return _boolean(value, engine)
        case float():
            return _float(value, engine)
        case Decimal():
            return _decimal(value, engine)
        case dt.datetime():
            moments = _MOMENTS.get(engine, _STANDARD_MOMENTS)
            kind = moments[value.tzinfo is not None]
            return f"CAST('{value.isoformat(sep=' ')}' AS {kind})"
        case dt.date():
            return f"CAST('{value.isoformat()}' AS DATE)"
        case dt.time() if value.tzinfo is None:
            return f"CAST('{value.isoformat()}' AS TIME)"
        case UUID():
            return _uuid(value, engine)
        case bytes() | bytearray() | memoryview():
            return _bytes(bytes(value).hex(), engine)
        case _ if engine in _MOMENTS:
            return None
        case dt.time():
            return f"CAST('{value.isoformat()}' AS TIME WITH TIME ZONE)"
        case dt.timedelta():
            return f"CAST('{value // dt.timedelta(microseconds=1)} microseconds' AS INTERVAL)"
        case list() | tuple():
            parts = [_plain(each, engine) or _typed(each, engine) for each in value]
            return None if None in parts else f"ARRAY[{', '.join(map(str, parts))}]"
        case _:
            return None


def _boolean(value: bool, engine: str) -> str:  # noqa: FBT001 - it is the value
    if engine == "mssql":
        return f"CAST({int(value)} AS BIT)"
    return "true" if value else "false"


def _float(value: float, engine: str) -> str:
    if engine == "mssql" and not math.isfinite(value):
        raise Unsupported(
            "SQL Server has no infinite numbers and no NaN",
            hint="compare with the greatest or least number instead",
        )
    return f"CAST('{value!r}' AS DOUBLE PRECISION)"


def _uuid(value: UUID, engine: str) -> str:
    if engine == "snowflake":
        return f"'{value}'"  # a text there, letters small
    return f"CAST('{value}' AS {'UNIQUEIDENTIFIER' if engine == 'mssql' else 'UUID'})"


def _bytes(digits: str, engine: str) -> str:
    match engine:
        case "duckdb":
            return f"unhex('{digits}')"
        case "mssql":
            return f"0x{digits}"
        case "snowflake":
            return f"TO_BINARY('{digits}', 'HEX')"
        case _:
            return f"CAST('\\x{digits}' AS BYTEA)"


def _decimal(value: Decimal, engine: str) -> str:
    if not value.is_finite():
        return f"CAST('{value}' AS {'NUMERIC' if engine == 'postgresql' else 'DOUBLE PRECISION'})"
    digits = format(value, "f")
    if "." in digits:
        return digits
    width = len(digits.lstrip("-"))
    kind = "NUMERIC" if engine == "postgresql" else f"DECIMAL({width}, 0)"
    return f"CAST({digits} AS {kind})"


def _sqlite(value: Any) -> str | None:
    match value:
        case bool():
            return str(int(value))
        case Decimal() if value.is_finite():
            return format(value, "f")
        case bytes() | bytearray() | memoryview():
            return f"X'{bytes(value).hex()}'"
        case _:
            return None


def _quoted(text: str, engine: str) -> str:
    if "\x00" in text:
        raise Unsupported(
            "a text that is compared with holds a NUL character, which SQL cannot write",
            hint="leave it out of the condition",
        )
    if engine == "mssql":
        return _quoted_mssql(text)
    if engine == "snowflake":
        text = text.replace("\\", "\\\\")
    return "'" + text.replace("'", "''") + "'"


def _quoted_mssql(text: str) -> str:
    """A backslash and the end of its line are parted, for within one literal they would vanish."""
    national = "" if text.isascii() else "N"
    quoted = [
        f"{national}'" + part.replace("'", "''") + "'"
        for part in re.split(r"(?<=\\)(?=\r?\n)", text)
    ]
    return quoted[0] if len(quoted) == 1 else f"({' + '.join(quoted)})"
