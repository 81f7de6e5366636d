"""What a sample says of the whole: exact bounds, held against tables and against the binomial law itself."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ombudsman.model.confidence import bounds, per_cent


@pytest.mark.parametrize(
    ("found", "rows", "low", "high"),
    [
        (1, 10, 0.0025286, 0.4450161),
        (5, 10, 0.1870860, 0.8129139),
        (3, 1_000, 0.0006191, 0.0087420),
        (50, 100, 0.3983211, 0.6016789),
        (0, 10, 0.0, 0.2588656),
        (10, 10, 0.7411344, 1.0),
    ],
)
def test_the_bounds_are_those_of_the_tables(found: int, rows: int, low: float, high: float):
    assert bounds(found, rows) == pytest.approx((low, high), abs=1e-6)


def test_of_none_in_three_thousand_the_rule_of_three_holds():
    assert bounds(0, 3_000)[1] == pytest.approx(3 / 3_000, rel=0.002)


@settings(deadline=None)
@given(st.integers(2, 60).flatmap(lambda rows: st.tuples(st.integers(1, rows - 1), st.just(rows))))
def test_so_many_or_more_and_so_few_or_fewer_are_seen_once_in_forty_samples(
    sample: tuple[int, int],
):
    found, rows = sample
    low, high = bounds(found, rows)
    assert low < found / rows < high
    assert _likelihood(rows, Fraction(low), range(found, rows + 1)) == pytest.approx(0.025)
    assert _likelihood(rows, Fraction(high), range(found + 1)) == pytest.approx(0.025)


@settings(deadline=None)
@given(st.integers(1, 10_000_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_seen_share_lies_within_however_many_there_are(sample: tuple[int, int]):
    found, rows = sample
    low, high = bounds(found, rows)
    assert 0 <= low <= found / rows <= high <= 1
    assert math.isclose(low, 1 - bounds(rows - found, rows)[1], rel_tol=1e-6, abs_tol=1e-9)


@pytest.mark.parametrize(("found", "rows"), [(0, 0), (-1, 5), (6, 5)])
def test_what_cannot_be_is_refused(found: int, rows: int):
    with pytest.raises(ValueError, match="cannot be"):
        bounds(found, rows)


@pytest.mark.parametrize(
    ("share", "up", "told"),
    [
        (0.00029917, True, "0.03 %"),
        (0.0003001, True, "0.031 %"),
        (0.0003099, False, "0.03 %"),
        (0.12345, True, "13 %"),
        (0.12345, False, "12 %"),
        (0.999, True, "100 %"),
        (0.0, False, "0 %"),
        (1.0, True, "100 %"),
        (3.001e-9, True, "0.00000031 %"),
    ],
)
def test_a_bound_is_rounded_away_from_what_was_seen(share: float, up: bool, told: str):
    assert per_cent(share, up=up) == told


def _likelihood(rows: int, share: Fraction, founds: range) -> float:
    return float(sum(math.comb(rows, n) * share**n * (1 - share) ** (rows - n) for n in founds))
