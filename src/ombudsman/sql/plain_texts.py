"""Canonical texts of texts, bytes and UUIDs, engine by engine.

Traps tamed here:

- **Padding** is U+0020 at the end and nothing else: RTRIM with one argument takes other blanks on DuckDB.
- **Code pages.** A hash of T-SQL's NVARCHAR is one of UTF-16, and a VARCHAR of a code page has lost letters: texts take
  a UTF-8 collation, each of them, for `+` over two collations is an error.
- **Letter case** of the digits of a UUID says nothing, and in a text that should hold one only the letters A to F are
  made small, which every engine does alike.
"""

from typing import Any

from sqlalchemy import ColumnElement, String, func, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from ombudsman.model.types import DataType, Text


class plain_text(FunctionElement[str]):  # noqa: N801 - reads as an SQL function
    """A text as it is, or without the padding at its end."""

    inherit_cache = False
    type = String()
    name = "plain_text"

    def __init__(self, text: ColumnElement[Any], data_type: DataType, *, padded: bool) -> None:
        self.is_padded = padded
        self.is_fixed = isinstance(data_type, Text) and data_type.fixed
        super().__init__(text)


@compiles(plain_text)
def _plain_text(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    x = compiler.process(element.clauses, **kw)
    return f"RTRIM({x}, ' ')" if element.is_padded else x


@compiles(plain_text, "postgresql")
def _plain_text_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    """A cast to TEXT takes off a CHAR's padding."""
    text = f"CAST({compiler.process(element.clauses, **kw)} AS TEXT)"
    return f"RTRIM({text}, ' ')" if element.is_padded and not element.is_fixed else text


@compiles(plain_text, "mssql")
def _plain_text_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    x = compiler.process(element.clauses, **kw)
    wide = f"CAST({f'RTRIM({x})' if element.is_padded else x} AS NVARCHAR(MAX))"
    return f"CAST({wide} COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(MAX))"


class hex_text(FunctionElement[str]):  # noqa: N801
    """Bytes as hexadecimal digits, letters small."""

    inherit_cache = True
    type = String()
    name = "hex_text"


@compiles(hex_text)
def _hex_text(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"LOWER(HEX({compiler.process(element.clauses, **kw)}))"


@compiles(hex_text, "postgresql")
def _hex_text_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"ENCODE({compiler.process(element.clauses, **kw)}, 'hex')"


@compiles(hex_text, "mssql")
def _hex_text_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    """Image converts to nothing else than VARBINARY."""
    x = compiler.process(element.clauses, **kw)
    return f"LOWER(CONVERT(VARCHAR(MAX), CAST({x} AS VARBINARY(MAX)), 2))"


@compiles(hex_text, "snowflake")
def _hex_text_snowflake(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"HEX_ENCODE({compiler.process(element.clauses, **kw)}, 0)"


def uuid_text(
    column: ColumnElement[Any], data_type: DataType, *, padded: bool
) -> ColumnElement[str]:
    """A UUID as its 36 characters, letters small; of a text that should hold one, the text with these letters small."""
    if not isinstance(data_type, Text):
        return _uuid_text(column)
    text = plain_text(column, data_type, padded=padded)
    great, small = literal_column("'ABCDEF'", String()), literal_column("'abcdef'", String())
    return func.translate(text, great, small, type_=String())


class _uuid_text(FunctionElement[str]):  # noqa: N801
    inherit_cache = True
    type = String()
    name = "uuid_text"


@compiles(_uuid_text)
def _uuid_text_default(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS VARCHAR)"


@compiles(_uuid_text, "postgresql")
def _uuid_text_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS TEXT)"


@compiles(_uuid_text, "mssql")
def _uuid_text_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"LOWER(CONVERT(CHAR(36), {compiler.process(element.clauses, **kw)}))"
