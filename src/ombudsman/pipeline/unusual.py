"""Which values of a series are not as the days before them foretell?

A figure that both sides agree on can still be wrong on both: a load that brought half of its rows. So a figure is
held against its own past. The prediction for a day is the median of the same weekday in the weeks before, moved on by
the trend; the measure of what is usual is the median of the deviations so far. Medians, for a bad day must not move
what the next is held against; a value that was unusual is replaced by its prediction there.

All is done on a logarithmic scale, on which growth is straight and a figure of ten and one of ten million are alike.
"""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from statistics import median

from ombudsman.model.base import Frozen

LEAST_DAYS = 28
"""So many days must be known before a day is judged: with fewer, a weekday has not been seen four times."""

WEEKS = 4
"""How many times the same weekday is looked at."""

LEAST_WEEKS = 2
"""With fewer same weekdays nothing is foretold."""

MEMORY = 35
"""Of how many days the deviations say what is usual."""

LIMIT = 5.0
"""A value that deviates more often than so many times what is usual is unusual."""

LEAST_SCALE = 0.004
"""Deviations below four in a thousand are always usual: a series that stood still may move."""

NEW_LEVEL_DAYS = 5
"""So many unusual days in a row, all on the same side, are a new level and no accident; history begins anew there."""

_DEVIATION_OF_NORMAL = 1.4826
_WEEK = 7


class Oddity(StrEnum):
    """How a value is unusual: alone, or as the first of a new level."""

    OUTLIER = "outlier"
    NEW_LEVEL = "new_level"


class Unusual(Frozen):
    """A value that the days before it did not foretell.

    `expected` is the prediction; `times_usual` is how many times the deviation that is usual this one is, with its
    sign.
    """

    day: dt.date
    value: float
    expected: float
    times_usual: float
    oddity: Oddity


def unusual_values(series: Mapping[dt.date, float]) -> tuple[Unusual, ...]:
    """The unusual values of a series with at most one value a day, in the order of the days.

    Days may be missing. A series shorter than `LEAST_DAYS` says nothing, and a constant one is never unusual.
    """
    days = sorted(series)
    found: list[Unusual] = []
    begins = 0
    while True:
        more, new_level = _judged(days[begins:], series)
        found += more
        if new_level is None:
            return tuple(found)
        begins = days.index(new_level, begins + 1)


def _judged(
    days: Sequence[dt.date], series: Mapping[dt.date, float]
) -> tuple[list[Unusual], dt.date | None]:
    """What is unusual until a new level begins, and the day on which it does."""
    past: dict[dt.date, float] = {}
    deviations: list[float] = []
    found: list[Unusual] = []
    streak: list[Unusual] = []
    for day in days:
        value = _on_scale(series[day])
        expected = _expected(day, past)
        if expected is None or len(past) < LEAST_DAYS:
            past[day] = value
            if expected is not None:
                deviations.append(value - expected)
            continue
        times = (value - expected) / _usual(deviations)
        if abs(times) <= LIMIT:
            past[day] = value
            deviations.append(value - expected)
            found += streak
            streak = []
            continue
        past[day] = expected
        told = Unusual(
            day=day,
            value=series[day],
            expected=_off_scale(expected),
            times_usual=times,
            oddity=Oddity.OUTLIER,
        )
        if streak and (streak[-1].times_usual > 0) != (times > 0):
            found += streak
            streak = []
        streak.append(told)
        if len(streak) == NEW_LEVEL_DAYS:
            first = streak[0].model_copy(update={"oddity": Oddity.NEW_LEVEL})
            return [*found, first], first.day
    return [*found, *streak], None


def _expected(day: dt.date, past: Mapping[dt.date, float]) -> float | None:
    """The median of the last same weekdays, moved on to this day by the trend; None where too few are known."""
    known = [
        (weeks, past[before])
        for weeks in range(1, 2 * WEEKS + 1)
        if (before := day - dt.timedelta(weeks=weeks)) in past
    ][:WEEKS]
    if len(known) < LEAST_WEEKS:
        return None
    age = sum(weeks for weeks, _ in known) / len(known)
    return median(value for _, value in known) + age * _weekly_trend(day, past)


def _weekly_trend(day: dt.date, past: Mapping[dt.date, float]) -> float:
    """By how much the values grow in a week: the median of what they grew, weekday by weekday."""
    since = day - dt.timedelta(days=MEMORY)
    week = dt.timedelta(days=_WEEK)
    grown = [
        value - past[before - week]
        for before, value in past.items()
        if before >= since and before - week in past
    ]
    return median(grown) if grown else 0.0


def _usual(deviations: Sequence[float]) -> float:
    """The standard deviation, told by the median so that no single day can widen it."""
    recent = deviations[-MEMORY:]
    scale = _DEVIATION_OF_NORMAL * median(map(abs, recent)) if recent else 0.0
    return max(LEAST_SCALE, scale)


def _on_scale(value: float) -> float:
    return math.copysign(math.log1p(abs(value)), value)


def _off_scale(value: float) -> float:
    return math.copysign(math.expm1(abs(value)), value)
