"""DuckDB's results as Python values, read from Arrow so that nothing is bent on the way.

DuckDB's own Python rows turn `infinity` into 9999-12-31; Arrow carries dates and times as whole numbers, in which
infinity is a number of its own. A date or time that Python cannot hold becomes a text (see `Reader.query`).
Nanoseconds are cut to microseconds, as DuckDB's own rows have them.

Some types Arrow does not carry whole (bits, times with a zone, nested values). A result with one of them is read from
DuckDB's own rows, and there infinity stays bent: ask for such columns apart from dates.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pyarrow as pa

_EPOCH = dt.date(1970, 1, 1)
_DAY_US = 86_400_000_000
_FIRST_DAY = (dt.date.min - _EPOCH).days
_LAST_DAY = (dt.date.max - _EPOCH).days
_INFINITE_DAYS = 2**31 - 1
_INFINITE_US = 2**63 - 1
_MICROSECONDS = {"s": 1_000_000, "ms": 1_000, "us": 1}

_TEMPORAL = ("DATE", "TIMESTAMP")
_ARROW_KEEPS_NOT = frozenset({"TIME WITH TIME ZONE", "BIT", "BIGNUM", "GEOMETRY", "VARIANT"})


def needs_arrow(types: Sequence[str]) -> bool:
    """Whether a result with columns of these DuckDB types must be fetched as Arrow."""
    return any(each.startswith(_TEMPORAL) for each in types) and not any(
        each in _ARROW_KEEPS_NOT or _is_nested(each) for each in types
    )


def _is_nested(name: str) -> bool:
    return name.endswith("]") or name.startswith(("STRUCT", "MAP", "UNION"))


def python_rows(batch: pa.RecordBatch, types: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows of an Arrow batch that DuckDB made, given DuckDB's names of its column types."""
    columns = [_values(column, name) for column, name in zip(batch.columns, types, strict=True)]
    return list(zip(*columns, strict=True))


def _values(column: pa.Array, name: str) -> list[Any]:
    if name == "DATE":
        return _each(column.cast(pa.int32()), date_or_text)
    if name.startswith("TIMESTAMP"):
        zone = dt.UTC if name == "TIMESTAMP WITH TIME ZONE" else None
        return _moments(column, zone)
    if name == "TIME":
        return _each(column.cast(pa.int64()), time_or_text)
    if name == "TIME_NS":
        return _each(column.cast(pa.int64()), lambda ns: time_or_text(ns // 1_000))
    if name == "INTERVAL":
        return _each(column, _duration)
    if name in {"HUGEINT", "UHUGEINT"}:
        return _each(column, int)
    if name == "UUID":
        return _each(column, UUID)
    values: list[Any] = column.to_pylist()
    return values


def _moments(column: pa.Array, zone: dt.tzinfo | None) -> list[Any]:
    unit = column.type.unit

    def moment(number: int) -> dt.datetime | str:
        if abs(number) == _INFINITE_US:
            return timestamp_or_text(number, zone)
        return timestamp_or_text(
            number // 1_000 if unit == "ns" else number * _MICROSECONDS[unit], zone
        )

    return _each(column.cast(pa.int64()), moment)


def _duration(value: Any) -> dt.timedelta:
    """As DuckDB's own rows have it: a month is 30 days."""
    return dt.timedelta(
        days=value.months * 30 + value.days, microseconds=value.nanoseconds // 1_000
    )


def _each(column: pa.Array, make: Callable[[Any], Any]) -> list[Any]:
    return [None if value is None else make(value) for value in column.to_pylist()]


def date_or_text(days: int) -> dt.date | str:
    """The date that many days after 1970-01-01; a text when Python has no such date."""
    if abs(days) == _INFINITE_DAYS:
        return "infinity" if days > 0 else "-infinity"
    if _FIRST_DAY <= days <= _LAST_DAY:
        return _EPOCH + dt.timedelta(days=days)
    return "".join(_far_date(days))


def timestamp_or_text(microseconds: int, zone: dt.tzinfo | None) -> dt.datetime | str:
    """The moment that many microseconds after the beginning of 1970; a text when Python has no such moment."""
    if abs(microseconds) == _INFINITE_US:
        return "infinity" if microseconds > 0 else "-infinity"
    days, rest = divmod(microseconds, _DAY_US)
    if _FIRST_DAY <= days <= _LAST_DAY:
        moment = dt.datetime(1970, 1, 1, tzinfo=zone)
        return moment + dt.timedelta(days=days, microseconds=rest)
    date, era = _far_date(days)
    time = _time(rest).isoformat()
    if "." in time:
        time = time.rstrip("0")
    return f"{date} {time}{'+00' if zone else ''}{era}"


def time_or_text(microseconds: int) -> dt.time | str:
    """The time of day that many microseconds after midnight; `24:00:00` is a text."""
    if microseconds == _DAY_US:
        return "24:00:00"
    return _time(microseconds)


def _time(microseconds: int) -> dt.time:
    midnight = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return (midnight + dt.timedelta(microseconds=microseconds)).time()


def _far_date(days: int) -> tuple[str, str]:
    """A date of any year as text, and its era. Four hundred years of our calendar have 146,097 days."""
    cycles, _ = divmod(days - _FIRST_DAY, 146_097)
    near = _EPOCH + dt.timedelta(days=days - cycles * 146_097)
    year = near.year + cycles * 400
    if year > 0:
        return f"{year:04}-{near:%m-%d}", ""
    return f"{1 - year:04}-{near:%m-%d}", " BC"
