"""What the values of a column look like, in a few hundred numbers.

Of what a profile holds the bounds and the quantiles are values themselves: it lives as long as the search that it was
made for, and is weighed there, and never told or written down.

Made by `measures.profiles` where the rows are, in the same way on every engine: profiles of two databases compare.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from ombudsman.model.base import Frozen
from ombudsman.model.tables import ColumnRef

SKETCH_SIZE = 96
"""How many hashes a sketch has: enough to tell a tenth of the values more or less."""

HASH_BITS = 60
"""How many bits the hash of a value has, on every engine."""


class ColumnProfile(Frozen):
    """One column's values; a figure that is None was not measured.

    The sketch are the least hashes of the different values: a random choice among them, and the same choice wherever
    the same values are. So two sketches tell which share of the values two columns have in common.
    """

    rows: int | None = Field(default=None, ge=0, description="How many rows the table has.")
    nulls: int | None = Field(
        default=None, ge=0, description="In how many of them the column is NULL."
    )
    distinct: int | None = Field(
        default=None, ge=0, description="How many different values there are, counted and exact."
    )
    least: Any = Field(
        default=None, description="The least value, where the type has an order that engines share."
    )
    greatest: Any = Field(default=None, description="The greatest, likewise.")
    sketch: tuple[int, ...] | None = Field(
        default=None,
        description="The least 60-bit hashes of the different values' canonical texts, ascending; empty where there is"
        " no value.",
    )
    quantiles: tuple[float, ...] = Field(
        default=(),
        description="Of numbers and dates: seven quantiles of the values of the sketch, least to greatest.",
    )
    mean_length: float | None = Field(
        default=None, description="Of texts: the mean length in characters."
    )

    @property
    def about_distinct(self) -> int | None:
        """How many different values there are: as counted, else about as many as the sketch tells."""
        if self.distinct is not None or self.sketch is None:
            return self.distinct
        if len(self.sketch) < SKETCH_SIZE:
            return len(self.sketch)
        return int((SKETCH_SIZE - 1) * 2**HASH_BITS // max(1, self.sketch[-1]))

    @property
    def is_unique(self) -> bool | None:
        """Whether no value stands twice and none is missing; None where it was not counted."""
        if self.rows is None or self.distinct is None:
            return None
        return self.distinct == self.rows

    @property
    def null_share(self) -> float | None:
        """From 0 to 1; 0 for an empty table."""
        if self.rows is None or self.nulls is None:
            return None
        return self.nulls / self.rows if self.rows else 0.0


Profiles = Mapping[ColumnRef, ColumnProfile]
"""The profiles of a side. What was not read is not in it."""
