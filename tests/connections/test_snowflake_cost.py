"""What a run costs on Snowflake: seconds awake, at least a minute, by size."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.connections.snowflake_cost import (
    CREDITS_PER_HOUR,
    Span,
    estimated_credits,
    told_beforehand,
)

NOON = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
REST = dt.timedelta(seconds=60)


def span(start_s: float, end_s: float) -> Span:
    return NOON + dt.timedelta(seconds=start_s), NOON + dt.timedelta(seconds=end_s)


@pytest.mark.parametrize(
    ("spans", "awake_s"),
    [
        ([], 0),
        ([(0, 1)], 61),
        ([(0, 600)], 660),
        ([(0, 10), (5, 12), (2, 3)], 72),
        ([(0, 10), (60, 70)], 130),
        ([(0, 10), (71, 80)], 70 + 69),
        ([(71, 80), (0, 10)], 70 + 69),
        ([(0, 100), (10, 20)], 160),
    ],
)
@pytest.mark.parametrize(("size", "per_hour"), [("X-Small", 1), ("Large", 8)])
def test_it_costs_the_seconds_that_the_warehouse_was_awake(
    spans: list[tuple[float, float]], awake_s: int, size: str, per_hour: int
):
    told = estimated_credits([span(*each) for each in spans], size=size, rest=REST)
    assert told == Decimal(awake_s) * per_hour / 3_600


def test_each_waking_costs_a_minute_at_least():
    assert (
        estimated_credits([span(0, 1)], size="Small", rest=dt.timedelta(seconds=5))
        == Decimal(2) / 60
    )


@pytest.mark.parametrize(
    ("spans", "awake_s"), [([], 0), ([(0, 1)], 60), ([(300, 310), (0, 700), (3_000, 3_600)], 3_600)]
)
def test_one_that_never_stops_by_itself_costs_from_the_first_statement_to_the_last(
    spans: list[tuple[float, float]], awake_s: int
):
    told = estimated_credits([span(*each) for each in spans], size="X-Small", rest=None)
    assert told == Decimal(awake_s) / 3_600


def test_a_size_that_is_not_known_has_no_estimate():
    assert estimated_credits([span(0, 1)], size="Snowpark-Huge", rest=REST) is None


def test_each_size_costs_twice_the_one_before():
    costs = list(CREDITS_PER_HOUR.values())
    assert costs == [2**n for n in range(10)]


seconds = st.integers(0, 10_000)
spans_of_a_run = st.lists(
    st.tuples(seconds, seconds).map(lambda ends: span(min(ends), max(ends))), max_size=8
)


@given(spans_of_a_run, spans_of_a_run)
def test_more_statements_never_cost_less_and_two_runs_at_most_the_sum(
    one: list[Span], other: list[Span]
):
    def cost(spans: list[Span]) -> Decimal:
        told = estimated_credits(spans, size="Medium", rest=REST)
        assert told is not None
        return round(told, 12)

    digit = Decimal("1e-11")  # the last one may be rounded
    assert cost(one) <= cost(one + other) + digit
    assert cost(one + other) <= cost(one) + cost(other) + digit


def test_beforehand_no_more_is_told_than_what_waking_costs():
    told = told_beforehand()
    assert "cannot be told beforehand" in told
    assert "at least 0.017 credits on X-SMALL" in told  # a minute of a credit an hour
