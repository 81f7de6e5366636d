"""Calendars of business days, and how periods are added up and compared."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.validators.series import Calendar, Portion, added_up, change

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())


@given(DAYS)
def test_a_business_day_is_the_day_itself_or_the_monday_after(day: dt.date):
    calendar = Calendar.BUSINESS_DAY
    counted = calendar.start(calendar.number(_midnight(day)))
    days_to_monday = {5: 2, 6: 1}.get(day.weekday(), 0)
    assert counted == day + dt.timedelta(days=days_to_monday)


@given(DAYS)
def test_business_days_of_neighbouring_numbers_are_neighbours(day: dt.date):
    calendar = Calendar.BUSINESS_DAY
    number = calendar.number(_midnight(day))
    first, following = calendar.start(number), calendar.start(number + 1)
    assert following - first == dt.timedelta(days=3 if first.weekday() == 4 else 1)


@pytest.mark.parametrize("calendar", Calendar)
@given(moment=st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)))  # noqa: DTZ001 - as the databases hand them over
def test_a_period_begins_at_its_start(calendar: Calendar, moment: dt.datetime):
    number = calendar.number(moment)
    start = calendar.start(number)
    begun = start if isinstance(start, dt.datetime) else _midnight(start)
    assert calendar.number(begun) == number
    assert begun <= moment or calendar is Calendar.BUSINESS_DAY


def test_only_the_periods_that_are_there_are_added_up():
    periods = {1: Portion(Decimal(6), 3), 3: Portion(Decimal(4), 1, Decimal("0.5"))}
    assert added_up(periods, range(1, 4)) == Portion(Decimal(10), 4, Decimal("0.5"))
    assert added_up(periods, range(4, 9)) is None


def test_a_change_is_a_share_of_the_size_of_what_was_before():
    before, now = Portion(Decimal(-100), 1), Portion(Decimal(-50), 1)
    assert change(now, before) == (Decimal("0.5"), Decimal(0))
    assert change(now, None) == (None, Decimal(0))
    assert change(None, before) == (None, Decimal(0))
    assert change(now, Portion(Decimal(0), 1)) == (None, Decimal(0))


@given(st.integers(1, 1000), st.integers(1, 1000), st.integers(-9, 9), st.integers(-9, 9))
def test_a_change_is_off_by_its_doubt_at_most(old: int, new: int, off_old: int, off_new: int):
    small = Decimal("1e-9")
    doubt = 9 * small
    told, told_doubt = change(Portion(Decimal(new), 1, doubt), Portion(Decimal(old), 1, doubt))
    other, _ = change(Portion(new + off_new * small, 1), Portion(old + off_old * small, 1))
    assert told is not None
    assert other is not None
    assert abs(other - told) <= told_doubt * (1 + Decimal("1e-6"))


def test_what_is_not_finite_has_no_doubt():
    share, doubt = change(Portion(Decimal("NaN"), 1), Portion(Decimal(5), 1, Decimal(1)))
    assert share is not None
    assert share.is_nan()
    assert doubt == 0
