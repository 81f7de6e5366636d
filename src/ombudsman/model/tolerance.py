"""How far apart may two figures lie?

`Tolerance.allows` decides; nobody else subtracts.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pydantic import Field
from typing_extensions import override

from ombudsman.model.base import Strict
from ombudsman.model.values import comparable, exact


class Tolerance(Strict):
    """Two figures agree when either bound holds; the default demands equality."""

    absolute: Decimal = Field(
        default=Decimal(0),
        ge=0,
        title="Absolute tolerance",
        description="The largest distance between the two figures, in the figure's own unit.",
        examples=[1],
    )
    relative: Decimal = Field(
        default=Decimal(0),
        ge=0,
        title="Relative tolerance",
        description="The largest distance as a share of the source's figure: 0.01 is one per cent.",
        examples=[0.01],
    )

    def allows(self, source: Any, target: Any) -> bool:
        """Whether the two figures count as the same.

        Either bound suffices. NULL agrees only with NULL; the relative bound is a share of the source, so a source
        of zero allows no relative distance. Numbers are compared exactly as decimals; NaN agrees with NaN, and
        an infinity with itself. Dates, times and texts have no distance: they must be equal
        (a date equals the timestamp of its midnight).
        """
        if source is None or target is None:
            return source is None and target is None
        left, right = exact(source), exact(target)
        if left is None or right is None:
            return bool(comparable(source) == comparable(target))
        if left == right or not (left.is_finite() and right.is_finite()):
            return left == right or (left.is_nan() and right.is_nan())
        distance = abs(Fraction(right) - Fraction(left))  # a difference of Decimals is rounded
        bound = max(Fraction(self.absolute), Fraction(self.relative) * abs(Fraction(left)))
        return distance <= bound

    def of(self, columns: Sequence[str]) -> "Tolerance":
        """The tolerance of a figure over these columns: this one, unless a column has one of its own."""
        del columns
        return self

    def at_least(self, absolute: Decimal, relative: Decimal = Decimal(0)) -> "Tolerance":
        """This tolerance, widened where it is narrower than the two bounds."""
        return Tolerance(
            absolute=max(self.absolute, absolute), relative=max(self.relative, relative)
        )


class Tolerances(Tolerance):
    """A tolerance, and that of the columns that have one of their own: for the figures over such a column alone."""

    by_column: dict[str, Tolerance] = Field(default={})

    @override
    def of(self, columns: Sequence[str]) -> Tolerance:
        if len(columns) == 1 and columns[0] in self.by_column:
            return self.by_column[columns[0]]
        return Tolerance(absolute=self.absolute, relative=self.relative)


EXACT = Tolerance()
"""No distance at all."""
