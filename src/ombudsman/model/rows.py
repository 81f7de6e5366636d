"""What a comparison of rows says beyond its findings: how many rows, which columns, and why."""

from enum import StrEnum

from pydantic import Field

from ombudsman.model.base import Frozen


class Cause(StrEnum):
    """Why a value differs, when it can be told."""

    NULL_VERSUS_VALUE = "null_versus_value"
    EMPTY_VERSUS_NULL = "empty_versus_null"
    TRAILING_SPACE = "trailing_space"
    LETTER_CASE = "letter_case"
    ROUNDING = "rounding"
    TRUNCATION = "truncation"
    TIME_ZONE = "time_zone"
    TIME_PRECISION = "time_precision"
    ENCODING = "encoding"
    SIGN = "sign"
    OTHER = "other"


class CauseGroup(Frozen):
    """The cells of a column that differ alike.

    `cells` counts them all, `accepted` those among them that the policy forgives. `rule` says what happened, and by
    which settings it would be accepted; None when nothing is known that would.
    """

    column: str
    cause: Cause
    detail: str | None = None
    cells: int
    accepted: int = 0
    rule: str | None = None
    settings: tuple[str, ...] = ()


class RowsCompared(Frozen):
    """A comparison of rows: how it was done, and what differs column by column.

    Attributes:
        strategy: `checksum` or `stream`.
        why: how the strategy was chosen, and what was estimated, in words.
        source_rows, target_rows: how many rows of each side were compared.
        columns: the source's columns, each with its number of differing cells by cause.
        accepted: the same for cells that differ and that the policy forgives.
        groups: the causes, those of most cells first.
        sentence: the groups in a sentence; None when no cell differs.
        at_least: the comparison stopped at its limit: there may be more of everything.
        sampled: of a sample of rows, what it says of all rows; None when all were compared.
        rows_file: where every difference was written.
        repair_file: where the statements were written that would make the target equal to the source.
        seconds: how long each part took.
    """

    strategy: str
    why: tuple[str, ...] = ()
    source_rows: int
    target_rows: int
    columns: dict[str, dict[Cause, int]] = Field(default={})
    accepted: dict[str, dict[Cause, int]] = Field(default={})
    groups: tuple[CauseGroup, ...] = ()
    sentence: str | None = None
    at_least: bool = False
    sampled: str | None = None
    rows_file: str | None = None
    repair_file: str | None = None
    seconds: dict[str, float] = Field(default={})
