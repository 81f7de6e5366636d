"""A statement as whole SQL text, its values written into it.

This text is the evidence: who copies it into a console of the engine sees what we saw. It is also what is sent where
values cannot be bound (PostgreSQL's COPY). So every literal carries its type, and no value can end its own literal.

Traps tamed here:

- `1.5` is a DECIMAL on DuckDB and PostgreSQL: a float must say that it is one, and a decimal without digits behind the
  point too, for `3` is an integer and divides as one.
- A NUL ends a statement's text for some engines: a value that holds one is refused.
- `'2024-01-01'` is a text until a column stands beside it; dates and times say what they are.
- Drivers with `%s` placeholders double every percent sign; in text for people there is just one.
- PostgreSQL reads a backslash as itself only with `standard_conforming_strings`, which our sessions set.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Dialect
from sqlalchemy.exc import CompileError
from sqlalchemy.sql import ClauseElement, Executable
from sqlalchemy.sql.compiler import SQLCompiler
from typing_extensions import override

from ombudsman.model.errors import Unsupported

_TYPED = frozenset({"duckdb", "postgresql"})
"""The engines whose literals we write with their types. Others get SQLAlchemy's own."""


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
        name = self.dialect.name
        written = _plain(value)
        if written is None and name in _TYPED:
            written = _typed(value, duckdb=name == "duckdb")
        if written is None and name == "sqlite":
            written = _sqlite(value)
        return super().render_literal_value(value, type_) if written is None else written


def _plain(value: Any) -> str | None:
    match value:
        case None:
            return "NULL"
        case str():
            return _quoted(value)
        case int() if not isinstance(value, bool):
            return str(int(value))
        case _:
            return None


def _typed(value: Any, *, duckdb: bool) -> str | None:
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return f"CAST('{value!r}' AS DOUBLE PRECISION)"
        case Decimal():
            return _decimal(value, duckdb=duckdb)
        case dt.datetime():
            zone = "" if value.tzinfo is None else " WITH TIME ZONE"
            return f"CAST('{value.isoformat(sep=' ')}' AS TIMESTAMP{zone})"
        case dt.date():
            return f"CAST('{value.isoformat()}' AS DATE)"
        case dt.time():
            zone = "" if value.tzinfo is None else " WITH TIME ZONE"
            return f"CAST('{value.isoformat()}' AS TIME{zone})"
        case dt.timedelta():
            return f"CAST('{value // dt.timedelta(microseconds=1)} microseconds' AS INTERVAL)"
        case UUID():
            return f"CAST('{value}' AS UUID)"
        case bytes() | bytearray() | memoryview():
            digits = bytes(value).hex()
            return f"unhex('{digits}')" if duckdb else f"CAST('\\x{digits}' AS BYTEA)"
        case list() | tuple():
            parts = [_plain(each) or _typed(each, duckdb=duckdb) for each in value]
            return None if None in parts else f"ARRAY[{', '.join(map(str, parts))}]"
        case _:
            return None


def _decimal(value: Decimal, *, duckdb: bool) -> str:
    if not value.is_finite():
        return f"CAST('{value}' AS {'DOUBLE PRECISION' if duckdb else 'NUMERIC'})"
    digits = format(value, "f")
    if "." in digits:
        return digits
    width = len(digits.lstrip("-"))
    return f"CAST({digits} AS {f'DECIMAL({width}, 0)' if duckdb else 'NUMERIC'})"


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


def _quoted(text: str) -> str:
    if "\x00" in text:
        raise Unsupported(
            "a text that is compared with holds a NUL character, which SQL cannot write",
            hint="leave it out of the condition",
        )
    return "'" + text.replace("'", "''") + "'"
