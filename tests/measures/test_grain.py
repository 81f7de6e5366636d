"""How far a figure over binary fractions may lie from the true one: far enough always, and no farther."""

import math
import statistics
import struct
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.measures.grain import grain
from ombudsman.measures.questions import Function

AMOUNTS = st.lists(
    st.integers(-(10**7), 10**7).map(lambda cents: Decimal(cents).scaleb(-2)),
    min_size=2,
    max_size=30,
)


def _single(number: Decimal) -> float:
    (nearest,) = struct.unpack("f", struct.pack("f", number))
    return float(nearest)


@given(AMOUNTS)
def test_decimals_that_became_single_precision_lie_within_the_grain(amounts: list[Decimal]):
    held = [_single(amount) for amount in amounts]
    total, count = math.fsum(held), len(held)
    sums: dict[Function, float] = {
        Function.SUM: total,
        Function.COUNT_VALUES: count,
        Function.SUM_OF_ABSOLUTES: math.fsum(map(abs, held)),
    }
    deviation = statistics.stdev(held)
    true_sum = sum(amounts, Decimal(0))
    rounding = Decimal("1e-15") * (1 + max(abs(amount) for amount in amounts)) * count
    cases: list[tuple[Decimal, float, Mapping[Function, Any]]] = [
        (min(amounts), min(held), {Function.MIN: min(held)}),
        (max(amounts), max(held), {Function.MAX: max(held)}),
        (true_sum, total, {f: sums[f] for f in sums if f is not Function.COUNT_VALUES}),
        (true_sum / count, total / count, sums),
        (_deviation(amounts), deviation, {Function.DEVIATION: deviation} | sums),
    ]
    for true, found, parts in cases:
        assert abs(Decimal(found) - true) <= grain(parts, 24) + rounding


def _deviation(amounts: list[Decimal]) -> Decimal:
    return statistics.stdev(amounts)


@given(st.floats(2**-100, 2**100, width=32))
def test_the_next_fraction_lies_beyond_the_grain(number: float):
    (bits,) = struct.unpack("I", struct.pack("f", number))
    (following,) = struct.unpack("f", struct.pack("I", bits + 1))
    assert Decimal(following) - Decimal(number) > grain({Function.MAX: number}, 24) > 0


@pytest.mark.parametrize("value", [None, 0.0, math.nan, math.inf, -math.inf])
def test_what_is_no_number_has_no_grain(value: float | None):
    assert grain({Function.MIN: value}, 53) == 0
    assert grain({Function.SUM: value, Function.SUM_OF_ABSOLUTES: value}, 53) == 0
    parts = {Function.DEVIATION: value, Function.SUM: value, Function.COUNT_VALUES: 2}
    assert grain(parts | {Function.SUM: value or 0.0}, 53) == 0
