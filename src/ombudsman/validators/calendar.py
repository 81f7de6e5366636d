"""The periods of the calendar, by number.

The periods of one unit are counted through: neighbours have neighbouring numbers, and a gap is a range of numbers. So
a gap of eight thousand years (somebody's 9999-12-31) costs no more than one of a day.
"""

import datetime as dt
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from ombudsman.model.errors import Unsupported
from ombudsman.sql.expressions import PeriodUnit

Ranges = list[range]
"""Numbers of periods: sorted ranges that do not touch each other's numbers."""

MONTHS = {PeriodUnit.MONTH: 1, PeriodUnit.QUARTER: 3, PeriodUnit.YEAR: 12}
"""The lengths of the units that are made of months."""


def moment_of(value: Any, column: str) -> dt.datetime:
    """A date, timestamp or ISO text of an engine, as a naive moment in UTC.

    Raises:
        Unsupported: the column holds something that no calendar has.
    """
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time())
    try:
        moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)
    except (ValueError, TypeError):
        raise Unsupported(
            f"column {column!r} holds a moment that no calendar has, such as infinity",
            hint="leave such rows out with params.where",
        ) from None
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment


def number_of(moment: dt.datetime, unit: PeriodUnit) -> int:
    """The number of the period in which the moment falls."""
    day = moment.toordinal()
    match unit:
        case PeriodUnit.HOUR:
            return day * 24 + moment.hour
        case PeriodUnit.DAY:
            return day
        case PeriodUnit.WEEK:
            return (day - 1) // 7  # day 1, 0001-01-01, is a Monday
        case _:
            return (moment.year * 12 + moment.month - 1) // MONTHS[unit]


def start_of(number: int, unit: PeriodUnit) -> dt.datetime:
    """The first moment of the period of this number."""
    match unit:
        case PeriodUnit.HOUR:
            day, hour = divmod(number, 24)
            return dt.datetime.fromordinal(day).replace(hour=hour)
        case PeriodUnit.DAY:
            return dt.datetime.fromordinal(number)
        case PeriodUnit.WEEK:
            return dt.datetime.fromordinal(number * 7 + 1)
        case _:
            year, month = divmod(number * MONTHS[unit], 12)
            return dt.datetime(year, month + 1, 1)  # noqa: DTZ001 - all moments here are UTC, without saying so


def without(ranges: Iterable[range], others: Iterable[range]) -> Iterator[range]:
    """What is left of the ranges when the others are taken away; both are sorted."""
    rest = deque(others)
    for each in ranges:
        start = each.start
        while rest and rest[0].stop <= start:
            rest.popleft()
        for other in rest:
            if other.start >= each.stop:
                break
            if start < other.start:
                yield range(start, other.start)
            start = other.stop
        if start < each.stop:
            yield range(start, each.stop)


def joined(ranges: Ranges, others: Ranges) -> Ranges:
    """The ranges and the others, no number twice."""
    return sorted([*ranges, *without(others, ranges)], key=lambda each: each.start)


def size(ranges: Iterable[range]) -> int:
    """How many periods there are in the ranges."""
    return sum(len(each) for each in ranges)
