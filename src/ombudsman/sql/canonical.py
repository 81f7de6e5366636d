"""The canonical text of a column and of a row, made by the engine that holds them.

What the texts must be is said by `ombudsman.model.canonical_values`; the constructs that make them stand by kind in
`number_texts`, `moment_texts` and `plain_texts`. The text is what a pass of fingerprints costs, more than the hash:
so texts are made with as few function calls as can be, and nothing is formatted that can be counted.

Traps tamed here:

- **A row without borders** reads like others: ('ab', 'c') like ('a', 'bc'), a NULL like the word that stands for it.
  See `row_text`.
- **Long chains of `||`** run into limits on nested expressions, and are slower than CONCAT_WS. That of PostgreSQL takes
  100 arguments at most.
- **T-SQL** cuts `+` at 8,000 bytes unless the first operand is a VARCHAR(MAX), and its CONCAT makes '' of NULL.
- SQLite, and engines that we do not know, make no canonical texts: their rows are hashed by this program.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from ombudsman.model.canonical_values import FRAMED
from ombudsman.model.errors import Unsupported
from ombudsman.model.forms import Form, FormKind
from ombudsman.model.types import Boolean, DataType, Integer
from ombudsman.sql.moment_texts import count_text, days_text
from ombudsman.sql.number_texts import (
    bits_text,
    boolean_text,
    decimal_text,
    trimmed_decimal_text,
    whole_text,
    with_zeros,
)
from ombudsman.sql.plain_texts import hex_text, plain_text, uuid_text

ENGINES = ("duckdb", "postgresql", "mssql", "snowflake")
"""The engines that make canonical texts, by the name that SQLAlchemy gives them."""

_ARGUMENTS = 90


def canonical(column: ColumnElement[Any], form: Form, data_type: DataType) -> ColumnElement[str]:
    """The canonical text of a column that holds `data_type`; NULL for NULL, and only for NULL.

    Raises:
        Unsupported: now, that the form has no text that all engines make alike; when it is compiled, that this engine
            does not make it (see `makes_text`).
    """
    return _Cell(_text(column, form, data_type), form.kind)


def as_canonical(text: ColumnElement[str], form: Form) -> ColumnElement[str]:
    """A text that is a canonical one already, as a cell of `row_text`."""
    return _Cell(text, form.kind)


def makes_text(form: Form, engine: str) -> bool:
    """Whether an engine can write values of this form as their canonical text.

    Snowflake has no way to the bits of a float.
    """
    of_bits = form.kind in {FormKind.FLOAT64, FormKind.FLOAT32}
    return form.hashable and engine in ENGINES and not (of_bits and engine == "snowflake")


def row_text(cells: Sequence[ColumnElement[str]]) -> ColumnElement[str]:
    """The text of a row, which no other row of the same forms has; never NULL.

    Between the cells stands the unit separator (U+001F), and NULL is `N`. Only a text could be mistaken for that, be
    empty, or hold a separator: so a V stands before every text and before bytes, and a separator in a text is doubled.
    Two separators are then always part of a text, and one that is left over, read from the left, is a border.

    Args:
        cells: as `canonical` makes them. The order of columns is the caller's, and the same for both sides.
    """
    return _Row(cells)


def _text(column: ColumnElement[Any], form: Form, data_type: DataType) -> ColumnElement[str]:
    if not form.hashable:
        raise Unsupported(
            f"there is no text of {form.kind} values of these types that all engines make alike",
            hint="compare them by their values",
        )
    match form.kind:
        case FormKind.BOOLEAN:
            return boolean_text(column)
        case FormKind.INTEGER:
            return _whole(column, data_type)
        case FormKind.DECIMAL if isinstance(data_type, Integer | Boolean):
            return with_zeros(_whole(column, data_type), form.scale or 0)
        case FormKind.DECIMAL if form.scale is None:
            return trimmed_decimal_text(column, data_type)
        case FormKind.DECIMAL:
            return decimal_text(column, data_type, form.scale or 0)
        case FormKind.FLOAT64 | FormKind.FLOAT32:
            return bits_text(column, bits=64 if form.kind is FormKind.FLOAT64 else 32)
        case FormKind.DATE:
            return days_text(column)
        case FormKind.TIME | FormKind.TIMESTAMP | FormKind.INSTANT:
            return count_text(column, data_type, form.digits)
        case FormKind.TEXT:
            return plain_text(column, data_type, padded=form.padded)
        case FormKind.UUID:
            return uuid_text(column, data_type, padded=form.padded)
        case FormKind.BINARY:
            return hex_text(column)
        case _:
            raise Unsupported(f"{form.kind} values have no canonical text")


def _whole(column: ColumnElement[Any], data_type: DataType) -> ColumnElement[str]:
    return boolean_text(column) if isinstance(data_type, Boolean) else whole_text(column)


class _Cell(FunctionElement[str]):
    """A canonical text; `is_framed` when it can be anything, so that a row needs to say where it begins."""

    inherit_cache = False
    type = String()
    name = "canonical"

    def __init__(self, text: ColumnElement[str], kind: FormKind) -> None:
        self.is_framed = kind in FRAMED
        super().__init__(text)


@compiles(_Cell)
def _cell(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    if compiler.dialect.name not in ENGINES:
        raise Unsupported(f"{compiler.dialect.name} makes no canonical texts")
    return compiler.process(element.clauses, **kw)


class _Row(FunctionElement[str]):
    inherit_cache = False
    type = String()
    name = "row_text"

    def __init__(self, cells: Sequence[ColumnElement[str]]) -> None:
        self.framed = [getattr(each, "is_framed", True) for each in cells]
        super().__init__(*cells)


@compiles(_Row)
def _row(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    doubled = "REPLACE({0}, CHR(31), CHR(31) || CHR(31))"
    cells = _framed(
        element, compiler, f"COALESCE('V' || {doubled}, 'N')", "COALESCE({0}, 'N')", **kw
    )
    return _joined(cells)


@compiles(_Row, "duckdb")
def _row_duckdb(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    """REPLACE costs more than all else here: so it is asked only where there is something to replace."""
    doubled = "CASE WHEN CONTAINS({0}, CHR(31)) THEN REPLACE({0}, CHR(31), CHR(31) || CHR(31)) ELSE {0} END"
    cells = _framed(
        element, compiler, f"COALESCE('V' || {doubled}, 'N')", "COALESCE({0}, 'N')", **kw
    )
    return _joined(cells)


@compiles(_Row, "mssql")
def _row_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    """ISNULL and not COALESCE, which would make each text twice."""
    doubled = "REPLACE({0}, CHAR(31), CHAR(31) + CHAR(31))"
    cells = _framed(element, compiler, f"ISNULL('V' + {doubled}, 'N')", "ISNULL({0}, 'N')", **kw)
    return "CAST('' AS VARCHAR(MAX)) + " + " + CHAR(31) + ".join(cells)


def _framed(element: Any, compiler: SQLCompiler, text: str, other: str, **kw: Any) -> list[str]:
    return [
        (text if is_framed else other).format(compiler.process(each, **kw))
        for each, is_framed in zip(element.clauses, element.framed, strict=True)
    ]


def _joined(cells: list[str]) -> str:
    """All texts in one, with separators; in groups, for the sake of limits. None of them is NULL."""
    if len(cells) == 1:
        return cells[0]
    if len(cells) <= _ARGUMENTS:
        return f"CONCAT_WS(CHR(31), {', '.join(cells)})"
    groups = [cells[i : i + _ARGUMENTS] for i in range(0, len(cells), _ARGUMENTS)]
    return _joined([_joined(group) for group in groups])
