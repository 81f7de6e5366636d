"""A mapping that was found rather than written: each pair with its confidence, its reasons and what else it might be.

Confidence is the probability that a pair is right, as measured on renamed databases (see `confidence`). The lane says
what to do with it.
"""

from enum import StrEnum
from typing import Literal

from ombudsman.model.base import Frozen
from ombudsman.model.mapping import Mapping
from ombudsman.model.tables import TableRef

AUTO = 0.90
SUGGEST = 0.60


class Lane(StrEnum):
    """What to do with a pair.

    `confirmed`: a person decided so. `auto`: take it; of those that are so sure, at most two in a thousand are wrong.
    `suggest`: it stands in the mapping, look at it. `review`: it is left out, decide it. What found nothing at all is
    unmatched.
    """

    CONFIRMED = "confirmed"
    AUTO = "auto"
    SUGGEST = "suggest"
    REVIEW = "review"

    @classmethod
    def of(cls, confidence: float) -> "Lane":
        """The lane of a pair that no person has decided."""
        if confidence >= AUTO:
            return cls.AUTO
        return cls.SUGGEST if confidence >= SUGGEST else cls.REVIEW

    @property
    def is_mapped(self) -> bool:
        """Whether the pair stands in the proposed mapping."""
        return self is not Lane.REVIEW


class Evidence(Frozen):
    """One part of a score: what was looked at, what it said (from 0 to 1), and how much it counted."""

    part: str
    score: float
    weight: float
    said: str


class Alternative(Frozen):
    """Another answer that was nearly as good."""

    target: str
    score: float


class SuggestedColumn(Frozen):
    """A column pair; `margin` is by how much its score exceeds that of its strongest rival."""

    source: str
    target: str
    confidence: float
    lane: Lane
    score: float = 1.0
    margin: float = 1.0
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[Alternative, ...] = ()


class SuggestedTable(Frozen):
    """A table pair with its column pairs, and the columns without one.

    Of a `whole` table pair each answers the other. The target of a `split` one holds some of the columns of a source
    that another target answers already; the source of a `merged` one went into a target that answers another source.
    """

    source: TableRef
    target: TableRef
    confidence: float
    lane: Lane
    score: float = 1.0
    margin: float = 1.0
    kind: Literal["whole", "split", "merged"] = "whole"
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    key_from: Literal["primary", "unique", "written"] | None = None
    columns: tuple[SuggestedColumn, ...] = ()
    unmatched_source: tuple[str, ...] = ()
    unmatched_target: tuple[str, ...] = ()


class SuggestedSchema(Frozen):
    """Where the tables of a source schema went: `tables` of them, which is `share` (from 0 to 1) of those that went."""

    source: str | None
    target: str | None
    tables: int
    share: float


class Suggestion(Frozen):
    """What answers what, as far as it could be told.

    `mapping` holds the pairs that are sure enough and what persons have decided; `tables` has all pairs, in the order
    of the source, with their reasons. Tables that found no answer at all are in neither.
    """

    mapping: Mapping
    tables: tuple[SuggestedTable, ...] = ()
    schemas: tuple[SuggestedSchema, ...] = ()
    unmatched_source: tuple[TableRef, ...] = ()
    unmatched_target: tuple[TableRef, ...] = ()
    with_values: bool = False
