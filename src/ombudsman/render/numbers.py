"""Counts, durations and moments in words."""

import datetime as dt

from ombudsman.model.counts import counted

__all__ = ["counted", "duration", "elapsed_ms", "moment", "short_number"]


def short_number(number: float) -> str:
    """A number rounded to what an eye takes in: `940`, `12 k`, `1.2 M`."""
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            scaled = number / size
            return f"{scaled:.1f} {sign}" if scaled < 10 else f"{scaled:.0f} {sign}"
    return f"{number:.0f}"


def duration(ms: float) -> str:
    """`12 ms`, `3.4 s`, `2 min 05 s`, `1 h 02 min`."""
    seconds = ms / 1000
    if ms < 999.5:
        return f"{ms:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60:,} h {minutes % 60:02d} min"


def elapsed_ms(started: dt.datetime | None, finished: dt.datetime | None) -> float | None:
    """Milliseconds between the two moments; None while one of them is not there."""
    if started is None or finished is None:
        return None
    return (finished - started) / dt.timedelta(milliseconds=1)


def moment(at: dt.datetime) -> str:
    """A moment to the second, in UTC: `2025-11-25 01:10:07 UTC`."""
    return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
