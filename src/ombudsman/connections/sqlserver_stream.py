"""The rows of a SQL Server statement as Arrow batches.

mssql-python makes them itself; what it loses on the way (the seventh digit of a second, the offset of a
`datetimeoffset`) is not there to be had back, and so who needs it selects it in a form that keeps it
(`sql.moment_texts`). It names every type but `sql_variant`.

Other drivers hand over Python values. A type is read off the values of the first batch; a column that has none there
comes as text, which holds whatever follows but bytes: of those it must be known beforehand. pyodbc tells of them,
pymssql has one name for bytes, dates and moments; what was asked for knows its types. Decimals come as text anyway, so
that no digit is lost.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa
from sqlalchemy import BINARY, VARBINARY, Executable, LargeBinary, SelectBase

from ombudsman.connections.arrow_rows import array_of, mixed

BATCH_ROWS = 16_384
"""How many rows are fetched at a time, at most."""

_BUFFER_BYTES = 32 * 2**20
_OF_BYTES = (LargeBinary, BINARY, VARBINARY)
_LETTER_BYTES, _LEAST_BYTES, _LEAST_ROWS = 4, 16, 64


def arrow_of_mssql_python(cursor: Any) -> Iterator[pa.RecordBatch]:
    """What is left of a cursor's result; at least one batch, which may be empty."""
    most = rows_at_once(cursor.description, BATCH_ROWS)
    count = most
    is_first = True
    while count == most:
        batch = cursor.arrow_batch(most)
        count = batch.num_rows
        if count or is_first:
            yield batch
        is_first = False


def rows_at_once(description: Sequence[Sequence[Any]], most: int) -> int:
    """How many rows may be fetched at a time, given what a cursor tells of its columns; at most so many.

    mssql-python makes room for that many rows at their full declared width, before any has come: of fifty thousand
    rows with one NVARCHAR(4000) that would be 400 MB.
    """
    widths = (
        (size or 0) * (_LETTER_BYTES if kind is str else 1) for _, kind, _, size, *_ in description
    )
    whole = sum(max(width, _LEAST_BYTES) for width in widths)
    return max(_LEAST_ROWS, min(most, _BUFFER_BYTES // whole))


def columns_of_bytes(statement: Executable | str, description: Sequence[Sequence[Any]]) -> set[int]:
    """The places of the columns that hold bytes, as far as the expression or the cursor's description tells."""
    told = {place for place, (_, kind, *_) in enumerate(description) if kind in {bytes, bytearray}}
    if isinstance(statement, SelectBase):
        kinds = (column.type for column in statement.selected_columns)
        told |= {place for place, kind in enumerate(kinds) if isinstance(kind, _OF_BYTES)}
    return told


def arrow_of_rows(cursor: Any, *, of_bytes: Collection[int] = ()) -> Iterator[pa.RecordBatch]:
    """The same, of any driver's Python values. `of_bytes`: as `columns_of_bytes` tells.

    Raises:
        Unsupported: a column holds values of types that do not go together.
    """
    names = [told[0] for told in cursor.description]
    schema: pa.Schema | None = None
    while (rows := cursor.fetchmany(BATCH_ROWS)) or schema is None:
        columns = [list(map(plain_value, column)) for column in zip(*rows, strict=True)]
        columns = columns or [[] for _ in names]
        if schema is None:
            schema = pa.schema(
                _field(name, values, is_of_bytes=place in of_bytes)
                for place, (name, values) in enumerate(zip(names, columns, strict=True))
            )
        yield pa.record_batch(
            [_array(field, values) for field, values in zip(schema, columns, strict=True)], schema
        )


def plain_value(value: Any) -> Any:
    """The value as every driver should hand it over: instants in UTC, exact numbers and UUIDs as their texts."""
    match value:
        case datetime() if value.tzinfo is not None:
            return value.astimezone(UTC)
        case Decimal():
            return format(value, "f")
        case UUID():
            return str(value)
        case _:
            return value


def python_row(row: Any) -> tuple[Any, ...]:
    """A row as `Reader.query` gives it: instants in UTC."""
    return tuple(
        value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value
        for value in row
    )


def _field(name: str, values: list[Any], *, is_of_bytes: bool) -> pa.Field:
    kind = pa.infer_type(values)
    if pa.types.is_null(kind):
        kind = pa.binary() if is_of_bytes else pa.string()
    return pa.field(name, kind)


def _array(field: pa.Field, values: list[Any]) -> pa.Array:
    if not pa.types.is_string(field.type):
        return array_of(field, values)
    try:
        return pa.array([_text(value) for value in values], field.type)
    except TypeError:
        raise mixed(field.name) from None


def _text(value: Any) -> str | None:
    """Of a column whose first values were all NULL: any value that has one plain text."""
    match value:
        case None | str():
            return value
        case bool() | int() | float() | date() | time():
            return str(value)
        case _:
            raise TypeError(type(value).__name__)
