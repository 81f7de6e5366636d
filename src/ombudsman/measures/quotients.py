"""Means with weights and ratios: one sum divided by another.

Both sums are asked of the database, of the same rows and in the same scan, and the division is done here: no engine
truncates it or stumbles over a zero, and no mean is ever averaged again. A quotient fuses like its sums do.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from typing_extensions import override

from ombudsman.measures.questions import (
    FLOAT_SUM_NOISE,
    Aggregate,
    Function,
    Primitive,
    Term,
)
from ombudsman.measures.relation import Relation


@dataclass(frozen=True, kw_only=True)
class Quotient(Aggregate):
    """The sum `dividend` over the sum `divisor`; NULL where one of them is NULL, or the divisor is zero."""

    dividend: Primitive
    divisor: Primitive

    @property
    def factors(self) -> int:
        """How many numbers of the table are multiplied into one summand."""
        return len(self.dividend.columns)

    @override
    def primitives(self, relation: Relation) -> tuple[Primitive, ...]:
        """The two sums; of binary fractions also those of their absolutes, which bound the noise."""
        sums = (self.dividend, self.divisor)
        if all(self._bits(relation)[name] is None for name in self.columns):
            return sums
        summed = (self.dividend.columns, self.divisor.columns[:1])
        absolutes = (Primitive(Function.SUM_OF_ABSOLUTES, names, self.where) for names in summed)
        return (*sums, *absolutes)

    @override
    def value(self, parts: Sequence[Any]) -> Any:
        return _divided(*parts[:2])

    @override
    def noise(self, parts: Sequence[Any]) -> Decimal:
        return self.doubt(parts, FLOAT_SUM_NOISE)

    def doubt(self, parts: Sequence[Any], share: Decimal) -> Decimal:
        """How far the value may be off when each sum is off by this share of the sum of its absolutes."""
        numbers = [
            None if each is None else Decimal(each) for each in (self.value(parts), *parts[1:])
        ]
        if len(parts) == 2 or not all(each is not None and each.is_finite() for each in numbers):
            return Decimal(0)
        quotient, divisor, of_dividend, of_divisor = (abs(each or Decimal(0)) for each in numbers)
        return share * (of_dividend + quotient * of_divisor) / divisor

    @override
    def significant_bits(self, relation: Relation) -> int | None:
        return min((bits for bits in self._bits(relation).values() if bits), default=None)

    def _bits(self, relation: Relation) -> dict[str, int | None]:
        return {name: relation.significant_bits(name) for name in self.columns}


def weighted_mean_of(
    column: str, weight: str, *, by: Sequence[Term] = (), where: str | None = None
) -> Quotient:
    """The sum of value times weight over the sum of the weights, of the rows in which neither is NULL.

    NULL when there is no such row, or the weights add up to zero.
    """
    columns = (column, weight)
    return _quotient(
        "weighted_mean",
        Primitive(Function.SUM, columns, where),
        Primitive(Function.SUM_WHERE_ALL_THERE, (weight, column), where),
        columns=columns,
        by=by,
    )


def ratio_of(
    numerator: str, denominator: str, *, by: Sequence[Term] = (), where: str | None = None
) -> Quotient:
    """One column's sum over another's, NULLs left out of each; NULL when one has no sum, or the second's is zero."""
    return _quotient(
        "ratio",
        Primitive(Function.SUM, (numerator,), where),
        Primitive(Function.SUM, (denominator,), where),
        columns=(numerator, denominator),
        by=by,
    )


def _quotient(
    name: str,
    dividend: Primitive,
    divisor: Primitive,
    *,
    columns: tuple[str, ...],
    by: Sequence[Term],
) -> Quotient:
    return Quotient(
        name=name,
        needs=(dividend.function, divisor.function),
        columns=columns,
        by=tuple(by),
        where=dividend.where,
        dividend=dividend,
        divisor=divisor,
    )


def _divided(dividend: Any, divisor: Any) -> Any:
    """Exact for exact sums, to 28 digits."""
    if dividend is None or divisor is None or divisor == 0:
        return None
    if isinstance(dividend, float) or isinstance(divisor, float):
        return float(dividend) / float(divisor)
    exact = Decimal(dividend), Decimal(divisor)
    if not all(each.is_finite() for each in exact):
        return math.nan
    return exact[0] / exact[1]
