"""The form in which the values of two types are compared, and what is the same in it.

Two engines keep one fact in different types: an INT and a NUMBER(38,0), a DATE and a TIMESTAMP at midnight, a GUID and
its text. A `Form` is the type that a pair of them have in common, chosen by the pair and never by the engine, so that
both sides speak alike. It forgets nothing that one of the two can tell: it has the larger scale of two decimals, and
the finer digits of two timestamps. What a person forgives beyond that is told by `Equality`.

Some forms have a text that every engine makes alike (`canonical_text`), so that rows can be hashed where they are; the
others are compared by their values alone, and are not `hashable`.
"""

import math
from decimal import Decimal
from enum import StrEnum

from ombudsman.model import types as t
from ombudsman.model.base import Frozen
from ombudsman.model.errors import Unsupported
from ombudsman.model.moments import day_text, moment_text, time_text
from ombudsman.model.types import DataType

Scalar = bool | int | Decimal | float | str | bytes | None
"""A canonical value. Dates are days since 1970-01-01, times, timestamps and instants counts of 10^-digits seconds since
midnight or the beginning of 1970 (see `moments`). A text in the place of another kind is one that could not be read."""

MOST_SCALE = 37
"""The digits behind the point of Snowflake's widest number; with more, numbers are written without trailing zeros."""


class FormKind(StrEnum):
    """What a pair of types have in common. An instant is a timestamp with a zone, taken in UTC."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT64 = "float64"
    FLOAT32 = "float32"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    INSTANT = "instant"
    TEXT = "text"
    BINARY = "binary"
    UUID = "uuid"
    JSON = "json"
    XML = "xml"


class Form(Frozen):
    """How the values of a pair of columns are compared.

    Attributes:
        kind: what they have in common.
        scale: the digits behind the point of a decimal; None where one side sets no bound.
        digits: the digits of a second that are counted: 6, 7 or 9, and never fewer than the finer side has.
        padded: blanks (U+0020) at the end of a text are the padding of an engine, and no data.
        hashable: whether there is a text that every engine makes alike.
    """

    kind: FormKind
    scale: int | None = None
    digits: int = 6
    padded: bool = False
    hashable: bool = True


def form_of(source: DataType, target: DataType) -> Form:
    """The form in which values of the two types are compared.

    Raises:
        Unsupported: the two have nothing in common in which they could be compared.
    """
    form = _form(source, target) or _form(target, source)
    if form is None:
        raise Unsupported(
            f"there is no form in which {_told(source)} could be compared with {_told(target)}",
            hint="leave the column out, or agree on a transformation in the mapping",
        )
    return form


def _form(one: DataType, other: DataType) -> Form | None:
    """The form of the pair, told once for both of its orders."""
    match one, other:
        case t.Boolean(), t.Boolean():
            return Form(kind=FormKind.BOOLEAN)
        case t.Integer(), t.Integer() | t.Boolean():
            return Form(kind=FormKind.INTEGER)
        case t.Decimal(), t.Decimal() | t.Integer() | t.Boolean():
            return Form(kind=FormKind.DECIMAL, scale=_scale(one, other))
        case t.Float(), t.Float():
            single = one.bits <= 32 and other.bits <= 32
            return Form(kind=FormKind.FLOAT32 if single else FormKind.FLOAT64)
        case t.Float(bits=bits), t.Decimal() if bits <= 32:
            return Form(kind=FormKind.FLOAT32, hashable=False)
        case t.Float(), t.Decimal() | t.Integer() | t.Boolean():
            return Form(kind=FormKind.FLOAT64, hashable=False)
        case t.Date(), t.Date():
            return Form(kind=FormKind.DATE)
        case t.Time(), t.Time():
            no_zone = not (one.zone or other.zone)
            return Form(kind=FormKind.TIME, digits=_digits(one, other), hashable=no_zone)
        case t.Timestamp(), t.Timestamp() | t.Date():
            zone = one.zone or (isinstance(other, t.Timestamp) and other.zone)
            kind = FormKind.INSTANT if zone else FormKind.TIMESTAMP
            return Form(kind=kind, digits=_digits(one, other))
        case t.Text(), t.Text():
            return Form(kind=FormKind.TEXT, padded=one.fixed or other.fixed)
        case t.Binary(), t.Binary():
            return Form(kind=FormKind.BINARY)
        case t.Uuid(), t.Uuid() | t.Text():
            padded = isinstance(other, t.Text) and other.fixed
            return Form(kind=FormKind.UUID, padded=padded)
        case t.Json(), t.Json() | t.Text():
            return Form(kind=FormKind.JSON, hashable=False)
        case t.Xml(), t.Xml() | t.Text():
            return Form(kind=FormKind.XML, hashable=False)
        case t.Interval() | t.Unknown(), _:
            return None
        case _, t.Text():
            own = _form(one, one)
            return own and own.model_copy(update={"hashable": False})
        case _:
            return None


def _scale(*numbers: DataType) -> int | None:
    scales = [each.scale if isinstance(each, t.Decimal) else 0 for each in numbers]
    known = [scale for scale in scales if scale is not None]
    if len(known) < len(scales) or max(known) > MOST_SCALE:
        return None
    return max(0, *known)  # PostgreSQL knows scales below zero


def _digits(*moments: DataType) -> int:
    """The finer of the two: a digit that only one side has is a difference, if it is not zero."""
    finest = max(each.precision for each in moments if isinstance(each, t.Timestamp | t.Time))
    return next(digits for digits in (6, 7, 9) if finest <= digits or digits == 9)


def _told(data_type: DataType) -> str:
    name = data_type.name if isinstance(data_type, t.Unknown) else data_type.kind
    return f"the type {name!r}"


def shown(scalar: Scalar, form: Form) -> str | None:
    """A canonical value as a person reads it; None for NULL.

    Dates and moments are ISO 8601, instants in UTC, of any year; bytes are hexadecimal digits, decimals are plain, and
    floats have the fewest digits that name them.
    """
    match scalar:
        case None | str():
            return scalar
        case bool():
            return "true" if scalar else "false"
        case bytes():
            return scalar.hex()
        case int():
            return _shown_count(scalar, form)
        case float() if math.isnan(scalar):
            return "NaN"
        case float() if math.isinf(scalar):
            return "Infinity" if scalar > 0 else "-Infinity"
        case float():
            return repr(scalar)
        case _:
            return format(scalar, "f")


def _shown_count(count: int, form: Form) -> str:
    match form.kind:
        case FormKind.DATE:
            return day_text(count)
        case FormKind.TIME:
            return time_text(count, form.digits)
        case FormKind.TIMESTAMP | FormKind.INSTANT:
            return moment_text(count, form.digits, zoned=form.kind is FormKind.INSTANT)
        case _:
            return str(count)
