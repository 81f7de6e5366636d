"""What the values of a column look like, in a few hundred numbers.

Of texts no value is among them. The quantiles of numbers and dates are values: a profile lives as long as the search
that it was made for, and its figures are weighed, and never told or written down.

Made by `measures.profiles` where the rows are, in the same way on every engine: profiles of two databases compare.
"""

from collections.abc import Mapping

from pydantic import Field

from ombudsman.model.base import Frozen
from ombudsman.model.tables import TableRef

SKETCH_SIZE = 96
"""How many hashes a sketch has: enough to tell a tenth of the values more or less."""

HASH_BITS = 60


class ColumnProfile(Frozen):
    """One column's values.

    The sketch are the least hashes of the different values: a random choice among them, and the same choice wherever
    the same values are. So two sketches tell which share of the values two columns have in common.
    """

    rows: int = Field(ge=0, description="How many rows the table has.")
    nulls: int = Field(ge=0, description="In how many of them the column is NULL.")
    sketch: tuple[int, ...] | None = Field(
        default=(),
        description="The least 60-bit hashes of the different values' canonical texts, ascending; None where the type"
        " has none.",
    )
    quantiles: tuple[float, ...] = Field(
        default=(),
        description="Of numbers and dates: seven quantiles of the values of the sketch, least to greatest.",
    )
    mean_length: float | None = Field(
        default=None, description="Of texts: the mean length in characters."
    )

    @property
    def distinct(self) -> int | None:
        """How many different values there are, about; exactly, when there are few. None without a sketch."""
        if self.sketch is None:
            return None
        if len(self.sketch) < SKETCH_SIZE:
            return len(self.sketch)
        return int((SKETCH_SIZE - 1) * 2**HASH_BITS // max(1, self.sketch[-1]))

    @property
    def null_share(self) -> float:
        """From 0 to 1; 0 for an empty table."""
        return self.nulls / self.rows if self.rows else 0.0


TableProfiles = Mapping[TableRef, Mapping[str, ColumnProfile]]
"""The profiles of a side: by table, then by column name. What was not read is not in it."""
