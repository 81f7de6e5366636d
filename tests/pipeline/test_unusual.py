"""A planted bad day is found, a quiet series is left in peace, and a new level is told once."""

import datetime as dt
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.pipeline.unusual import LEAST_DAYS, NEW_LEVEL_DAYS, Oddity, unusual_values

MONDAY = dt.date(2026, 1, 5)


def days(values: list[float]) -> dict[dt.date, float]:
    return {MONDAY + dt.timedelta(days=number): value for number, value in enumerate(values)}


def weekly(length: int, *, level: float = 10_000, growth: float = 0.0) -> list[float]:
    """Half as much on Saturdays and Sundays, and a little noise."""
    rng = random.Random(5)  # noqa: S311 - the same days each time
    return [
        level * (0.5 if day % 7 in {5, 6} else 1.0) * math.exp(growth * day + rng.gauss(0, 0.01))
        for day in range(length)
    ]


@pytest.mark.parametrize(
    ("day", "factor"),
    [(40, 0.5), (40, 1.5), (47, 0.0), (89, 0.8)],
    ids=["half", "half_more", "nothing", "the_last_day"],
)
def test_a_bad_day_is_found_and_no_other(day: int, factor: float) -> None:
    values = weekly(90)
    values[day] *= factor
    (found,) = unusual_values(days(values))
    assert found.day == MONDAY + dt.timedelta(days=day)
    assert found.oddity is Oddity.OUTLIER
    assert (found.times_usual > 0) == (factor > 1)
    assert found.expected == pytest.approx(weekly(90)[day], rel=0.05)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [3.0],
        [0.0] * 100,
        [7.0] * 100,
        weekly(200),
        weekly(200, growth=0.01),
        weekly(200, growth=-0.01),
        [-value for value in weekly(200)],
        [float(day) for day in range(200)],
    ],
    ids=["none", "one", "zeros", "constant", "week", "growing", "shrinking", "negative", "line"],
)
def test_what_goes_its_way_is_left_in_peace(values: list[float]) -> None:
    assert unusual_values(days(values)) == ()


def test_the_weekend_is_not_unusual_but_a_weekday_like_it_is() -> None:
    values = weekly(70)
    wednesday = 65
    values[wednesday] *= 0.5
    assert [each.day.weekday() for each in unusual_values(days(values))] == [2]


def test_nothing_is_said_before_enough_days_are_known() -> None:
    values = weekly(LEAST_DAYS)
    values[-1] = 1
    assert unusual_values(days(values)) == ()


def test_days_without_a_run_do_no_harm() -> None:
    values = days(weekly(120))
    for missing in range(3, 100, 9):
        del values[MONDAY + dt.timedelta(days=missing)]
    assert unusual_values(values) == ()
    values[MONDAY + dt.timedelta(days=110)] *= 2
    assert [each.day for each in unusual_values(values)] == [MONDAY + dt.timedelta(days=110)]


def test_a_new_level_is_told_once_and_what_comes_after_is_held_against_it() -> None:
    values = weekly(60) + [2 * value for value in weekly(91)[60:]]
    (found,) = unusual_values(days(values))
    assert (found.oddity, found.day) == (Oddity.NEW_LEVEL, MONDAY + dt.timedelta(days=60))


def test_fewer_bad_days_in_a_row_are_accidents() -> None:
    values = weekly(90)
    for day in range(60, 60 + NEW_LEVEL_DAYS - 1):
        values[day] *= 2
    assert [each.oddity for each in unusual_values(days(values))] == [Oddity.OUTLIER] * (
        NEW_LEVEL_DAYS - 1
    )


@given(
    values=st.lists(st.floats(-1e12, 1e12), max_size=80),
    gaps=st.sets(st.integers(0, 79), max_size=30),
)
def test_any_series_gets_an_answer_within_its_own_days(values: list[float], gaps: set[int]) -> None:
    series = {
        day: value for number, (day, value) in enumerate(days(values).items()) if number not in gaps
    }
    told = [each.day for each in unusual_values(series)]
    assert told == sorted(set(told))
    assert set(told) <= set(series)


def simulated(rng: random.Random) -> tuple[dict[dt.date, float], set[dt.date]]:
    """Half a year of a figure with a week, a trend, noise with heavy tails, and six days that are wrong."""
    level, growth = 10 ** rng.uniform(2, 7), rng.uniform(-0.003, 0.004)
    spread, noise = rng.uniform(0.02, 0.4), rng.uniform(0.005, 0.06)
    week = [rng.gauss(0, spread) for _ in range(7)]
    wrong = set(rng.sample(range(35, 180), 6))
    values = []
    for day in range(180):
        tail = 3 if rng.random() < 0.02 else 1
        logarithm = math.log(level) + growth * day + week[day % 7] + rng.gauss(0, noise) * tail
        if day in wrong:
            logarithm += rng.choice([-1, 1]) * rng.uniform(0.2, 1.2)
        values.append(round(math.exp(logarithm)))
    return days([float(value) for value in values]), {
        MONDAY + dt.timedelta(days=day) for day in wrong
    }


def test_of_simulated_figures_nearly_all_bad_days_are_found_and_hardly_any_other() -> None:
    rng = random.Random(11)  # noqa: S311 - the same figures each time
    found = missed = false = 0
    for _ in range(60):
        series, wrong = simulated(rng)
        told = {each.day for each in unusual_values(series)}
        found += len(told & wrong)
        missed += len(wrong - told)
        false += len(told - wrong)
    assert found / (found + missed) >= 0.85
    assert found / (found + false) >= 0.85
