"""Why do two dates, times or moments differ? Digits of the second were cut off, or the clock was another zone's.

All are whole counts here: days, or parts of a second since midnight or since 1970.

Traps tamed here:

- SQL Server's datetime ticks 300 times a second. A tick is written .003 or .0033333, and is the same tick.
- A shift by a whole multiple of 15 minutes can come with cut digits, when a zone was changed and a type as well.
- A time of day that is shifted may pass midnight.
- Cut to whole milliseconds, times before 1970 go down with most engines, and up with one.
"""

import datetime as dt
from functools import lru_cache

from ombudsman.compare.cuts import Cut, Way, cut, cuts
from ombudsman.compare.judgement import (
    SHARED,
    Explanation,
    Judgement,
    equality_setting,
    explained,
    unexplained,
)
from ombudsman.model.equality import Equality
from ombudsman.model.moments import DAY_SECONDS, ticks
from ombudsman.model.rows import Cause

MOST_OFFSET = 14 * 4
"""The widest zone, in quarters of an hour."""

MINUTES = -1
"""Where digits of a second are told: whole minutes, as smalldatetime keeps them."""

_EPOCH = dt.date(1970, 1, 1).toordinal()
_NAMES = {0: "seconds", 3: "milliseconds", 6: "microseconds", MINUTES: "minutes"}

TO_DAYS = Explanation(
    Cause.TIME_PRECISION,
    "to days, truncated",
    "the time of day was dropped",
    ("transformation: {kind: to_date}",),
)
_TICK_SHOWN, _TICK_KEPT = "1/300 s of datetime", "to 1/300 s"
_TICKS = {
    _TICK_SHOWN: Explanation(
        Cause.TIME_PRECISION,
        _TICK_SHOWN,
        "one side writes a tick of datetime in milliseconds",
        (equality_setting(("second_digits: 3", "cut: round")),),
    ),
    _TICK_KEPT: Explanation(
        Cause.TIME_PRECISION,
        _TICK_KEPT,
        "the target keeps a tick of datetime, 300 of which make a second",
    ),
}


def judge_date(source: int, target: int) -> Judgement | None:
    """The judgement of a pair of dates, in days since 1970."""
    return None if source == target else _other_day(source, target)


