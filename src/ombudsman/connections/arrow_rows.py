"""Rows of any driver as Arrow batches, for engines that export no Arrow themselves.

The types are read off the first batch, for a database without Arrow has no others to offer; decimals go as text, so
that no digit is lost. A later value of another type is an error, never a NULL and never a guess.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa
from sqlalchemy import CursorResult

from ombudsman.model.errors import Unsupported

BATCH_ROWS = 10_000


def arrow_batches(result: CursorResult[Any]) -> Iterator[pa.RecordBatch]:
    """The rows of a result, `BATCH_ROWS` at a time; at least one batch, which may be empty.

    Raises:
        Unsupported: a column holds values of types that do not go together.
    """
    names = list(result.keys())
    schema: pa.Schema | None = None
    for rows in result.partitions(BATCH_ROWS):
        columns = [[_plain(value) for value in column] for column in zip(*rows, strict=True)]
        if schema is None:
            schema = pa.schema(
                [
                    pa.field(name, _type(name, values))
                    for name, values in zip(names, columns, strict=True)
                ]
            )
        yield pa.record_batch(
            [array_of(field, values) for field, values in zip(schema, columns, strict=True)], schema
        )
    if schema is None:
        empty = pa.schema([pa.field(name, pa.string()) for name in names])
        yield pa.record_batch([pa.array([], pa.string()) for _ in names], empty)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal | UUID) else value


def _type(name: str, values: list[Any]) -> pa.DataType:
    try:
        found = pa.infer_type(values)
    except pa.ArrowException:
        raise mixed(name) from None
    return pa.string() if pa.types.is_null(found) else found


def array_of(field: pa.Field, values: list[Any]) -> pa.Array:
    """The values in the type of the field. pyarrow would cut 1.5 to an integer; here it does not go together with one.

    Raises:
        Unsupported: a value is of another type.
    """
    if pa.types.is_integer(field.type) and any(isinstance(value, float) for value in values):
        raise mixed(field.name)
    try:
        return pa.array(values, field.type)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        raise mixed(field.name) from None


def mixed(name: str) -> Unsupported:
    """The error for a column whose values have no type in common."""
    return Unsupported(
        f"column {name!r} holds values of types that do not go together",
        hint="cast it to one type, or leave it out",
    )
