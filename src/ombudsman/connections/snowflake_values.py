"""What Snowflake sends, as Arrow and as Python values that lose nothing.

The driver's own conversions round: a NUMBER with a scale becomes a double unless one asks otherwise, and a moment with
billionths of a second beyond the year 2262 an error. So the batches are taken as they come from the server, each column
with its logical type, scale and precision as metadata, and are converted here.

Traps tamed here:

- Each batch has the narrowest physical type that its values need: the same NUMBER is int8 in one and decimal128 in the
  next. A stream must have one type: int64 where 18 digits suffice, else decimal128.
- A moment is a count of 10^-scale seconds, or a struct of seconds and billionths; TIMESTAMP_TZ has its offset beside.
- 64 bits of billionths end in 2262, and 9999-12-31 is in every warehouse: with more than six digits a moment is its
  text, in UTC.
- VARIANT, OBJECT, ARRAY and GEOGRAPHY are texts.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ombudsman.model.errors import Unsupported
from ombudsman.model.moments import DAY_SECONDS, day_text, moment_text

_BIGINT_DIGITS = 18
_MICRO = 6
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799
"""Of the years 1 to 9999, which Python's dates have."""

_NS_SECONDS = 9_223_372_035
"""So many seconds before and after 1970 have 64 bits of billionths."""

_TEXTS = frozenset(
    {"TEXT", "CHAR", "VARIANT", "OBJECT", "ARRAY", "MAP", "GEOGRAPHY", "GEOMETRY", "ANY", "UUID"}
)
_ZONED = frozenset({"TIMESTAMP_LTZ", "TIMESTAMP_TZ"})
_MOMENTS = _ZONED | {"TIMESTAMP_NTZ"}


