"""What a sample says of the whole: between which shares the truth lies, with 95 % confidence.

The bounds are the exact ones of Clopper and Pearson ("The use of confidence or fiducial limits illustrated in the case
of the binomial", Biometrika 26, 1934): the shares of which so few, or so many, would be seen in one of forty samples at
most; where none or all differ there is one bound only, and it is one of twenty. Nothing is taken for normal or for
small. The rows of a sample are drawn without putting them back, which makes the bounds wider than they need to be, and
never narrower.
"""

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

CONFIDENCE = 0.95

_HALVINGS = 100
_NEGLIGIBLE = 1e-18


def bounds(found: int, rows: int) -> tuple[float, float]:
    """The least and the greatest share of the whole in which `found` of `rows` sampled ones are not unlikely."""
    if not 0 <= found <= rows or rows < 1:
        raise ValueError(f"{found} of {rows} rows cannot be")
    risk = 1 - CONFIDENCE
    if found in {0, rows}:
        narrow = 1 - risk ** (1 / rows)
        return (0.0, narrow) if found == 0 else (1 - narrow, 1.0)
    seen = found / rows
    low = _where(0.0, seen, lambda share: _tail(found, rows, share, upwards=True) < risk / 2)
    high = _where(seen, 1.0, lambda share: _tail(found, rows, share, upwards=False) > risk / 2)
    return low, high


def _where(low: float, high: float, is_below: Callable[[float], bool]) -> float:
    """The share between the two at which the claim ceases to hold."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return high


def _tail(found: int, rows: int, share: float, *, upwards: bool) -> float:
    """How likely are `found` or more (upwards), or `found` or fewer, of so many rows when this share differs?

    Summed from `found` away from the likeliest number, which lies on its other side, until what follows does not count.
    """
    odds = share / (1 - share) if share < 1 else math.inf
    term = _exactly(found, rows, share)
    total, count, end = term, found, rows if upwards else 0
    while count != end and term > total * _NEGLIGIBLE:
        if upwards:
            term *= (rows - count) / (count + 1) * odds
            count += 1
        else:
            term *= count / (rows - count + 1) / odds
            count -= 1
        total += term
    return min(total, 1.0)


def _exactly(found: int, rows: int, share: float) -> float:
    if share in {0.0, 1.0}:
        return float(found == rows * share)
    ways = math.lgamma(rows + 1) - math.lgamma(found + 1) - math.lgamma(rows - found + 1)
    return math.exp(ways + found * math.log(share) + (rows - found) * math.log1p(-share))


def per_cent(share: float, *, up: bool) -> str:
    """A share as per cent with two digits that count, rounded up or down, so that a bound stays one."""
    hundredths = Decimal(share) * 100
    if not hundredths:
        return "0 %"
    place = Decimal(1).scaleb(hundredths.adjusted() - 1)
    rounded = hundredths.quantize(place, rounding=ROUND_CEILING if up else ROUND_FLOOR)
    return f"{min(rounded, Decimal(100)).normalize():f} %"
