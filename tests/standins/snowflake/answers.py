"""Results as Snowflake sends them: Arrow in its own physical forms for queries, JSON for everything else.

Snowflake takes as few bytes as each chunk needs: a NUMBER is an integer of 8 to 64 bits, its point left out, or a
decimal of 128 bits; a TIMESTAMP(9) is a struct of seconds and billionths, with the offset for TIMESTAMP_TZ.
"""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

CHUNK_ROWS = 4_000
"""A result with more rows comes in several chunks."""

Column = dict[str, Any]


def text_column(name: str) -> Column:
    return {
        "name": name, "database": "", "schema": "", "table": "", "nullable": True, "type": "text",
        "byteLength": 16_777_216, "length": 16_777_216, "scale": None, "precision": None, "collation": None,
    }  # fmt: skip


def rows_as_json(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """What a SHOW answers: all texts."""
    return {
        "rowtype": [text_column(name) for name in names],
        "rowset": [[None if each is None else str(each) for each in row] for row in rows],
        "total": len(rows),
        "returned": len(rows),
        "queryResultFormat": "json",
    }


def table_as_arrow(table: pa.Table, rowtype: list[Column]) -> tuple[dict[str, Any], list[bytes]]:
    """The answer to a query, and the chunks that must be fetched from elsewhere."""
    chunks = [
        _stream(table.slice(start, CHUNK_ROWS), rowtype)
        for start in range(0, max(table.num_rows, 1), CHUNK_ROWS)
    ]
    told = {
        "rowtype": rowtype,
        "rowsetBase64": b64encode(chunks[0]).decode(),
        "total": table.num_rows,
        "returned": table.num_rows,
        "queryResultFormat": "arrow",
    }
    return told, chunks[1:]


def _stream(table: pa.Table, rowtype: list[Column]) -> bytes:
    arrays, fields = [], []
    for told, column in zip(rowtype, table.columns, strict=True):
        array = _physical(
            column.combine_chunks() if column.num_chunks != 1 else column.chunk(0), told
        )
        metadata = {
            "logicalType": told["type"].upper(),
            "precision": str(told["precision"] or 38),
            "scale": str(told["scale"] or 0),
            "charLength": str(told["length"] or 0),
        }
        arrays.append(array)
        fields.append(pa.field(told["name"], array.type, nullable=True, metadata=metadata))
    batch = pa.record_batch(arrays, schema=pa.schema(fields))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue().to_pybytes())


def _physical(array: pa.Array, told: Column) -> pa.Array:
    match told["type"]:
        case "fixed":
            return _fixed(array)
        case "time":
            return pc.multiply(array.cast(pa.int64()), 1_000)
        case "timestamp_ntz" | "timestamp_ltz" | "timestamp_tz":
            return _timestamp(array, zone=told["type"] == "timestamp_tz")
        case "real":
            return array.cast(pa.float64())
        case "text" | "variant" | "object" | "array":
            return array.cast(pa.string())
        case _:
            return array


def _fixed(array: pa.Array) -> pa.Array:
    if pa.types.is_decimal(array.type):
        wide = array.cast(pa.decimal128(38, array.type.scale))
        whole = _unscaled(wide)
        if whole is None:
            return wide
        array = whole
    for narrow in (pa.int8(), pa.int16(), pa.int32(), pa.int64()):
        try:
            return array.cast(narrow)
        except pa.ArrowInvalid:
            continue
    return array.cast(pa.decimal128(38, 0))


def _unscaled(wide: pa.Array) -> pa.Array | None:
    """The digits of decimals without their point, as whole numbers; None when they need more than 64 bits."""
    buffer = wide.buffers()[1]
    halves = pa.Array.from_buffers(pa.int64(), buffer.size // 8, [None, buffer])
    at = range(2 * wide.offset, 2 * (wide.offset + len(wide)), 2)
    low, high = (
        halves.take(pa.array(at, pa.int64())),
        halves.take(pa.array([each + 1 for each in at], pa.int64())),
    )
    fits = pc.equal(high, pc.if_else(pc.less(low, 0), -1, 0))
    if not pc.all(pc.or_(fits, wide.is_null()), min_count=0).as_py():
        return None
    return pc.if_else(wide.is_valid(), low, pa.scalar(None, pa.int64()))


def _timestamp(array: pa.Array, *, zone: bool) -> pa.Array:
    is_nano = array.type.unit == "ns"
    counts = array.cast(pa.int64()).fill_null(0)
    per_second = 10**9 if is_nano else 10**6
    seconds = pc.divide(counts, per_second)
    rest = pc.subtract(counts, pc.multiply(seconds, per_second))
    is_before = pc.less(rest, 0)
    seconds = pc.if_else(is_before, pc.subtract(seconds, 1), seconds)
    rest = pc.if_else(is_before, pc.add(rest, per_second), rest)
    parts = {
        "epoch": seconds,
        "fraction": pc.multiply(rest, 1 if is_nano else 1_000).cast(pa.int32()),
    }
    if zone:
        parts["timezone"] = pa.array([1_440] * len(counts), pa.int32())
    fields = [pa.field(name, part.type, nullable=False) for name, part in parts.items()]
    return pa.StructArray.from_arrays(list(parts.values()), fields=fields, mask=array.is_null())
