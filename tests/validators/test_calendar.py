"""Laws of the calendar: numbers and beginnings of periods agree, and ranges are taken apart like sets."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.sql.expressions import PeriodUnit
from ombudsman.validators.calendar import joined, number_of, size, start_of, without

moment = dt.datetime.fromisoformat
FIRST = moment("0001-01-01T00:00:00")

units = st.sampled_from(PeriodUnit)
moments = st.datetimes()


@given(moments, units)
def test_a_period_begins_at_or_before_its_moments(when: dt.datetime, unit: PeriodUnit) -> None:
    number = number_of(when, unit)
    start = start_of(number, unit)
    assert start <= when
    assert number_of(start, unit) == number


@given(moments, units)
def test_no_period_begins_between(when: dt.datetime, unit: PeriodUnit) -> None:
    start = start_of(number_of(when, unit), unit)
    if start > FIRST:
        before = start - dt.timedelta(microseconds=1)
        assert number_of(before, unit) == number_of(start, unit) - 1


@given(st.datetimes(), units)
def test_periods_begin_where_calendars_say(when: dt.datetime, unit: PeriodUnit) -> None:
    start = start_of(number_of(when, unit), unit)
    assert (start.minute, start.second, start.microsecond) == (0, 0, 0)
    assert start.hour == 0 or unit is PeriodUnit.HOUR
    if unit is PeriodUnit.WEEK:
        assert start.isoweekday() == 1
    if unit in {PeriodUnit.MONTH, PeriodUnit.QUARTER, PeriodUnit.YEAR}:
        assert start.day == 1
        assert start.month in {PeriodUnit.QUARTER: {1, 4, 7, 10}, PeriodUnit.YEAR: {1}}.get(
            unit, range(1, 13)
        )


@pytest.mark.parametrize(
    ("unit", "start"),
    [
        (PeriodUnit.HOUR, moment("2024-12-31T23:00:00")),
        (PeriodUnit.DAY, moment("2024-12-31T00:00:00")),
        (PeriodUnit.WEEK, moment("2024-12-30T00:00:00")),
        (PeriodUnit.MONTH, moment("2024-12-01T00:00:00")),
        (PeriodUnit.QUARTER, moment("2024-10-01T00:00:00")),
        (PeriodUnit.YEAR, moment("2024-01-01T00:00:00")),
    ],
)
def test_the_last_moment_of_a_year_lies_in_these_periods(
    unit: PeriodUnit, start: dt.datetime
) -> None:
    last = moment("2024-12-31T23:59:59.999999")
    assert start_of(number_of(last, unit), unit) == start


# ------------------------------------------------------------ ranges

numbers = st.sets(st.integers(0, 40))


def ranges(members: set[int]) -> list[range]:
    """The numbers as sorted ranges, as long as they can be."""
    found: list[range] = []
    for number in sorted(members):
        if found and found[-1].stop == number:
            found[-1] = range(found[-1].start, number + 1)
        else:
            found.append(range(number, number + 1))
    return found


def members(of: list[range]) -> list[int]:
    return [number for each in of for number in each]


@given(numbers, numbers)
def test_ranges_are_taken_away_like_numbers(some: set[int], others: set[int]) -> None:
    left = list(without(ranges(some), ranges(others)))
    assert members(left) == sorted(some - others)
    assert size(left) == len(some - others)


@given(numbers, numbers)
def test_ranges_are_joined_like_numbers(some: set[int], others: set[int]) -> None:
    assert members(joined(ranges(some), ranges(others))) == sorted(some | others)


def test_a_range_of_millions_costs_nothing() -> None:
    left = list(without([range(88_000_000)], [range(5, 87_000_000)]))
    assert left == [range(5), range(87_000_000, 88_000_000)]
