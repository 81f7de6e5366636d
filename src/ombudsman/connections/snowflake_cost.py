"""What did a run cost on Snowflake, about?

A warehouse is billed by the second while it runs: from the first statement that wakes it to the moment when it has had
nothing to do for its time of rest, and for at least a minute each time. This is what our statements alone would have
cost on one standard cluster: an estimate. It is too high where others kept the warehouse awake anyway, and too low
where it runs on several clusters, where queries were accelerated, or where cloud services are billed beside it.
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

HISTORY = """
SELECT query_id, bytes_scanned
FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_USER(
  END_TIME_RANGE_START => {since}::TIMESTAMP_LTZ, RESULT_LIMIT => 10000))
"""
"""What the user's own statements since a moment have read; the last 10,000 of them, which is all that may be asked."""

REMEMBERED = dt.timedelta(days=6, hours=23)
"""How far back Snowflake may be asked for its history."""

CLOCKS_APART = dt.timedelta(minutes=10)
"""By so much our clock may be ahead of Snowflake's."""

Span = tuple[dt.datetime, dt.datetime]
"""From when to when a statement ran."""


def estimated_credits(
    spans: Iterable[Span], *, size: str, rest: dt.timedelta | None
) -> Decimal | None:
    """The credits that statements would have cost alone; None for a size that we do not know.

    Args:
        spans: when statements ran, in any order; they may overlap, and then count once.
        size: the warehouse's, as SHOW WAREHOUSES tells it.
        rest: after how long without work it stops (AUTO_SUSPEND); None: never, and only what it costs until the last
            statement has ended is told.
    """
    per_hour = CREDITS_PER_HOUR.get(size.upper())
    if per_hour is None:
        return None
    awake = sum((max(LEAST, until - since) for since, until in _awake(spans, rest)), dt.timedelta())
    return Decimal(per_hour) * Decimal(str(awake.total_seconds())) / 3_600


def told_beforehand() -> str:
    """What can be said of the price of statements that did not run yet, in words."""
    now = dt.datetime.now(dt.UTC)
    least = estimated_credits([(now, now)], size="X-SMALL", rest=dt.timedelta())
    return (
        "the credits cannot be told beforehand: a warehouse is billed by the time that it runs, and a run tells"
        f" afterwards what it cost; whenever it wakes, that is at least {least:.3f} credits on X-SMALL, and twice as"
        " much with each larger size"
    )


def _awake(spans: Iterable[Span], rest: dt.timedelta | None) -> list[Span]:
    """The stretches in which the warehouse ran, its rest at the end of each included."""
    in_order = sorted(spans)
    if rest is None:
        return [(in_order[0][0], max(until for _, until in in_order))] if in_order else []
    stretches: list[Span] = []
    for since, until in in_order:
        stretch = (since, until + rest)
        if stretches and since <= stretches[-1][1]:
            begun, end = stretches.pop()
            stretch = (begun, max(end, until + rest))
        stretches.append(stretch)
    return stretches
