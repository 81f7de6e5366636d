"""How far apart may two figures lie?

`Tolerance.allows` decides; nobody else subtracts.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from pydantic import Field

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

    def at_least(self, absolute: Decimal, relative: Decimal = Decimal(0)) -> "Tolerance":
        """This tolerance, widened where it is narrower than the two bounds."""
        return Tolerance(
            absolute=max(self.absolute, absolute), relative=max(self.relative, relative)
        )


EXACT = Tolerance()
"""No distance at all."""
