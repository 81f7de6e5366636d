"""Which digits were cut off, and how?

Numbers and times alike are whole counts of some small unit here. A target that shows only whole multiples of a coarser
grain may have been cut to it; which grain, and whether the rest was dropped or rounded, one pair seldom tells for sure:
so all readings are given.
"""

from collections.abc import Sequence
from typing import Literal

Way = Literal["truncated", "rounded", "truncated towards 1970"]
"""How the rest was cut off."""

Cut = tuple[int, Way]
"""A place in a row of grains, and how the rest was cut off."""


def cut(count: int, grain: int, *, is_rounded: bool) -> int:
    """The count as a whole multiple of `grain`: rounded half away from zero, or else the multiple below it."""
    if not is_rounded:
        return count - count % grain
    size = (2 * abs(count) + grain) // (2 * grain) * grain
    return size if count >= 0 else -size


def cuts(source: int, target: int, grains: Sequence[int]) -> tuple[Cut, ...]:
    """Every cut by which the source becomes the target.

    Each grain, from fine to coarse, is a multiple of the one before. A tie below zero may be rounded either way.
    """
    distance = abs(target - source)
    found: list[Cut] = []
    for place, grain in enumerate(grains):
        if distance >= grain:
            continue
        if target % grain:
            break  # the target shows what is finer than this, and than all that follow
        below = source - source % grain
        twice_rest = 2 * (source - below)
        if target == below:
            found.append((place, "truncated"))
            is_rounded = twice_rest < grain or (twice_rest == grain and source < 0)
        else:
            is_rounded = twice_rest >= grain
            if source < 0:
                found.append((place, "truncated towards 1970"))
        if is_rounded:
            found.append((place, "rounded"))
    return tuple(found)
