"""When are two values of a form the same? The reference, in Python, that every engine must meet.

Two values are the same if their canonical values are equal, and exactly then their canonical texts are. The text is
what engines write in order to hash it (`ombudsman.sql.canonical`); the tests hold every engine's text against this one.

- A value that cannot be read in its form (the text `n/a` where the other side has dates) stays a text, and equals none
  that could. It is no error: it is a difference.
- Nothing is rounded or cut, with two exceptions that lie in the numbers themselves: against a float a decimal counts
  as the nearest float of as many bits, and a 32-bit float is the number that 32 bits hold. A whole number that no
  float holds stays itself.
- -0.0 is 0, every NaN is the one `math.nan`, and infinities equal themselves.
"""

import math
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from ombudsman.model.errors import Unsupported
from ombudsman.model.forms import Form, FormKind, Scalar
from ombudsman.model.markup import json_text, xml_text
from ombudsman.model.moments import (
    INFINITE_COUNT,
    INFINITE_DAYS,
    days_of,
    moment_count,
    read_days,
    read_moment,
    read_time,
    time_count,
)

_NUMBER = re.compile(
    r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,4})?|[+-]?inf(?:inity)?|nan", re.ASCII | re.IGNORECASE
)
_TRUE = frozenset({"true", "t", "yes", "y", "on", "1"})
_FALSE = frozenset({"false", "f", "no", "n", "off", "0"})
_SMALL_HEX = str.maketrans("ABCDEF", "abcdef")

_TEXTS = frozenset({FormKind.TEXT, FormKind.UUID, FormKind.JSON, FormKind.XML})
"""The kinds whose values are texts."""

FRAMED = _TEXTS | {FormKind.BINARY}
"""The kinds whose texts can be anything, or nothing at all, so that a row needs to say where they begin."""

SEPARATOR = "\x1f"


def canonical_value(value: Any, form: Form) -> Scalar:
    """The value in its form; None for NULL.

    Args:
        value: as `Reader.query` hands it over: Python's own types, and texts for what they cannot hold (`infinity`).
        form: of the pair of columns that the value stands in.

    Raises:
        Unsupported: a value of this Python type never stands in a column of this form.
    """
    if value is None:
        return None
    read = _READERS[form.kind](value, form)
    if read is not None:
        return read
    if isinstance(value, str):
        return value
    raise Unsupported(f"a {type(value).__name__} cannot be compared as {form.kind}")


def canonical_text(value: Any, form: Form) -> str | None:
    """The text that every engine makes of the value; None for NULL, and only for NULL."""
    canonical = canonical_value(value, form)
    match canonical:
        case None:
            return None
        case str():
            return canonical if form.kind in _TEXTS else f'"{canonical}'
        case bool():
            return "1" if canonical else "0"
        case bytes():
            return canonical.hex()
        case float() if form.kind in _BITS:
            return _bits(canonical, form)
        case float():
            return _not_finite(canonical)
        case Decimal():
            return _digits(canonical, form.scale)
        case _ if form.kind in _BITS:
            return f'"{canonical}'
        case _:
            return _count(canonical, form)


def canonical_row(values: Sequence[Any], forms: Sequence[Form]) -> str:
    """The text of a row, which no other row of these hashable forms has.

    Cells stand between unit separators (U+001F), NULL is `N`. Only a text could be mistaken for that, be empty, or hold
    a separator: so a V stands before every text and before bytes, and a separator in a text is doubled.
    """
    return SEPARATOR.join(_framed(value, form) for value, form in zip(values, forms, strict=True))


def _framed(value: Any, form: Form) -> str:
    text = canonical_text(value, form)
    if text is None:
        return "N"
    if form.kind not in FRAMED:
        return text
    return "V" + text.replace(SEPARATOR, SEPARATOR * 2)


# ------------------------------------------------------------ texts


def _bits(number: float, form: Form) -> str:
    """The bits of IEEE 754, of the one zero and the one NaN, in hexadecimal digits."""
    folded = 0.0 if number == 0 else number
    single = _four_bytes(folded) if form.kind is FormKind.FLOAT32 else None
    return (single or struct.pack(">d", folded)).hex()


