"""Cells of the workspace as canonical values, and as they are told.

Most come typed. Those that are read here (see `typed.is_read_here`) come as texts, whatever their engine made of them.
"""

from collections.abc import Sequence
from decimal import Decimal

import pyarrow as pa

from ombudsman.compare.columns import ComparedColumn
from ombudsman.compare.typed import is_read_here
from ombudsman.model import types
from ombudsman.model.canonical_values import canonical_value
from ombudsman.model.forms import Form, FormKind, Scalar, shown

TEMPORAL = {FormKind.DATE, FormKind.TIME, FormKind.TIMESTAMP, FormKind.INSTANT}

_NUMBERS = {FormKind.INTEGER, FormKind.DECIMAL}
_DOCUMENTS = {FormKind.JSON, FormKind.XML}


def cell_form(column: ComparedColumn) -> Form:
    """The form of the values: times to the microsecond, or to the nanosecond."""
    form = column.form
    if is_read_here(column):
        return Form(kind=FormKind.TEXT) if column.part_of_key else form
    if form.kind in TEMPORAL and form.kind is not FormKind.DATE:
        return form.model_copy(update={"digits": 9 if form.digits > 6 else 6})
    return form


def values(array: pa.Array, column: ComparedColumn) -> list[Scalar]:
    """The cells as canonical values of `cell_form`; a text that cannot be read stays one."""
    if is_read_here(column) and not column.part_of_key:
        return read_values(array.to_pylist(), column)
    return scalars(array, cell_form(column))


def told_values(array: pa.Array, column: ComparedColumn) -> list[Scalar]:
    """The cells as they are told, and written: documents, and what the target keeps as texts, as they stand there."""
    is_text = column.form.kind in _DOCUMENTS or isinstance(column.target_type, types.Text)
    return list(array.to_pylist()) if is_text and is_read_here(column) else values(array, column)


def read_values(texts: Sequence[object], column: ComparedColumn) -> list[Scalar]:
    """What the texts say in the column's form; each different text is read once."""
    holds_texts = any(isinstance(each, types.Text) for each in column.types)
    is_float = column.form.kind is FormKind.FLOAT64 and not holds_texts
    read = {
        text: canonical_value(_whole(text) if is_float else text, column.form)
        for text in set(texts)
    }
    return [read[text] for text in texts]


def _whole(text: object) -> object:
    """A whole number that no float holds, which is the only one written with digits alone."""
    return int(text) if isinstance(text, str) and text.lstrip("-").isdecimal() else text


def spelt(texts: Sequence[object], column: ComparedColumn) -> list[str | None]:
    """The one spelling of each value: two are the same if and only if the values are."""
    return [shown(_folded(value), column.form) for value in read_values(texts, column)]


def _folded(value: Scalar) -> Scalar:
    return 0.0 if isinstance(value, float) and value == 0 else value


def scalars(array: pa.Array, form: Form) -> list[Scalar]:
    """The workspace's typed values as canonical ones."""
    if form.kind in TEMPORAL:
        if pa.types.is_decimal(array.type):
            return [None if cell is None else int(cell) for cell in array.to_pylist()]
        if pa.types.is_date32(array.type):
            array = array.cast(pa.int32())
        return list(array.cast(pa.int64()).to_pylist())
    cells = array.to_pylist()
    if form.kind in _NUMBERS and pa.types.is_string(array.type):
        return [None if cell is None else Decimal(cell) for cell in cells]
    return list(cells)
