"""What did a run cost on Snowflake, about?

A warehouse is billed by the second while it runs: from the first statement that wakes it to the moment when it has had
nothing to do for its time of rest, and for at least a minute each time. What others had it do meanwhile would have been
billed anyway, and a warehouse that was awake already costs us nothing more for waking: so this is what our statements
alone would have cost, an estimate, and never less than what they caused.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

CREDITS_PER_HOUR = {
    "X-SMALL": 1,
    "SMALL": 2,
    "MEDIUM": 4,
    "LARGE": 8,
    "X-LARGE": 16,
    "2X-LARGE": 32,
    "3X-LARGE": 64,
    "4X-LARGE": 128,
    "5X-LARGE": 256,
    "6X-LARGE": 512,
}
"""By the size as SHOW WAREHOUSES tells it, in capitals: a standard warehouse of one cluster."""

LEAST = dt.timedelta(minutes=1)

Span = tuple[dt.datetime, dt.datetime]
"""From when to when a statement ran."""


def estimated_credits(
    spans: Iterable[Span], *, size: str, rest: dt.timedelta = dt.timedelta(minutes=10)
) -> Decimal | None:
    """The credits that statements would have cost alone; None for a size that we do not know.

    Args:
        spans: when statements ran, in any order; they may overlap, and then count once.
        size: the warehouse's, as SHOW WAREHOUSES tells it.
        rest: after how long without work it stops (AUTO_SUSPEND); Snowflake's default is ten minutes.
    """
    per_hour = CREDITS_PER_HOUR.get(size.upper())
    if per_hour is None:
        return None
    awake = sum((max(LEAST, until - since) for since, until in _awake(spans, rest)), dt.timedelta())
    return Decimal(per_hour) * Decimal(str(awake.total_seconds())) / 3_600


def _awake(spans: Iterable[Span], rest: dt.timedelta) -> list[Span]:
    """The stretches in which the warehouse ran, its rest at the end of each included."""
    stretches: list[Span] = []
    for since, until in sorted(spans):
        stretch = (since, until + rest)
        if stretches and since <= stretches[-1][1]:
            begun, end = stretches.pop()
            stretch = (begun, max(end, until + rest))
        stretches.append(stretch)
    return stretches