def _not_finite(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def _digits(number: Decimal, scale: int | None) -> str:
    """All digits of the number, with at least `scale` of them behind the point."""
    whole, _, behind = format(number, "f").partition(".")
    behind = behind.rstrip("0").ljust(scale or 0, "0")
    if not number:
        whole = "0"
    return f"{whole}.{behind}" if behind else whole


def _count(number: int, form: Form) -> str:
    infinite = _INFINITE.get(form.kind)
    if infinite is not None and abs(number) == infinite:
        return _not_finite(math.inf * number)
    return str(number)


_BITS = frozenset({FormKind.FLOAT64, FormKind.FLOAT32})
_INFINITE = {
    FormKind.DATE: INFINITE_DAYS,
    FormKind.TIMESTAMP: INFINITE_COUNT,
    FormKind.INSTANT: INFINITE_COUNT,
}


# ------------------------------------------------------------ values


def _boolean(value: Any, form: Form) -> Scalar:  # noqa: ARG001 - as all readers
    match value:
        case bool():
            return value
        case 0 | 1:
            return bool(value)
        case str() if (word := value.strip(" ").casefold()) in _TRUE | _FALSE:
            return word in _TRUE
        case _:
            return None


def _integer(value: Any, form: Form) -> Scalar:  # noqa: ARG001
    number = _number(value)
    if isinstance(number, Decimal) and number == number.to_integral_value():
        return int(number)
    return number


def _decimal(value: Any, form: Form) -> Scalar:  # noqa: ARG001
    number = _number(value)
    return Decimal(number) if isinstance(number, int) else number


def _number(value: Any) -> int | Decimal | float | None:
    """The exact number. Only what is not finite is a float."""
    match value:
        case bool() | int():
            return int(value)
        case float():
            return _finite(Decimal(value))
        case Decimal():
            return _finite(value)
        case str() if _NUMBER.fullmatch(value.strip(" ")):
            return _finite(Decimal(value.strip(" ")))
        case _:
            return None


def _finite(number: Decimal) -> Decimal | float:
    if number.is_nan():
        return math.nan
    return number if number.is_finite() else float(number)


def _float(value: Any, form: Form) -> Scalar:
    number = value if isinstance(value, float) else _number(value)
    match number:
        case None:
            return None
        case int():
            number = _held(number)
        case _:
            number = float(number)
    if not isinstance(number, float):
        return number
    if math.isnan(number):
        return math.nan
    return _single(number) if form.kind is FormKind.FLOAT32 else number


def _held(number: int) -> int | float:
    """The float that is the whole number; the number itself where no float is."""
    try:
        return float(number) if float(number) == number else number
    except OverflowError:
        return number


def _single(number: float) -> float:
    """The number in 32 bits; itself where it is too great for them."""
    packed = _four_bytes(number)
    return float(struct.unpack(">f", packed)[0]) if packed else number


def _four_bytes(number: float) -> bytes | None:
    try:
        return struct.pack(">f", number)
    except OverflowError:
        return None


def _day(value: Any, form: Form) -> Scalar:  # noqa: ARG001
    match value:
        case datetime():
            return read_days(str(value.replace(tzinfo=None)))
        case date():
            return days_of(value)
        case str():
            return read_days(value)
        case _:
            return None


def _time(value: Any, form: Form) -> Scalar:
    match value:
        case time():
            return time_count(value, form.digits)
        case str():
            return read_time(value, form.digits)
        case _:
            return None


def _moment(value: Any, form: Form) -> Scalar:
    match value:
        case date():
            return moment_count(value, form.digits)
        case str():
            return read_moment(value, form.digits, zoned=form.kind is FormKind.INSTANT)
        case _:
            return None


def _text(value: Any, form: Form) -> Scalar:
    if not isinstance(value, str):
        return None
    return value.rstrip(" ") if form.padded else value


def _binary(value: Any, form: Form) -> Scalar:  # noqa: ARG001
    match value:
        case bytes() | bytearray() | memoryview():
            return bytes(value)
        case str():
            digits = value.removeprefix("0x").removeprefix("\\x")
            return bytes.fromhex(digits) if re.fullmatch(r"(?:[0-9A-Fa-f]{2})*", digits) else None
        case _:
            return None


def _uuid(value: Any, form: Form) -> Scalar:
    text = _text(str(value) if isinstance(value, UUID) else value, form)
    return text.translate(_SMALL_HEX) if isinstance(text, str) else None


def _json(value: Any, form: Form) -> Scalar:  # noqa: ARG001
    return json_text(value)


def _xml(value: Any, form: Form) -> Scalar:  # noqa: ARG001
    return xml_text(value) if isinstance(value, str) else None


_READERS: Mapping[FormKind, Callable[[Any, Form], Scalar]] = {
    FormKind.BOOLEAN: _boolean,
    FormKind.INTEGER: _integer,
    FormKind.DECIMAL: _decimal,
    FormKind.FLOAT64: _float,
    FormKind.FLOAT32: _float,
    FormKind.DATE: _day,
    FormKind.TIME: _time,
    FormKind.TIMESTAMP: _moment,
    FormKind.INSTANT: _moment,
    FormKind.TEXT: _text,
    FormKind.BINARY: _binary,
    FormKind.UUID: _uuid,
    FormKind.JSON: _json,
    FormKind.XML: _xml,
}
"""For each kind what reads a value; None says that it cannot be read."""
