"""A step that is proposed, with the reason; and the sections in which a reader meets them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ombudsman.mapping.names import words
from ombudsman.model.policy import Severity
from ombudsman.model.tables import TableRef


@dataclass(frozen=True)
class Proposed:
    """A step over one `table`, or a template over several `tables`, and why it is proposed.

    One that is only `suggested` guesses at what catalogues do not tell: it is written as a comment.
    """

    id: str
    validator: str
    why: str
    table: TableRef | None = None
    tables: Literal["all"] | tuple[TableRef, ...] | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    severity: Severity = Severity.BLOCKING
    suggested: bool = False


@dataclass(frozen=True)
class Section:
    """Steps that belong together, under a title."""

    title: str
    steps: tuple[Proposed, ...]


@dataclass(frozen=True)
class Naming:
    """What the steps of a table are called, and the count that they wait for."""

    slug: str
    count: str

    def id(self, *parts: str) -> str:
        """`fact_sales_sums`: the table, and what is asked."""
        return "_".join((self.slug, *parts))


def namings(tables: Sequence[TableRef], *, counts: str) -> dict[TableRef, Naming]:
    """How each table's steps are called; `counts` is the template that counts them all.

    Tables whose names are made of the same words are told apart by their schemas, else by a number.
    """
    names = [table.name for table in tables]
    found: dict[TableRef, Naming] = {}
    taken: set[str] = set()
    for table in tables:
        whole = [*words(table.schema_name or ""), *words(table.name)]
        tries = ["_".join(words(table.name)), "_".join(filter(None, whole))]
        tries += [f"{tries[1]}_{number}" for number in range(2, len(tables) + 2)]
        slug = next(each for each in tries if each not in taken)
        taken.add(slug)
        called = table.name if names.count(table.name) == 1 else str(table)
        found[table] = Naming(slug, f"{counts}.{called}")
    return found
