"""Distances between distributions: their ends, their known values, and how often chance alone goes beyond the bound."""

import math
import random
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ombudsman.validators.shares import (
    divergence,
    farthest_edge,
    has_index,
    index_by_chance,
    share,
    stability_index,
)

COUNTS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=8)


def test_the_farthest_edge_is_where_the_cumulative_shares_differ_most() -> None:
    place, source, target = farthest_edge([1, 1, 1, 1], [1, 0, 1, 2])
    assert (place, source, target) == (1, Decimal("0.5"), Decimal("0.25"))


@given(counts=COUNTS, times=st.integers(2, 9))
def test_equal_shares_are_no_distance_apart_however_many_rows_they_are_of(
    counts: list[tuple[int, int]], times: int
) -> None:
    source = [1, *(ours for ours, _ in counts)]
    target = [each * times for each in source]
    _, here, there = farthest_edge(source, target)
    assert here == there
    assert divergence(dict(enumerate(source)), dict(enumerate(target))) == 0


@given(counts=COUNTS)
def test_the_farthest_edge_is_what_plain_arithmetic_finds(counts: list[tuple[int, int]]) -> None:
    source, target = [1, *(ours for ours, _ in counts)], [2, *(theirs for _, theirs in counts)]
    expected = max(
        abs(sum(source[:i]) / sum(source) - sum(target[:i]) / sum(target))
        for i in range(1, len(source))
    )
    _, here, there = farthest_edge(source, target)
    assert here is not None
    assert there is not None
    assert math.isclose(abs(here - there), expected, abs_tol=1e-12)


def test_a_share_of_nothing_is_null() -> None:
    assert share(0, 0) is None
    assert share(0, 3) == 0
    assert share(2, 8) == Decimal("0.25")


def test_what_has_nothing_in_common_is_one_bit_apart() -> None:
    assert divergence({"a": 3}, {"b": 7}) == 1
    assert divergence({"a": 1, "b": 1}, {"b": 5, "a": 5}) == 0


@given(counts=COUNTS)
def test_the_divergence_is_symmetric_and_no_more_than_one_bit(
    counts: list[tuple[int, int]],
) -> None:
    source = {i: ours for i, (ours, _) in enumerate(counts)} | {"x": 1}
    target = {i: theirs for i, (_, theirs) in enumerate(counts)} | {"y": 1}
    assert divergence(source, target) == divergence(target, source)
    assert 0 < divergence(source, target) <= 1


def test_the_stability_index_has_its_known_value() -> None:
    source, target = [5_000_000, 5_000_000], [6_000_000, 4_000_000]
    expected = 0.1 * math.log(0.6 / 0.5) - 0.1 * math.log(0.4 / 0.5)
    assert math.isclose(stability_index(source, target), expected, rel_tol=1e-5)
    assert stability_index([7, 0, 9], [7, 0, 9]) == 0


def test_a_few_values_have_no_index() -> None:
    assert not has_index([100, 99], [100, 100])
    assert has_index([100, 100], [100, 100])


def test_the_bound_of_chance_is_that_of_chi_squared() -> None:
    """27.877 is exceeded once in a thousand times with 9 degrees of freedom."""
    bound = index_by_chance([100] * 10, [50] * 10)
    assert math.isclose(bound, 27.877 * (1 / 1000 + 1 / 500), rel_tol=0.01)


def test_two_samples_of_one_population_hardly_ever_go_beyond_the_bound() -> None:
    dice = random.Random(7)  # noqa: S311 - no secrets are diced here
    beyond = 0
    for _ in range(500):
        source, target = (
            [sum(10 * i <= x < 10 * i + 10 for x in drawn) for i in range(10)]
            for drawn in ([dice.randrange(100) for _ in range(200)] for _ in range(2))
        )
        beyond += stability_index(source, target) > index_by_chance(source, target)
    assert beyond <= 5
