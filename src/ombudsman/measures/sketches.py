"""Which hashes are the least of a column's different values, and what do these values look like?

Where the engine makes canonical texts it makes the hashes too, and sends at most 96 of them for a column; of any other
engine the different values are read and hashed here, in the same way.
"""

import hashlib
from typing import Any

from sqlalchemy import FromClause, select

from ombudsman.connections.reader import Reader
from ombudsman.model.canonical_values import canonical_text
from ombudsman.model.forms import Form, FormKind
from ombudsman.model.profile import HASH_BITS, SKETCH_SIZE, ColumnProfile
from ombudsman.model.tables import Column
from ombudsman.sql.canonical import ENGINES
from ombudsman.sql.sketches import least_hashes, sketch_form

MOST_VALUES = 200_000
"""Of an engine without canonical texts: columns with more different values have no sketch."""

_QUANTILES = 7

Detail = tuple[int, Any]


def sketched(
    reader: Reader, table: FromClause, column: Column, *, rows: int, nulls: int
) -> ColumnProfile:
    """The profile of a column of which rows and NULLs are known, with a sketch where its type has one.

    Raises:
        QueryFailed: the column could not be read.
        Unsupported: the engine cannot hash it.
    """
    form = sketch_form(column.data_type)
    if form is None or rows == nulls:
        return ColumnProfile(rows=rows, nulls=nulls, sketch=None if rows > nulls else ())
    if reader.connection.engine in ENGINES:
        statement = least_hashes(
            table, table.c[column.name], column.data_type, form, size=SKETCH_SIZE
        )
        details = [(int(h), detail) for h, detail in reader.query(statement).rows]
    else:
        hashed = _hashed_here(reader, table, column, form)
        if hashed is None:
            return ColumnProfile(rows=rows, nulls=nulls)
        details = hashed
    return ColumnProfile(
        rows=rows,
        nulls=nulls,
        sketch=tuple(h for h, _ in details),
        quantiles=_quantiles(details, form),
        mean_length=_mean_length(details, form),
    )


def hash_of(text: str) -> int:
    """The hash of a text that `portable_hash` makes on every engine."""
    digest = hashlib.md5(text.encode("utf-8"), usedforsecurity=False).hexdigest()
    return int(digest[-HASH_BITS // 4 :], 16)


def _hashed_here(
    reader: Reader, table: FromClause, column: Column, form: Form
) -> list[Detail] | None:
    """The same from the different values themselves; None when there are too many of them."""
    value = table.c[column.name]
    statement = select(value).where(value.is_not(None)).distinct().limit(MOST_VALUES + 1)
    rows = reader.query(statement).rows
    if len(rows) > MOST_VALUES:
        return None
    texts = {_text(row[0], form) for row in rows}
    is_text = form.kind in {FormKind.TEXT, FormKind.UUID}
    found = {hash_of(text): len(text) if is_text else text for text in texts}
    return sorted(found.items())[:SKETCH_SIZE]


def _text(value: Any, form: Form) -> str:
    told = canonical_text(value, form) or ""
    return told.rstrip(" ") if form.padded else told


def _quantiles(details: list[Detail], form: Form) -> tuple[float, ...]:
    """Seven of the values in the sketch, from the least to the greatest."""
    if form.kind in {FormKind.TEXT, FormKind.UUID}:
        return ()
    numbers = sorted(n for _, told in details if (n := _number(told)) is not None)
    if not numbers:
        return ()
    last = len(numbers) - 1
    return tuple(numbers[round(q * last / (_QUANTILES - 1))] for q in range(_QUANTILES))


def _number(told: Any) -> float | None:
    """None for what is not finite, or was no number or moment."""
    try:
        number = float(told)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def _mean_length(details: list[Detail], form: Form) -> float | None:
    if form.kind not in {FormKind.TEXT, FormKind.UUID} or not details:
        return None
    return sum(int(length) for _, length in details) / len(details)
