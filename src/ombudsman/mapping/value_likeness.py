"""How likely is it that two columns hold the same values, by their profiles?

The sketches tell which share of the values both have; quantiles, NULLs, counts and lengths say something where a sketch
does not. Two columns of flags have all their values in common with every other flag: so what is found counts for more
the more different values there are.
"""

from collections.abc import Sequence
from math import log2
from typing import NamedTuple

from ombudsman.model.profile import SKETCH_SIZE, ColumnProfile

_SHAPES_ALONE = 0.15
"""How much it tells where there are no sketches."""

_MANY = 24
"""From so many different values on, having them in common is no accident."""


class ValueLikeness(NamedTuple):
    """`score` from 0 to 1, and how much it tells: `weight` from 0 to 1.

    `shared` is the share of common values; None where there are no sketches.
    """

    score: float
    weight: float
    shared: float | None


def value_likeness(
    source: ColumnProfile | None, target: ColumnProfile | None
) -> ValueLikeness | None:
    """How alike the values are; None when a side is not profiled, or both hold nothing."""
    if source is None or target is None:
        return None
    empty_here, empty_there = _is_empty(source), _is_empty(target)
    if empty_here and empty_there:
        return None
    if empty_here or empty_there:
        return ValueLikeness(0.3, 0.3, 0.0)
    shapes: list[float] = []
    if source.null_share is not None and target.null_share is not None:
        shapes.append(_near(source.null_share, target.null_share))
    if source.quantiles and target.quantiles:
        shapes.append(_of_quantiles(source.quantiles, target.quantiles))
    if source.mean_length is not None and target.mean_length is not None:
        shapes.append(_ratio(source.mean_length, target.mean_length))
    here, there = source.about_distinct, target.about_distinct
    if here is None or there is None:
        return ValueLikeness(sum(shapes) / len(shapes), _SHAPES_ALONE, None) if shapes else None
    shapes.append(_ratio(here, there))
    if source.sketch is None or target.sketch is None:
        return ValueLikeness(sum(shapes) / len(shapes), _SHAPES_ALONE, None)
    shared = shared_values(source.sketch, target.sketch)
    score = 0.7 * shared + 0.3 * sum(shapes) / len(shapes)
    return ValueLikeness(score, min(1.0, log2(1 + min(here, there)) / log2(1 + _MANY)), shared)


def shared_values(source: Sequence[int], target: Sequence[int]) -> float:
    """The share of the values of both that both have, from 0 to 1; somewhat more where one side holds fewer of them.

    A target that holds a part of the rows has all its values in the source.
    """
    here, there = set(source), set(target)
    if not here or not there:
        return 0.0
    least = sorted(here | there)[:SKETCH_SIZE]
    common = here & there
    of_both = sum(each in common for each in least) / len(least)
    border = min(max(here), max(there)) if _is_full(source) or _is_full(target) else None
    few_here = [h for h in here if border is None or h <= border]
    few_there = [h for h in there if border is None or h <= border]
    fewer = min(len(few_here), len(few_there))
    contained = len(common) / fewer if fewer else 0.0
    return max(of_both, 0.85 * min(1.0, contained) if fewer >= _MANY // 2 else 0.0)


def _is_empty(profile: ColumnProfile) -> bool:
    return profile.rows is not None and profile.rows == profile.nulls


def _is_full(sketch: Sequence[int]) -> bool:
    return len(sketch) >= SKETCH_SIZE


def _near(one: float, other: float) -> float:
    return 1.0 - min(1.0, 2 * abs(one - other))


def _ratio(one: float, other: float) -> float:
    most = max(one, other)
    return min(one, other) / most if most else 1.0


def _of_quantiles(source: tuple[float, ...], target: tuple[float, ...]) -> float:
    """How far the quantiles lie apart, as a share of how far they are spread."""
    spread = max(*source, *target) - min(*source, *target)
    if not spread:
        return 1.0
    apart = sum(abs(a - b) for a, b in zip(source, target, strict=False)) / len(source)
    return 1.0 - min(1.0, 2 * apart / spread)