def as_arrow(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A batch of the server's as ours. Raises Unsupported for a column of a type that we have no form for."""
    pairs = [
        _column(field, column) for field, column in zip(batch.schema, batch.columns, strict=True)
    ]
    fields = [
        pa.field(field.name, array.type) for field, array in zip(batch.schema, pairs, strict=True)
    ]
    return pa.record_batch(pairs, pa.schema(fields))


def as_rows(batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    """The rows of a batch of the server's as Python values. Raises as `as_arrow`."""
    columns = [
        _values(field, column) for field, column in zip(batch.schema, batch.columns, strict=True)
    ]
    return zip(*columns, strict=True)


def _column(field: pa.Field, column: pa.Array) -> pa.Array:
    kind, scale = _logical_type(field), _number(field, "scale")
    if kind == "FIXED":
        return _number_column(column, _number(field, "precision") or 38, scale)
    if kind in _MOMENTS:
        return _moments(column, scale, zoned=kind in _ZONED)
    if kind == "TIME":
        return _times(column, scale)
    if kind in _TEXTS and _is_text(column.type):
        return column
    if kind in {"BOOLEAN", "DATE", "REAL", "BINARY"}:
        return column
    raise Unsupported(
        f"column {field.name!r} is a {kind} of Snowflake, which has no form here",
        hint="cast it to VARCHAR in a view, or leave it out",
    )


def _logical_type(field: pa.Field) -> str:
    return str((field.metadata or {}).get(b"logicalType", b"").decode())


def _number(field: pa.Field, key: str) -> int:
    return int((field.metadata or {}).get(key.encode(), b"0") or 0)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


# ------------------------------------------------------------ numbers


def _number_column(column: pa.Array, precision: int, scale: int) -> pa.Array:
    if scale == 0 and precision <= _BIGINT_DIGITS:
        return column.cast(pa.int64())
    if pa.types.is_decimal(column.type):
        return column.cast(pa.decimal128(38, scale))
    digits = column.cast(pa.int64()).cast(pa.decimal128(38, 0))
    return pa.Array.from_buffers(  # the same digits, with their point
        pa.decimal128(38, scale), len(digits), digits.buffers(), offset=digits.offset
    )


# ------------------------------------------------------------ times and moments


def _times(column: pa.Array, scale: int) -> pa.Array:
    digits = _MICRO if scale <= _MICRO else 9
    counts = pc.multiply(column.cast(pa.int64()), 10 ** (digits - scale))
    return counts.cast(pa.time64("us" if digits == _MICRO else "ns"))


def _moments(column: pa.Array, scale: int, *, zoned: bool) -> pa.Array:
    seconds, nanos = _seconds_and_nanos(column, scale)
    if scale <= _MICRO:
        counts = pc.add(pc.multiply(seconds, 10**6), pc.divide(nanos, 1_000))
        return counts.cast(pa.timestamp("us", tz="UTC" if zoned else None))
    return _moment_texts(seconds, nanos)


def _seconds_and_nanos(column: pa.Array, scale: int) -> tuple[pa.Array, pa.Array]:
    """Whole seconds since 1970, rounded down, and billionths from there on."""
    parts = _children(column)
    if "fraction" in parts:
        seconds, nanos = parts["epoch"].cast(pa.int64()), parts["fraction"].cast(pa.int64())
    else:
        counts = parts.get("epoch", column).cast(pa.int64())
        seconds = pc.divide(counts, 10**scale)
        rest = pc.subtract(counts, pc.multiply(seconds, 10**scale))
        nanos = pc.multiply(rest, 10 ** (9 - scale))
    is_early = pc.less(nanos, 0)
    return (
        pc.if_else(is_early, pc.subtract(seconds, 1), seconds),
        pc.if_else(is_early, pc.add(nanos, 10**9), nanos),
    )


def _children(column: pa.Array) -> dict[str, pa.Array]:
    """The parts of a struct by name, NULL where the struct is; none of another array."""
    if not pa.types.is_struct(column.type):
        return {}
    valid = column.is_valid()
    return {
        column.type.field(place).name: pc.if_else(valid, part, pa.scalar(None, part.type))
        for place, part in enumerate(column.flatten())
    }


def _moment_texts(seconds: pa.Array, nanos: pa.Array) -> pa.Array:
    farthest = pc.max(pc.abs(seconds)).as_py() or 0
    if farthest < _NS_SECONDS:
        counts = pc.add(pc.multiply(seconds, 10**9), nanos)
        return counts.cast(pa.timestamp("ns")).cast(pa.string())
    whole = seconds.cast(pa.timestamp("s")).cast(pa.string())
    fraction = pc.utf8_lpad(nanos.cast(pa.string()), 9, "0")
    return pc.binary_join_element_wise(whole, fraction, ".")


# ------------------------------------------------------------ Python values


def _values(field: pa.Field, column: pa.Array) -> list[Any]:
    kind, scale = _logical_type(field), _number(field, "scale")
    if kind in _MOMENTS:
        return _moment_values(column, scale, zoned=kind in _ZONED)
    if kind == "TIME":
        return _each(_column(field, column).cast(pa.int64()), _time_value(scale))
    if kind == "DATE":
        return _each(column.cast(pa.int32()), _day_value)
    values: list[Any] = _column(field, column).to_pylist()
    if kind == "FIXED" and scale == 0:
        return [None if value is None else int(value) for value in values]
    return values


def _moment_values(column: pa.Array, scale: int, *, zoned: bool) -> list[Any]:
    """Moments as datetimes, in UTC where they have a zone; as text those that Python cannot hold (`moments`)."""
    seconds, nanos = _seconds_and_nanos(column, scale)
    start = dt.datetime(1970, 1, 1, tzinfo=dt.UTC if zoned else None)
    made: list[Any] = []
    for second, nano in zip(seconds.to_pylist(), nanos.to_pylist(), strict=True):
        if second is None:
            made.append(None)
        elif nano % 1_000 or not _FIRST_SECOND <= second <= _LAST_SECOND:
            made.append(moment_text(second * 10**9 + nano, 9, zoned=zoned))
        else:
            made.append(start + dt.timedelta(seconds=second, microseconds=nano // 1_000))
    return made


def _day_value(days: int) -> Any:
    if not _FIRST_SECOND <= days * DAY_SECONDS <= _LAST_SECOND:
        return day_text(days)
    return dt.date(1970, 1, 1) + dt.timedelta(days=days)


def _time_value(scale: int) -> Callable[[int], Any]:
    per_micro = 1 if scale <= _MICRO else 1_000

    def value(count: int) -> Any:
        micros, rest = divmod(count, per_micro)
        whole = (dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=micros)).time()  # noqa: DTZ001 - a time of day
        return f"{whole.isoformat('microseconds')}{rest:03d}" if rest else whole

    return value


def _each(column: pa.Array, value: Callable[[int], Any]) -> list[Any]:
    return [None if count is None else value(count) for count in column.to_pylist()]
