"""How far apart are two distributions, told by their shares?

Pure: counts in, figures out. Shares are exact fractions, written with 28 digits; so equal shares are equal figures,
however many rows they are of. Only logarithms are floating-point numbers.
"""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ombudsman.model.result import Figure
from ombudsman.model.tolerance import Tolerance
from ombudsman.validators.judged import ordered

FEWEST_FOR_PSI = 200
"""Below as many values a stability index says more about chance than about drift."""

Z_999 = 3.0902
"""The normal deviate that one in a thousand exceeds."""

Bins = Sequence[int]


def share(part: int, whole: int) -> Decimal | None:
    """A part of the whole; NULL where there is nothing to share."""
    return Decimal(part) / whole if whole else None


def farthest_edge(source: Bins, target: Bins) -> tuple[int, Decimal | None, Decimal | None]:
    """Where the cumulative shares lie farthest apart (Kolmogorov-Smirnov): the edge's number, and both shares there."""
    n, m = sum(source), sum(target)
    here, there = 0, 0
    apart: list[tuple[Fraction, int, int]] = []
    for ours, theirs in zip(source[:-1], target[:-1], strict=True):
        here, there = here + ours, there + theirs
        apart.append((abs(Fraction(here, n) - Fraction(there, m)), here, there))
    place = max(range(len(apart)), key=lambda each: apart[each][0])
    _, here, there = apart[place]
    return place, share(here, n), share(there, m)


def stability_index(source: Bins, target: Bins) -> Decimal:
    """The population stability index; half a value more in each bin, so that no bin is empty."""
    n, m = sum(source) + len(source) / 2, sum(target) + len(target) / 2
    pairs = (
        ((ours + 0.5) / n, (theirs + 0.5) / m) for ours, theirs in zip(source, target, strict=True)
    )
    return round(Decimal(sum((q - p) * math.log(q / p) for p, q in pairs)), 12)


def index_by_chance(source: Bins, target: Bins) -> Decimal:
    """What the stability index of two samples of one population exceeds once in a thousand times.

    It is about chi squared times (1/n + 1/m), with one degree of freedom less than there are bins. The quantile is that
    of E. Wilson and M. Hilferty (1931), within one per cent.
    """
    freedom = len(source) - 1
    part = 2 / (9 * freedom)
    chi_squared = freedom * (1 - part + Z_999 * math.sqrt(part)) ** 3
    return round(Decimal(chi_squared * (1 / sum(source) + 1 / sum(target))), 12)


def has_index(source: Bins, target: Bins) -> bool:
    """Whether there are enough values on both sides for a stability index."""
    return min(sum(source), sum(target)) >= FEWEST_FOR_PSI


def divergence(source: Mapping[Any, int], target: Mapping[Any, int]) -> Decimal:
    """The Jensen-Shannon divergence in bits: 0 for equal shares, 1 for those that have nothing in common."""
    n, m = sum(source.values()), sum(target.values())
    names = sorted(source.keys() | target.keys(), key=lambda each: ordered([each]))
    pairs = [(Fraction(source.get(v, 0), n), Fraction(target.get(v, 0), m)) for v in names]
    if all(p == q for p, q in pairs):
        return Decimal(0)
    total = math.fsum(
        float(x) * math.log2(x / ((p + q) / 2)) / 2 for p, q in pairs for x in (p, q) if x
    )
    return round(Decimal(min(max(total, 0.0), 1.0)), 12)


def share_figure(
    name: str,
    column: str,
    shares: tuple[Decimal | None, Decimal | None],
    *,
    key: tuple[Any, ...] = (),
    within: Decimal,
) -> Figure:
    """Two shares as a figure; they agree when they lie no farther apart than `within`."""
    source, target = shares
    tolerance = Tolerance(absolute=within)
    return Figure(
        name=name, column=column, key=key, source=source, target=target, tolerance=tolerance
    )
