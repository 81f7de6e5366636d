"""How strict is a check? A policy says how much a difference matters, how far figures may lie apart, what is forgiven.

It can be said of a whole pipeline, of a table, of a column, and of a step. Whoever says it says only what should be
otherwise there: field by field the nearest of them wins, and what nobody says is as the field's default. Which holds
for a step is decided in `policy_layers.py`.
"""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, SerializationInfo

from ombudsman.model.base import Frozen, Strict
from ombudsman.model.equality import Equality
from ombudsman.model.result import Texts, Value
from ombudsman.model.tables import TableRef
from ombudsman.model.tolerance import Tolerance


class Severity(StrEnum):
    """How much the user cares. A validator does not know it."""

    BLOCKING = "blocking"
    WARNING = "warning"
    INFO = "info"


def _what_was_said(value: Strict | None, info: SerializationInfo) -> dict[str, Any] | None:
    """Without the fields that nobody set: read back, they would count as said."""
    return None if value is None else value.model_dump(mode=info.mode, exclude_unset=True)


SaidTolerance = Annotated[Tolerance | None, PlainSerializer(_what_was_said)]
SaidEquality = Annotated[Equality | None, PlainSerializer(_what_was_said)]


class Policy(Strict):
    """What somebody says of how strict to be; None, and a field that is not set, is left to those farther away."""

    severity: Severity | None = Field(
        default=None,
        title="Severity",
        description="How much a difference matters.",
        examples=["warning"],
    )
    tolerance: SaidTolerance = Field(
        default=None,
        title="Tolerance",
        description="How far apart the figures of checks that know a tolerance may lie.",
    )
    equality: SaidEquality = Field(
        default=None,
        title="Equality",
        description="What is forgiven when values are compared.",
    )


class TablePolicy(Policy):
    """What is said of a source table, and of its columns by the source's names."""

    table: TableRef
    columns: dict[str, Policy] = Field(default={})


class AppliedPolicy(Frozen):
    """A setting that held for a step because somebody said it.

    `what` is the field ("severity", "tolerance.relative", "equality.letter_case"), `set_by` who said it ("pipeline",
    "table sales.orders", "column sales.orders.code", "step"). `columns` are the columns that it held for, where it held
    for some alone.
    """

    what: str
    value: Value
    set_by: str
    columns: Texts = ()
