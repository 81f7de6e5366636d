"""The least hashes of a column's different values, made by the engine that holds them.

The same values give the same hashes on every engine, so that two sketches can be held against each other. Beside each
hash stands what a profile wants to know of its value: of numbers and moments the canonical text, of texts no more than
how long they are.

Traps tamed here:

- **One text for all types.** An INT, a NUMBER(38,0) and a DECIMAL(9,2) hold the same 5, a DATE the same day as a
  TIMESTAMP at midnight: numbers are hashed without trailing zeros, moments as nanoseconds.
- **Floats** have no text that all engines make alike, bytes and documents are long: they have no sketch.
- **LEN** of T-SQL leaves out blanks at the end; elsewhere they are counted. Padding is taken off before.
"""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Select, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from ombudsman.model import types as t
from ombudsman.model.forms import Form, FormKind
from ombudsman.model.types import DataType
from ombudsman.sql.canonical import canonical
from ombudsman.sql.fingerprint import portable_hash


def sketch_form(data_type: DataType) -> Form | None:
    """The form in which values of this type are hashed for a sketch; None for those that have none."""
    match data_type:
        case t.Boolean() | t.Integer() | t.Decimal():
            return Form(kind=FormKind.DECIMAL, scale=None)
        case t.Date() | t.Timestamp():
            zoned = isinstance(data_type, t.Timestamp) and data_type.zone
            return Form(kind=FormKind.INSTANT if zoned else FormKind.TIMESTAMP, digits=9)
        case t.Time(zone=False):
            return Form(kind=FormKind.TIME, digits=9)
        case t.Text():
            return Form(kind=FormKind.TEXT, padded=True)
        case t.Uuid():
            return Form(kind=FormKind.UUID)
        case _:
            return None


def least_hashes(
    table: FromClause, column: ColumnElement[Any], data_type: DataType, form: Form, *, size: int
) -> Select[Any]:
    """The `size` least hashes of the different values, ascending, each with a detail.

    The detail is the canonical text of a number or moment, or the number of characters of a text.
    """
    text = canonical(column, form, data_type)
    is_text = form.kind in {FormKind.TEXT, FormKind.UUID}
    told = characters(text) if is_text else text
    hashed = (
        select(portable_hash(text).label("h"), told.label("detail"))
        .select_from(table)
        .where(column.is_not(None))
        .subquery("hashed")
    )
    return (
        select(hashed.c.h, func.min(hashed.c.detail).label("detail"))
        .group_by(hashed.c.h)
        .order_by(hashed.c.h)
        .limit(size)
    )


class characters(FunctionElement[int]):  # noqa: N801 - reads as an SQL function
    """How many characters a text has."""

    inherit_cache = True
    type = Integer()
    name = "characters"


@compiles(characters)
def _characters(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"LENGTH({compiler.process(element.clauses, **kw)})"


@compiles(characters, "mssql")
def _characters_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"LEN({compiler.process(element.clauses, **kw)})"
