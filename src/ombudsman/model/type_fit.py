"""Does every value of one type fit into another?

The question of a migration is not whether two types are called alike, but whether a value can be lost on the way:
INT into NUMBER(38,0) loses nothing, VARCHAR(50) into VARCHAR(40) does. `fit` answers with a reason that a person can
check.
"""

from dataclasses import dataclass
from enum import StrEnum

from ombudsman.model import types as t
from ombudsman.model.types import DataType


class Fit(StrEnum):
    """What becomes of the source's values.

    `lossless`: every one has its place in the target. `narrower`: some have not. `different`: the target holds another
    kind of thing, and only a conversion makes one of the other.
    """

    LOSSLESS = "lossless"
    NARROWER = "narrower"
    DIFFERENT = "different"


@dataclass(frozen=True)
class TypeFit:
    """How a type fits into another, and why not, if not."""

    fit: Fit
    reason: str = ""


FITS = TypeFit(Fit.LOSSLESS)


def fit(source: DataType, target: DataType) -> TypeFit:
    """Whether every value of the source's type has its place in the target's."""
    match source, target:
        case t.Unknown(), t.Unknown():
            return (
                FITS
                if source.name.casefold() == target.name.casefold()
                else _different(source, target)
            )
        case (t.Integer(), t.Integer()):
            return _integer_in_integer(source, target)
        case (t.Integer(), t.Decimal(scale=None)):
            return FITS
        case (t.Integer(), t.Decimal()):
            return _decimal_in_decimal(t.Decimal(precision=_digits(source), scale=0), target)
        case (t.Integer(), t.Float()):
            return _whole_in_float(2 ** (source.bits - source.signed), target)
        case (t.Decimal(), t.Decimal()):
            return _decimal_in_decimal(source, target)
        case (t.Decimal(), t.Integer(signed=False)):
            return _narrower("negative numbers do not fit")
        case (t.Decimal(), t.Integer()):
            return _decimal_in_decimal(source, t.Decimal(precision=_safe_digits(target), scale=0))
        case (t.Decimal(precision=int(digits), scale=0), t.Float()):
            return _whole_in_float(10**digits - 1, target)
        case (t.Decimal(), t.Float()):
            return _narrower("an exact decimal becomes a binary fraction")
        case (t.Float(), t.Float()):
            return (
                FITS if target.bits >= source.bits else _narrower("double becomes single precision")
            )
        case (t.Float(), t.Decimal() | t.Integer()):
            return _narrower("a floating-point number is cut to a fixed scale")
        case (t.Boolean(), t.Integer()):
            return FITS
        case (t.Boolean(), t.Decimal()):
            return _decimal_in_decimal(t.Decimal(precision=1, scale=0), target)
        case (t.Text(), t.Text()):
            return _text_in_text(source, target)
        case (t.Uuid(), t.Text()):
            return (
                FITS
                if target.length is None or target.length >= 36
                else _narrower("36 characters do not fit")
            )
        case (t.Json() | t.Xml(), t.Text()):
            return (
                FITS if target.length is None else _narrower(f"cut at {target.length} characters")
            )
        case (t.Binary(), t.Binary()):
            return _length(source.length, target.length, "bytes")
        case (t.Date(), t.Timestamp(zone=False)):
            return FITS
        case (t.Timestamp(), t.Date()):
            return _narrower("the time of day is lost")
        case (t.Timestamp(), t.Timestamp()):
            return _moment_in_moment(source, target)
        case (t.Time(), t.Time()):
            return _moment_in_moment(source, target)
        case _ if source.kind == target.kind:
            return FITS
        case _:
            return _different(source, target)


def _different(source: DataType, target: DataType) -> TypeFit:
    return TypeFit(Fit.DIFFERENT, f"{_told(source)} becomes {_told(target)}")


def _narrower(reason: str) -> TypeFit:
    return TypeFit(Fit.NARROWER, reason)


def _told(data_type: DataType) -> str:
    return data_type.name if isinstance(data_type, t.Unknown) else data_type.kind


def _digits(integer: t.Integer) -> int:
    """The decimal digits of the largest value."""
    return len(str(2 ** (integer.bits - integer.signed) - 1))


def _safe_digits(integer: t.Integer) -> int:
    """As many decimal digits as always fit."""
    return _digits(integer) - 1


def _integer_in_integer(source: t.Integer, target: t.Integer) -> TypeFit:
    room = target.bits - target.signed
    needed = source.bits - source.signed
    if source.signed and not target.signed:
        return _narrower("negative numbers do not fit")
    return FITS if room >= needed else _narrower(f"{source.bits} bits become {target.bits}")


def _whole_in_float(largest: int, target: t.Float) -> TypeFit:
    exact_bits = 53 if target.bits == 64 else 24
    if largest <= 2**exact_bits:
        return FITS
    return _narrower(f"whole numbers beyond 2^{exact_bits} are rounded")


def _decimal_in_decimal(source: t.Decimal, target: t.Decimal) -> TypeFit:
    if target.precision is None:
        return FITS
    if target.scale is None:
        fits = source.precision is not None and source.precision <= target.precision
        return FITS if fits else _narrower(f"{_bound(source)} digits become {target.precision}")
    if source.precision is None or source.scale is None:
        return _narrower(
            f"{_bound(source)} digits become {target.precision}, {target.scale} behind the point"
        )
    if target.scale < source.scale:
        return _narrower(f"{source.scale} digits behind the point become {target.scale}")
    before, room = source.precision - source.scale, target.precision - target.scale
    return FITS if room >= before else _narrower(f"{before} digits before the point become {room}")


def _bound(number: t.Decimal) -> str:
    if number.precision is None:
        return "unbounded"
    return f"{number.precision}" if number.scale is not None else f"{number.precision} significant"


def _text_in_text(source: t.Text, target: t.Text) -> TypeFit:
    if source.unicode and not target.unicode:
        return _narrower("characters outside the target's code page are lost")
    return _length(source.length, target.length, "characters")


def _length(source: int | None, target: int | None, unit: str) -> TypeFit:
    if target is None or (source is not None and target >= source):
        return FITS
    return _narrower(f"{source or 'unbounded'} {unit} become {target}")


def _moment_in_moment(source: t.Timestamp | t.Time, target: t.Timestamp | t.Time) -> TypeFit:
    if source.zone != target.zone:
        words = ("with", "without") if source.zone else ("without", "with")
        return TypeFit(Fit.DIFFERENT, f"{source.kind} {words[0]} zone becomes one {words[1]}")
    if target.precision < source.precision:
        return _narrower(f"{source.precision} digits of a second become {target.precision}")
    return FITS
