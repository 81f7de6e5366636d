"""Laws of the tolerance: what is near enough."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ombudsman.model.tolerance import EXACT, Tolerance

moment = dt.datetime.fromisoformat

decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
bounds = st.decimals(min_value=0, max_value=1000, places=6)


def tolerance(absolute: Any = 0, relative: Any = 0) -> Tolerance:
    return Tolerance(absolute=Decimal(str(absolute)), relative=Decimal(str(relative)))


@given(decimals, bounds, bounds)
def test_a_number_agrees_with_itself(number: Decimal, absolute: Decimal, relative: Decimal) -> None:
    assert tolerance(absolute, relative).allows(number, number)
    assert EXACT.allows(number, number)


@given(decimals, decimals)
def test_without_tolerance_only_equal_numbers_agree(source: Decimal, target: Decimal) -> None:
    assert EXACT.allows(source, target) == (source == target)


@given(decimals, bounds)
def test_around_zero_a_tolerance_is_symmetric(number: Decimal, absolute: Decimal) -> None:
    allowed = tolerance(absolute).allows(Decimal(0), number)
    assert allowed == tolerance(absolute).allows(Decimal(0), -number)
    assert allowed == tolerance(absolute).allows(number, Decimal(0))
    assert allowed == (abs(number) <= absolute)


@given(decimals, decimals, bounds, bounds)
def test_the_bounds_are_met_exactly(
    source: Decimal, target: Decimal, absolute: Decimal, relative: Decimal
) -> None:
    distance = abs(Fraction(target) - Fraction(source))
    share = Fraction(relative) * abs(Fraction(source))
    within = distance <= Fraction(absolute) or distance <= share
    assert tolerance(absolute, relative).allows(source, target) == within


@given(decimals, decimals, bounds, bounds)
def test_a_wider_tolerance_allows_no_less(
    source: Decimal, target: Decimal, narrow: Decimal, more: Decimal
) -> None:
    if tolerance(narrow).allows(source, target):
        assert tolerance(narrow).at_least(more).allows(source, target)
        assert tolerance(narrow, more).allows(source, target)


def test_the_absolute_bound_belongs_to_what_is_allowed() -> None:
    assert tolerance(absolute="0.01").allows(Decimal("1.00"), Decimal("1.01"))
    assert not tolerance(absolute="0.01").allows(Decimal("1.00"), Decimal("1.0100000001"))


def test_the_relative_bound_is_a_share_of_the_source() -> None:
    assert tolerance(relative="0.25").allows(4, 5)
    assert not tolerance(relative="0.2").allows(4, 5)
    assert tolerance(relative="0.2").allows(5, 4)
    assert tolerance(relative="0.25").allows(-4, -5)


def test_no_share_of_zero_is_allowed() -> None:
    assert not tolerance(relative=1000).allows(0, Decimal("0.000001"))
    assert tolerance(relative=1000).allows(0, 0)


def test_numbers_of_many_digits_are_not_rounded() -> None:
    large = Decimal(10**28)  # one digit more than Python's decimals compute with
    assert not tolerance(absolute=large).allows(0, Decimal(10**28 + 1))
    assert not tolerance(absolute=large).allows(Decimal("-0.5"), large)
    assert not EXACT.allows(Decimal("1" + "0" * 36 + "1"), Decimal("1" + "0" * 37))
    assert not EXACT.allows(2**63 - 1, 2**63)


def test_decimals_never_pass_through_a_float() -> None:
    assert not EXACT.allows(Decimal("0.1"), Decimal("0.1000000000000000055511151231257827"))
    assert not EXACT.allows(Decimal("0.1"), 0.1)
    assert EXACT.allows(Decimal("0.5"), 0.5)
    assert not EXACT.allows(9007199254740993, 9007199254740992.0)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (None, None),
        (1, Decimal("1.000")),
        (True, 1),
        (0, False),
        (0.0, -0.0),
        (float("nan"), Decimal("NaN")),
        (float("inf"), Decimal("Infinity")),
        (dt.date(2024, 2, 29), moment("2024-02-29T00:00:00")),
        (
            dt.datetime(2024, 1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=1))),
            dt.date(2024, 1, 1),
        ),
        (dt.timedelta(days=1), dt.timedelta(hours=24)),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (b"x", memoryview(b"x")),
        ("infinity", "infinity"),
    ],
)
@pytest.mark.parametrize("allowed", [EXACT, tolerance(1, 1)])
def test_these_agree(source: Any, target: Any, allowed: Tolerance) -> None:
    assert allowed.allows(source, target)
    assert allowed.allows(target, source)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (None, 0),
        (None, ""),
        ("a", "A"),
        ("a", "a "),
        ("1", 1),
        (float("nan"), 1),
        (float("nan"), float("inf")),
        (float("inf"), float("-inf")),
        (float("inf"), 1e308),
        (dt.date(2024, 2, 29), moment("2024-02-29T00:00:00.000001")),
        (dt.date(9999, 12, 31), "infinity"),
        (dt.date(2024, 1, 1), dt.date(2024, 1, 2)),
        (b"x", "x"),
    ],
)
@pytest.mark.parametrize("allowed", [EXACT, tolerance(10**9, 10)])
def test_these_never_agree(source: Any, target: Any, allowed: Tolerance) -> None:
    assert not allowed.allows(source, target)
    assert not allowed.allows(target, source)


@pytest.mark.parametrize(
    "wrong", [{"absolute": -1}, {"relative": "-0.1"}, {"absolut": 1}, {"absolute": "NaN"}]
)
def test_a_tolerance_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Tolerance.model_validate(wrong)


def test_a_tolerance_is_widened_only_where_it_is_narrower() -> None:
    assert tolerance(1, "0.5").at_least(Decimal(2)) == tolerance(2, "0.5")
    assert tolerance(1, "0.5").at_least(Decimal("0.1"), Decimal(1)) == tolerance(1, 1)