class MomentJudge:
    """Judges pairs of moments, or times of day, in counts of which 10^`digits` make a second."""

    def __init__(self, equality: Equality, *, digits: int, of_day: bool) -> None:
        self._digits = digits
        self._of_day = of_day
        second = self._second = ticks(digits)
        self._tick_reach = second // 250
        self._minute, self._quarter, self._day = 60 * second, 900 * second, DAY_SECONDS * second
        self._grains = (*(10**place for place in range(1, digits + 1)), self._minute)
        self._is_rounded = equality.cut == "round"
        kept = digits if equality.second_digits is None else equality.second_digits
        self._forgiven_grain = 10 ** max(digits - kept, 0)
        way = "rounded" if self._is_rounded else "truncated"
        self._forgiven = explained(_cut_to(kept, way), accepted=True)

    def __call__(self, source: int, target: int) -> Judgement | None:
        if source == target:
            return None
        if self._forgiven_grain > 1 and self._accepts(source, target):
            return self._forgiven
        day, distance = self._day, target - source
        if self._of_day:
            distance = (distance + day // 2) % day - day // 2
            if not distance:
                return unexplained("the end of a day, and its beginning")
        is_dropped = not self._of_day and not target % day and 0 < -distance == source % day
        if -self._minute < distance < self._minute:
            return self._cut(source, distance, is_dropped=is_dropped) or unexplained()
        if is_dropped:
            return _DROPPED
        if not distance % self._quarter and abs(distance) <= MOST_OFFSET * self._quarter:
            return _zone(distance // self._quarter)
        return self._shifted_and_cut(source, distance) or self._moved(source, target)

    def _accepts(self, source: int, target: int) -> bool:
        """Whether the two are the same in the digits that count. Rounding may lead past midnight."""
        grain = self._forgiven_grain
        ours, theirs = (cut(each, grain, is_rounded=self._is_rounded) for each in (source, target))
        if not self._of_day or ours == theirs:
            return ours == theirs
        is_cut = bool(source % grain or target % grain)
        return is_cut and ours % self._day == theirs % self._day

    def _cut(self, source: int, distance: int, *, is_dropped: bool = False) -> Judgement | None:
        """The judgement when digits of the second were cut off, or the seconds, or the time of day."""
        target = source + distance
        found = cuts(source, target, self._grains)
        tick = None
        if abs(distance) <= self._tick_reach and self._digits > 3:
            tick = _tick(source, target, self._second)
        if tick is _TICK_KEPT and found:
            tick = None  # three of ten milliseconds are ticks by chance
        if not (found or tick or is_dropped):
            return None
        return _cut_off(found, self._digits, tick, is_dropped)

    def _shifted_and_cut(self, source: int, distance: int) -> Judgement | None:
        """The judgement of a shift by a zone together with cut digits of the second."""
        quarters = (2 * distance + self._quarter) // (2 * self._quarter)
        rest = distance - quarters * self._quarter
        if abs(rest) >= self._second or not 0 < abs(quarters) <= MOST_OFFSET:
            return None
        found = self._cut(source, rest)
        return _shifted(quarters, found.readings) if found else None

    def _moved(self, source: int, target: int) -> Judgement:
        if self._of_day or source % self._day != target % self._day:
            return unexplained()
        return unexplained(_exchanged(source // self._day, target // self._day))


_DROPPED = explained(TO_DAYS)


@lru_cache(maxsize=SHARED)
def _cut_off(
    found: tuple[Cut, ...],
    digits: int,
    tick: str | None,
    is_dropped: bool,  # noqa: FBT001 - a part of the cache's key
) -> Judgement:
    readings = [_cut_to(digits - 1 - place, way) for place, way in found]
    first = [_TICKS[tick]] if tick else []
    return explained(*first, *readings, *([TO_DAYS] if is_dropped else []))


@lru_cache(maxsize=SHARED)
def _cut_to(digits: int, way: Way) -> Explanation:
    """Digits of a second were cut off, or the seconds."""
    if digits == MINUTES or way == "truncated towards 1970":
        settings: tuple[str, ...] = ()
    else:
        cut_by = "round" if way == "rounded" else "truncate"
        settings = (equality_setting((f"second_digits: {digits}", f"cut: {cut_by}")),)
    told = _NAMES.get(digits, f"{digits} {'digit' if digits == 1 else 'digits'} of a second")
    return Explanation(
        Cause.TIME_PRECISION, f"to {told}, {way}", f"the target keeps {told}", settings
    )


def _tick(source: int, target: int, second: int) -> str | None:
    """What ticks of 1/300 second have to do with it, if anything."""
    tick = (600 * source + second) // (2 * second)
    if tick != (600 * target + second) // (2 * second):
        return None
    shown = (20 * tick + 3) // 6 * (second // 1000)
    is_kept = target == shown or _is_tick(target, tick, second)
    if (target == shown and _is_tick(source, tick, second)) or (source == shown and is_kept):
        return _TICK_SHOWN
    return _TICK_KEPT if is_kept else None


def _is_tick(count: int, tick: int, second: int) -> bool:
    """Whether the count is this tick to the microsecond, and no whole millisecond."""
    near = abs(300 * count - tick * second) <= 300 * max(1, second // 1_000_000)
    return near and count % (second // 1000) != 0


@lru_cache(maxsize=SHARED)
def _zone(quarters: int) -> Judgement:
    return explained(_offset(quarters))


@lru_cache(maxsize=SHARED)
def _shifted(quarters: int, cuts_too: tuple[Explanation, ...]) -> Judgement:
    return explained(*(_offset(quarters, each.detail) for each in cuts_too))


def _offset(quarters: int, also: str | None = None) -> Explanation:
    hours, rest = divmod(abs(quarters), 4)
    told = f"{'+' if quarters > 0 else '-'}{hours:02}:{rest * 15:02}"
    return Explanation(
        Cause.TIME_ZONE,
        f"{told}, {also}" if also else told,
        f"the target's clock stands {told} from the source's: a zone was lost, or added, on the way",
    )


def _other_day(source: int, target: int) -> Judgement:
    if abs(target - source) == 1:
        return unexplained("a day later" if target > source else "a day earlier")
    return unexplained(_exchanged(source, target))


def _exchanged(source: int, target: int) -> str | None:
    """Whether day and month were taken for each other, in days since 1970."""
    try:
        ours, theirs = (dt.date.fromordinal(each + _EPOCH) for each in (source, target))
    except (ValueError, OverflowError):
        return None
    swapped = (theirs.year, theirs.day, theirs.month) == (ours.year, ours.month, ours.day)
    return "day and month exchanged" if swapped else None
