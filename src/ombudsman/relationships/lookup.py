"""What may be asked of the rows for a relationship, what they answer, and how often queries join what.

Asking is done by `measures.inclusion`: here are only the words in which it is done.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ombudsman.model.tables import TableRef
from ombudsman.relationships.proposal import Names


@dataclass(frozen=True)
class Link:
    """Columns of a table held against the key of another: what may be asked of the rows."""

    table: TableRef
    columns: Names
    referred: TableRef
    referred_columns: Names


@dataclass(frozen=True)
class Inclusion:
    """How the different values (of several columns: combinations) of a link met the keys.

    `sampled` were looked up, and `missing` of them are no key.
    `is_whole`: there are no others, so that nothing is left to chance. Else they were drawn by a hash of the value, and
    `missing_at_most` bounds the share of all values that are no key, with 95 % confidence.
    """

    sampled: int
    missing: int
    is_whole: bool
    missing_at_most: float

    @property
    def share(self) -> float:
        """Of the sampled values that are keys; 1 where there are none."""
        return 1.0 if not self.sampled else 1 - self.missing / self.sampled


AskInclusion = Callable[[Sequence[Link]], Mapping[Link, Inclusion]]
"""Looks links up, many at once. A link that could not be looked up is missing from the answer."""

Joins = Mapping[Link, int]
"""How often queries join a link's columns with each other: executions. The order of the two tables does not matter."""
