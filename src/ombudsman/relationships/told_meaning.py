"""What a column may mean, and how queries may use it: the words that rules answer with."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from ombudsman.model.base import Frozen
from ombudsman.model.tables import ColumnRef


class Meaning(StrEnum):
    """What a column is for.

    `identifier` names its row, alone or with others; `foreign_key` a row of another table; `measure` is summed or
    averaged; `attribute` describes; `date` says when; `flag` is one of two; `code` one of few, by which rows are
    grouped; `text` is prose; `audit` tells how and when the row came here; `binary` is no value to compare by eye.
    """

    IDENTIFIER = "identifier"
    FOREIGN_KEY = "foreign_key"
    MEASURE = "measure"
    ATTRIBUTE = "attribute"
    DATE = "date"
    FLAG = "flag"
    CODE = "code"
    TEXT = "text"
    AUDIT = "audit"
    BINARY = "binary"


class Additivity(StrEnum):
    """Over what a measure may be added: everything; everything but time; nothing (a rate, a price of one piece)."""

    ADDITIVE = "additive"
    SEMI_ADDITIVE = "semi_additive"
    RATIO = "ratio"


class ColumnMeaning(Frozen):
    """What a column means, how surely (0 to 1), and why; `additivity` of measures only."""

    meaning: Meaning
    confidence: float
    why: str
    additivity: Additivity | None = None


@dataclass(frozen=True)
class Use:
    """Columns as queries use them: summed or averaged, grouped by, filtered by."""

    summed: Collection[ColumnRef] = frozenset()
    grouped: Collection[ColumnRef] = frozenset()
    filtered: Collection[ColumnRef] = frozenset()
