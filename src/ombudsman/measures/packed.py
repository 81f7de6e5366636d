"""Many values in little room.

A million Python numbers and the list around them take 40 MB, as decimals over 100; packed as Arrow they take two to
twenty. Packed values come back as they were, of the same type and to the last digit. What has no such form (values of
several types, an integer of a hundred bits, an instant with a zone) stays a list.
"""

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

FEWEST_TO_PACK = 1_000
"""Fewer values are not worth it."""

_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - of moments without a zone
_FIRST_DAY = _EPOCH.toordinal()


@dataclass(frozen=True)
class _Form:
    """How values of one Python type are kept.

    They are `prepared` for the Arrow type `kept_as`, whose content is read as the type `read_as`, and `restored`.
    """

    kept_as: pa.DataType
    read_as: pa.DataType | None = None
    prepared: Callable[[Sequence[Any]], Sequence[Any]] | None = None
    restored: Callable[[Any], Any] | None = None


_FORMS: Mapping[type, _Form] = {
    bool: _Form(pa.bool_()),
    int: _Form(pa.int64()),
    # One NaN is never equal to another, but a NaN is equal to itself: in a key it must be this one.
    float: _Form(pa.float64(), restored=lambda number: number if number == number else math.nan),  # noqa: PLR0124
    Decimal: _Form(
        pa.large_string(),
        prepared=lambda values: [None if value is None else str(value) for value in values],
        restored=Decimal,
    ),
    str: _Form(pa.large_string()),
    bytes: _Form(pa.large_binary()),
    dt.date: _Form(
        pa.date32(),
        read_as=pa.int32(),
        restored=lambda days: dt.date.fromordinal(_FIRST_DAY + days),
    ),
    dt.datetime: _Form(
        pa.timestamp("us"),
        read_as=pa.int64(),
        restored=lambda microseconds: _EPOCH + dt.timedelta(microseconds=microseconds),
    ),
}


@dataclass(frozen=True)
class _Packed:
    array: pa.Array
    form: _Form

    def values(self) -> list[Any]:
        array = self.array if self.form.read_as is None else self.array.cast(self.form.read_as)
        plain: list[Any] = array.to_pylist()
        restored = self.form.restored
        if restored is None:
            return plain
        return [None if value is None else restored(value) for value in plain]


class Column:
    """Values in the order in which they were added, read some at a time."""

    def __init__(self) -> None:
        self._parts: list[_Packed | list[Any]] = []

    def add(self, values: Sequence[Any]) -> None:
        """A part more."""
        is_worth_it = bool(self._parts) or len(values) >= FEWEST_TO_PACK
        self._parts.append((_packed(values) if is_worth_it else None) or list(values))

    def between(self, start: int, stop: int) -> list[Any]:
        """The values from one place to before another."""
        whole = self._whole
        if isinstance(whole, _Packed):
            return _Packed(whole.array[start:stop], whole.form).values()
        return whole[start:stop]

    def at(self, places: pa.Array) -> list[Any]:
        """The values at these places; None where there is no place."""
        whole = self._whole
        if isinstance(whole, _Packed):
            return _Packed(whole.array.take(places), whole.form).values()
        return [None if place is None else whole[place] for place in places.to_pylist()]

    @property
    def _whole(self) -> _Packed | list[Any]:
        """All values in one part: from now on there is but one."""
        if len(self._parts) != 1:
            self._parts = [_joined(self._parts)]
        return self._parts[0]


def _packed(values: Sequence[Any]) -> _Packed | None:
    """The values packed; None when they have no form."""
    kinds = set(map(type, values)) - {type(None)}
    form = _FORMS.get(next(iter(kinds))) if len(kinds) == 1 else None
    if form is None:
        return None
    if kinds == {dt.datetime} and any(each is not None and each.tzinfo for each in values):
        return None
    plain = form.prepared(values) if form.prepared else values
    try:
        array = pa.array(plain, form.kept_as)
    except (pa.ArrowException, OverflowError, ValueError):
        return None
    return _Packed(_narrowed(array), form)


def _narrowed(array: pa.Array) -> pa.Array:
    """Whole numbers in the least room that holds them all: counts of groups are small."""
    if array.type != pa.int64() or array.null_count == len(array):
        return array
    bounds = pc.min_max(array).as_py()
    for bits, kind in ((7, pa.int8()), (15, pa.int16()), (31, pa.int32())):
        if -(2**bits) <= bounds["min"] and bounds["max"] < 2**bits:
            return array.cast(kind)
    return array


def _joined(parts: Sequence[_Packed | list[Any]]) -> _Packed | list[Any]:
    """Packed when all parts are, in one form."""
    packed = [part for part in parts if isinstance(part, _Packed)]
    form = packed[0].form if packed else None
    if form is None or len(packed) < len(parts) or any(each.form is not form for each in packed):
        unpacked = (part.values() if isinstance(part, _Packed) else part for part in parts)
        return [value for part in unpacked for value in part]
    arrays = [each.array.cast(form.kept_as) for each in packed]
    return _Packed(_narrowed(pa.concat_arrays(arrays)), form)
