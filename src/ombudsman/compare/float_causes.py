"""Why do two binary fractions differ?

Between most that differ lies a way through fewer digits: single precision, a text of 15 digits, a decimal column. A few
units in the last place (ULP) are the noise of a calculation.

For cutting digits a binary fraction counts as the shortest decimal that names it: 2.675 is 2.675, although the number
nearest to it in memory is a little less.
"""

import math
import struct
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

from ombudsman.compare.cuts import Cut
from ombudsman.compare.judgement import (
    SHARED,
    Explanation,
    Judgement,
    equality_setting,
    explained,
    unexplained,
)
from ombudsman.compare.number_causes import (
    SIGN,
    cut_to_digits,
    decimal_cuts,
    forgiven_cut,
    rounded_first,
    same_when_cut,
)
from ombudsman.model.equality import Equality
from ombudsman.model.rows import Cause

NOISE = 4
"""So many units in the last place are explained by calculating in another order."""

FEWEST_DIGITS = 6
"""What C prints of a number when nobody says how many digits; fewer would explain anything."""

WITHIN = 1e-5
"""Farther apart, as a share of the greater, no printing of six digits can set two numbers; only a decimal scale can."""

_EVERY_BIT = 17
_MOST_SCALE = 15

_SINGLE = Explanation(
    Cause.ROUNDING,
    "single precision",
    "one side went through single precision",
    (equality_setting(("relative: 1e-7",)),),
)


def float_judge(equality: Equality, *, bits: int) -> Callable[[float, float], Judgement | None]:
    """The judge of pairs of binary fractions of 32 or 64 bits. -0.0 is 0, and every NaN is NaN."""
    accepts_cut, forgiven = same_when_cut(equality), forgiven_cut(equality)
    relative, ulps = float(equality.relative), equality.ulps

    def judge(source: float, target: float) -> Judgement | None:
        if bits == 32:
            source, target = single(source), single(target)
        if source == target or (source != source and target != target):  # noqa: PLR0124 - NaN
            return None
        if not (math.isfinite(source) and math.isfinite(target)):
            return explained(SIGN) if source == -target else unexplained()
        distance = ulps_between(source, target, bits)
        share = abs(target - source) <= relative * max(abs(source), abs(target))
        if share or distance <= ulps:
            return _forgiven_distance(_about(source, target, distance))
        ours, theirs = shortest(source, bits), shortest(target, bits)
        if accepts_cut is not None and accepts_cut(ours, theirs):
            return forgiven
        if source == -target:
            return explained(SIGN)
        is_near = abs(target - source) <= WITHIN * max(abs(source), abs(target))
        printed = _digits_printed(source, target, _digits(theirs), bits) if is_near else ()
        is_single = (
            bits == 64 and is_near and (single(source) == target or single(target) == source)
        )
        found = decimal_cuts(ours, theirs) if abs(target - source) < 1 else ()
        found = tuple(cut for cut in found if cut[0] <= _MOST_SCALE)
        if printed or is_single or found or distance <= NOISE:
            return _explained(printed, found, is_single, min(distance, NOISE + 1))
        return unexplained()

    return judge


def single(number: float) -> float:
    """The number in single precision; infinite where it is too great for that."""
    try:
        return float(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)


def ulps_between(source: float, target: float, bits: int) -> int:
    """How many steps from one representable number to the next lead from the source to the target."""
    return abs(_rank(target, bits) - _rank(source, bits))


def _rank(number: float, bits: int) -> int:
    """The place of a finite number among all of its precision, in order; of zero it is 0."""
    number_format, integer_format = ("<d", "<Q") if bits == 64 else ("<f", "<I")
    rank: int = struct.unpack(integer_format, struct.pack(number_format, abs(number)))[0]
    return rank if number >= 0 else -rank


def shortest(number: float, bits: int) -> Decimal:
    """The shortest decimal that names this number of its precision and no other."""
    if bits == 64:
        return Decimal(repr(number))
    for digits in (6, 7, 8):
        text = f"{number:.{digits}g}"
        if single(float(text)) == number:
            return Decimal(text)
    return Decimal(f"{number:.9g}")


def _digits(number: Decimal) -> int:
    """How many significant digits a decimal shows, without zeros at the end."""
    return len("".join(map(str, number.as_tuple().digits)).strip("0"))


def _digits_printed(source: float, target: float, shown: int, bits: int) -> tuple[int, ...]:
    """With how many significant digits the source may have been printed to become the target.

    `shown` are the digits of the target's shortest decimal.
    """
    found: list[int] = []
    for digits in range(max(shown, FEWEST_DIGITS), _EVERY_BIT):
        printed = float(f"{source:.{digits}g}")
        if (single(printed) if bits == 32 else printed) != target:
            break
        found.append(digits)
    return tuple(found)


@lru_cache(maxsize=SHARED)
def _explained(
    printed: tuple[int, ...],
    found: tuple[Cut, ...],
    is_single: bool,  # noqa: FBT001 - a part of the cache's key
    distance: int,
) -> Judgement:
    """The likeliest first: what left 15 digits is rarely a decimal column, what left six is often one."""
    fine = [digits for digits in (15, 16) if digits in printed]
    coarse = [digits for digits in (7, 9, *reversed(printed)) if digits in printed]
    return explained(
        *dict.fromkeys(
            [
                *(_printed(digits) for digits in fine),
                *([_distance(f"{distance} ULP", distance)] if distance <= NOISE else []),
                *([_SINGLE] if is_single else []),
                *(cut_to_digits(digits, way) for digits, way in rounded_first(found)),
                *(_printed(digits) for digits in coarse),
            ]
        )
    )


@lru_cache(maxsize=SHARED)
def _printed(digits: int) -> Explanation:
    return Explanation(
        Cause.ROUNDING,
        f"{digits} significant digits",
        f"the number was printed with {digits} significant digits on the way",
        (equality_setting((f"relative: 1e-{digits - 1}",)),),
    )


@lru_cache(maxsize=SHARED)
def _distance(told: str, ulps: int) -> Explanation:
    words = "calculated in another order, or printed with too few digits"
    return Explanation(Cause.ROUNDING, told, words, (equality_setting((f"ulps: {ulps}",)),))


def _about(source: float, target: float, distance: int) -> str:
    """How far apart the two are, in steps that a few groups can hold."""
    if distance <= NOISE:
        return f"{distance} ULP"
    if distance <= 1 << 20:
        return f"at most {1 << (distance - 1).bit_length():,} ULP"
    share = abs(target / 2 - source / 2) / max(abs(source) / 2, abs(target) / 2)
    return f"within 1e{math.floor(math.log10(share)) + 1} of the value"


@lru_cache(maxsize=SHARED)
def _forgiven_distance(told: str) -> Judgement:
    return explained(Explanation(Cause.ROUNDING, told), accepted=True)
