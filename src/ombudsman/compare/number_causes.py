"""Why do two exact numbers differ? Their sign was turned, or digits behind the point were cut off."""

from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from ombudsman.compare.cuts import Cut, Way, cuts
from ombudsman.compare.judgement import (
    SHARED,
    Explanation,
    Judgement,
    equality_setting,
    explained,
    unexplained,
)
from ombudsman.model.equality import Equality
from ombudsman.model.rows import Cause

Number = int | Decimal

WIDE = Context(prec=200_000)
"""Wider than any number of a database: the everyday context would round at 28 digits."""

MOST_DECIMALS = 200

MOST_FORGIVEN = 37
"""More digits behind the point no policy can name."""

GRAINS = tuple(10**digits for digits in range(1, MOST_DECIMALS + 1))

SIGN = Explanation(Cause.SIGN, None, "the sign was turned")


def exact_judge(equality: Equality) -> Callable[[Number, Number], Judgement | None]:
    """The judge of pairs of whole and decimal numbers."""
    accepts, forgiven = same_when_cut(equality), forgiven_cut(equality)

    def judge(source: Number, target: Number) -> Judgement | None:
        if source == target or (source != source and target != target):  # noqa: PLR0124 - NaN
            return None
        if isinstance(source, int) and isinstance(target, int):
            return explained(SIGN) if source == -target else unexplained()
        source, target = Decimal(source), Decimal(target)
        if not (source.is_finite() and target.is_finite()):
            return explained(SIGN) if source == target.copy_negate() else unexplained()
        if accepts is not None and accepts(source, target):
            return forgiven
        if source == target.copy_negate():
            return explained(SIGN)
        found = decimal_cuts(source, target)
        return _cut_off(found) if found else unexplained()

    return judge


def same_when_cut(equality: Equality) -> Callable[[Decimal, Decimal], bool] | None:
    """Whether two finite numbers are the same in the digits that count; None where all do."""
    if equality.decimals is None:
        return None
    last = Decimal(1).scaleb(-equality.decimals)
    way = ROUND_DOWN if equality.cut == "truncate" else ROUND_HALF_UP

    def accepts(source: Decimal, target: Decimal) -> bool:
        return source.quantize(last, way, WIDE) == target.quantize(last, way, WIDE)

    return accepts


def forgiven_cut(equality: Equality) -> Judgement:
    """The judgement of two numbers that are the same in the digits that count."""
    way = "truncated" if equality.cut == "truncate" else "rounded"
    return explained(cut_to_digits(equality.decimals or 0, way), accepted=True)


def decimal_cuts(source: Decimal, target: Decimal) -> tuple[Cut, ...]:
    """Every scale, and way of cutting, by which the source becomes the target; finest first."""
    if target and source.is_signed() != target.is_signed():
        return ()
    scale = max(_scale(source), _scale(target))
    if not 0 < scale <= MOST_DECIMALS:
        return ()
    ours = int(source.copy_abs().scaleb(scale, WIDE))
    theirs = int(target.copy_abs().scaleb(scale, WIDE))
    if theirs % 10:
        return ()  # the target shows every digit that the source has
    return tuple((scale - 1 - place, way) for place, way in cuts(ours, theirs, GRAINS[:scale]))


def _scale(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


@lru_cache(maxsize=SHARED)
def _cut_off(found: tuple[Cut, ...]) -> Judgement:
    return explained(*(cut_to_digits(digits, way) for digits, way in rounded_first(found)))


def rounded_first(found: tuple[Cut, ...]) -> list[Cut]:
    """Engines round numbers more often than they truncate them: of one scale, rounding is the likelier."""
    return sorted(found, key=lambda cut: (-cut[0], cut[1] != "rounded"))


@lru_cache(maxsize=SHARED)
def cut_to_digits(digits: int, way: Way) -> Explanation:
    """Digits behind the point were cut off."""
    is_rounded = way == "rounded"
    settings = [
        equality_setting((f"decimals: {digits}", f"cut: {'round' if is_rounded else 'truncate'}"))
    ]
    if is_rounded:
        settings.append(f"transformation: {{kind: round, scale: {digits}}}")
    told = f"{digits} {'digit' if digits == 1 else 'digits'}"
    return Explanation(
        Cause.ROUNDING,
        f"to {told}, {way}",
        f"the target keeps {told} behind the point",
        tuple(settings) if digits <= MOST_FORGIVEN else (),
    )
