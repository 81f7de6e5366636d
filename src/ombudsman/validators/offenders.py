"""Rows that offend, on both sides: what the migration made, and what it only brought along.

An orphan, a gap or a broken rule that the source has just the same is *inherited*: worth knowing, but no fault of the
migration. What only the target has is a finding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ombudsman.measures.questions import Sample
from ombudsman.model.result import SAMPLE_LIMIT
from ombudsman.model.values import comparable
from ombudsman.validators.pair import Both

SEARCH_LIMIT = 10_000
"""How many offenders are fetched from each side to tell the inherited from the new."""


class Inherited(StrEnum):
    """What to do with offenders that the source has alike: say so in a note, or report them as findings."""

    TOLERATE = "tolerate"
    REPORT = "report"


@dataclass(frozen=True)
class Offenders:
    """`rows` are a sample of those to report (`total` in all), `notes` what else a reader should know."""

    rows: tuple[Mapping[str, Any], ...]
    total: int
    notes: tuple[str, ...] = ()


def judge_offenders(
    there: Both[Sample], *, identity: Sequence[str], what: str, inherited: Inherited
) -> Offenders:
    """Sets the target's offenders against the source's, both asked for by one measure.

    `identity` are the labels by which an offender is the same one on both sides; `what` names them in the notes
    ("orphaned keys"). Where a side has more offenders than were fetched (`SEARCH_LIMIT`), the new ones cannot be told
    from the inherited one by one; then their numbers say at least how many are new, and a note says so.
    """
    (source,), (target,) = there.source, there.target
    if inherited is Inherited.REPORT:
        return Offenders(target.rows[:SAMPLE_LIMIT], target.total)
    known = {_identity(row, identity) for row in source.rows}
    new = tuple(row for row in target.rows if _identity(row, identity) not in known)
    if not (_is_complete(source) and _is_complete(target)):
        return _told_by_number(source, target, new=new, what=what)
    alike = len(target.rows) - len(new)
    notes: list[str] = []
    if alike:
        notes.append(
            f"{alike:,} {what} are in the source alike: inherited, not made by the migration"
        )
    if source.total > alike:
        left = source.total - alike
        notes.append(f"{left:,} {what} of the source are not in the target alike")
    return Offenders(new[:SAMPLE_LIMIT], len(new), tuple(notes))


def _told_by_number(
    source: Sample, target: Sample, *, new: tuple[Mapping[str, Any], ...], what: str
) -> Offenders:
    """At least how many are new. Those of `new` are so for certain only when all of the source's are known."""
    certain = len(new) if _is_complete(source) else 0
    total = max(target.total - source.total, certain)
    note = (
        f"{source.total:,} {what} in the source and {target.total:,} in the target are too many to be set against "
        f"each other one by one: by their number, at least {total:,} are new"
    )
    return Offenders(new[: min(total, SAMPLE_LIMIT)], total, (note,))


def _is_complete(sample: Sample) -> bool:
    return len(sample.rows) == sample.total


def _identity(row: Mapping[str, Any], labels: Sequence[str]) -> tuple[Any, ...]:
    return tuple(comparable(row[label]) for label in labels)
