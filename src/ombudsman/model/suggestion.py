"""A check that somebody would miss, and why: what evidence beside the catalogues asks of a pipeline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ombudsman.model.tables import TableRef


@dataclass(frozen=True)
class Suggestion:
    """A validator with its params for a source table; names are the source's.

    The greater its `weight`, the more would be hurt by what it looks for; only the order matters.
    """

    validator: str
    table: TableRef
    why: str
    params: Mapping[str, Any] = field(default_factory=dict)
    name: tuple[str, ...] = ()
    """Words for the step's id, behind the table's."""
    others: frozenset[TableRef] = frozenset()
    """Other tables that must be mapped for it."""
    reads: frozenset[tuple[TableRef, str]] = frozenset()
    """The columns that must be mapped for it, where its params do not name them."""
    weight: float = 0.0
