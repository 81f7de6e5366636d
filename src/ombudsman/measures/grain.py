"""How far does a figure lie from the true one because the numbers under it are binary fractions?

19.99 has no exact binary form: a REAL holds the nearest number of 24 significant bits, a DOUBLE that of 53. Figures
over the same amounts as decimals, or as fractions of another precision, therefore lie a little apart: by the *grain*.
Fractions of the same precision hold the same amounts alike, and have no grain between them.
"""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ombudsman.measures.questions import Aggregate, Function
from ombudsman.measures.quotients import Quotient

NO_GRAIN = Decimal(0)


def grain_of(measure: Aggregate, values: Sequence[Any], significant_bits: int) -> Decimal:
    """How far the measure's figure may lie from the one over exact numbers, from its primitives' values."""
    if isinstance(measure, Quotient):
        return measure.doubt(values, Decimal(2) ** -significant_bits * measure.factors)
    return grain(measure.parts(values), significant_bits)


def grain(parts: Mapping[Function, Any], significant_bits: int) -> Decimal:
    """How far the figure made of these parts may lie from the one over exact numbers.

    `significant_bits` are those of the column's numbers. Each number is off by at most half of its last bit, which is
    2^-bits of itself: a sum by that share of the absolute sum, a mean by as much for each value, and a deviation by
    that share of the root of the sum of squares.
    """
    share = Decimal(2) ** -significant_bits
    if Function.DEVIATION in parts:
        return _finite(_root_of_squares(parts)) * share
    if Function.SUM in parts:
        total = _finite(parts.get(Function.SUM_OF_ABSOLUTES))
        return total * share / (parts.get(Function.COUNT_VALUES) or 1)
    extreme = parts.get(Function.MIN, parts.get(Function.MAX))
    return _half_of_last_bit(_finite(extreme), significant_bits)


def _root_of_squares(parts: Mapping[Function, Any]) -> float | None:
    """The root of the sum of squares over n - 1, from deviation, sum and count."""
    deviation, total, count = (
        parts[each] for each in (Function.DEVIATION, Function.SUM, Function.COUNT_VALUES)
    )
    if deviation is None or count < 2:
        return None
    return math.hypot(deviation, float(total) / math.sqrt(count * (count - 1)))


def _half_of_last_bit(number: Decimal, significant_bits: int) -> Decimal:
    if not number:
        return NO_GRAIN
    _, exponent = math.frexp(number)
    return Decimal(2) ** (exponent - significant_bits - 1)


def _finite(number: Any) -> Decimal:
    """The number without its sign; zero for NULL, NaN and the infinities, which are what they are."""
    size = abs(Decimal(number)) if number is not None else NO_GRAIN
    return size if size.is_finite() else NO_GRAIN
