"""Values of databases, as we compare them and as we write them down.

Two engines hand over the same fact in different Python clothes: a DATE against a TIMESTAMP at midnight, a BOOLEAN
against a BIT, a UUID against its text. `comparable` takes the clothes off; `to_json_value` writes a value so that no
reader rounds it.
"""

import datetime as dt
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

_EXACT_JSON = 2**53


def comparable(value: Any) -> Any:
    """The value in the one form in which values of two engines are compared. Equal facts are equal and hash alike.

    Numbers stay as they are (Python compares int, Decimal, float and bool exactly); every NaN is the one `math.nan`, so
    that keys with a NaN in them are equal. A timestamp at midnight is its date; an instant with a zone is its UTC
    time; a UUID is its lower-case text; bytes-like values are bytes.
    """
    match value:
        case float() if math.isnan(value):
            return math.nan
        case Decimal() if value.is_nan():
            return math.nan
        case dt.datetime():
            if value.tzinfo is not None:
                value = value.astimezone(dt.UTC).replace(tzinfo=None)
            return value.date() if value.time() == dt.time() else value
        case UUID():
            return str(value)
        case bytearray() | memoryview():
            return bytes(value)
        case list() | tuple():
            return tuple(comparable(each) for each in value)
        case _:
            return value


def exact(value: Any) -> Decimal | None:
    """The value as an exact decimal; None when it is not a number."""
    match value:
        case Decimal():
            return value
        case bool() | int() | float():
            return Decimal(value)
        case dt.timedelta():
            return Decimal(value // dt.timedelta(microseconds=1))
        case _:
            return None


def to_json_value(value: Any) -> Any:
    """A value of a database as JSON carries it.

    Decimals, and integers beyond 2^53, become texts: no reader may round them. Dates and times are ISO 8601, bytes
    hexadecimal, NaN and the infinities the texts `NaN`, `Infinity`, `-Infinity`.
    """
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if -_EXACT_JSON <= value <= _EXACT_JSON else str(value)
        case float():
            return value if math.isfinite(value) else str(Decimal(value))
        case Decimal():
            return format(value, "f") if value.is_finite() else str(value)
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case Mapping():
            return {str(k): to_json_value(v) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [to_json_value(each) for each in value]
        case _:
            return str(value)
