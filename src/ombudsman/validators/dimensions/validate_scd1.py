"""Does every member have one row, with the attributes of the source?

A dimension without history (SCD type 1) overwrites: a member has one row, the latest. Compares the members of both
sides by their business key, and the attributes of every member that both sides have in one row. Members that only one
side has, keys with several rows, and rows without a key are found too; of the latter two, what the source has alike is
inherited, and by default only noted.

A side may have up to 2,000,000 members; look at a greater dimension slice by slice, by `where`.

Equal attributes do not prove that the source itself is up to date, and what had been overwritten cannot be compared.
"""

from collections.abc import Collection
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from ombudsman.compare.offsets import offsets_note
from ombudsman.model.base import Params
from ombudsman.model.errors import ParamsInvalid
from ombudsman.model.result import Figure, Finding, Kind, Result
from ombudsman.model.tolerance import Tolerance
from ombudsman.model.types import ORDERED
from ombudsman.model.values import comparable
from ombudsman.validators.contradictions import named_apart
from ombudsman.validators.kit import (
    Both,
    ColumnName,
    ConditionText,
    Inherited,
    Judged,
    Members,
    Pair,
    Values,
    cause_of,
    count_rows,
    min_of,
    together,
    validator,
)


class Scd1(Params):
    """What names a member, and what is said of it."""

    business_key: list[ColumnName] = Field(
        default=[],
        title="Business key",
        description="The columns that name a member. None: the key of the mapping.",
        examples=[["ProductCode"]],
    )
    attributes: list[ColumnName] = Field(
        default=[],
        title="Attributes",
        description="The columns to compare. None: all mapped columns beside the key.",
        examples=[["Name", "Category"]],
    )
    exclude: list[ColumnName] = Field(
        default=[],
        title="Not compared",
        description="Columns that may differ, such as a surrogate key or the time of the load.",
        examples=[["ProductKey", "LoadedAt"]],
    )
    where: ConditionText | None = Field(
        default=None,
        title="Only rows where",
        description="A condition in the source's names; each side reads it in its own dialect.",
        examples=["Region = 'EU'"],
    )
    tolerance: Tolerance = Field(
        default=Tolerance(),
        title="Tolerance",
        description="How far apart two numbers may lie, in the column's unit or as a share of the source's.",
    )
    inherited: Inherited = Field(
        default=Inherited.TOLERATE,
        title="Defects that the source has alike",
        description="tolerate: note them; report: find them like the others.",
    )

    @field_validator("attributes")
    @classmethod
    def _of_the_member(cls, value: list[str], info: ValidationInfo) -> list[str]:
        return named_apart(value, info, "business_key")

    @field_validator("exclude")
    @classmethod
    def _beside_the_compared(cls, value: list[str], info: ValidationInfo) -> list[str]:
        return named_apart(value, info, "attributes")


@validator
async def validate_scd1(tables: Pair, params: Scd1) -> Result:
    key = tuple(params.business_key) or tables.mapping.key
    if not key:
        raise ParamsInvalid(
            f"params.business_key: {tables.mapping.source} has no key in the mapping",
            hint="name the columns that name a member in params.business_key, or give the mapping a key",
            lacks="key",
        )
    where = params.where
    attributes, notes = _attributes(tables, params, key)
    # Where a member has one row, the least value of an attribute is its value; and it is asked with all others.
    answers = await tables.both(
        count_rows(by=key, where=where), *(min_of(name, by=key, where=where) for name in attributes)
    )
    members = Members.of(answers, key)
    shared = members.shared
    # Most values are plainly equal, and need no figure.
    unequal = [_unequal(answers.only(place), shared) for place in range(1, len(answers.measures))]
    judged = [
        answers.only(place).judged(params.tolerance, among=members)
        for place, members in enumerate(unequal, 1)
    ]
    relations = (tables.source.relation, tables.target.relation)
    notes += filter(None, [offsets_note(relations, (*key, *attributes))])
    several = len(members.on_both_sides - shared)
    if several and attributes:
        notes.append(f"{several:,} members with several rows: their attributes were not compared")
    return together(
        *(_attribute(each) for each in judged),
        Result(notes=notes),
        members.only_one_side_has(),
        members.duplicates(params.inherited),
        members.nulls(params.inherited),
        figures=members.figures(),
    )


def _attributes(
    tables: Pair, params: Scd1, key: tuple[str, ...]
) -> tuple[tuple[str, ...], list[str]]:
    """The columns to compare; and a note on those whose types have no order, and so no least value."""
    if params.attributes:
        return tuple(name for name in params.attributes if name not in params.exclude), []
    beside = [name for name in tables.columns if name not in {*key, *params.exclude}]
    compared = set(tables.columns_of(*ORDERED, "text", "uuid"))
    left_out = [name for name in beside if name not in compared]
    notes = [f"not compared, for their types have no order: {', '.join(left_out)}"]
    return tuple(name for name in beside if name in compared), notes if left_out else []


def _unequal(
    answers: Both[Values], members: Collection[tuple[Any, ...]]
) -> Collection[tuple[Any, ...]]:
    """Those of the members whose values are not plainly equal."""
    (source,), (target,) = answers.source, answers.target
    ours, theirs = source.by_group, target.by_group
    return {key for key in members if comparable(ours[key]) != comparable(theirs[key])}


def _attribute(judged: Judged) -> Result:
    """What came of one attribute."""
    return Result(
        figures=[figure.model_copy(update={"name": "value"}) for figure in judged.figures],
        figures_total=judged.total,
        findings=[_finding(figure) for figure in judged.differing.figures],
        found={Kind.VALUE_DIFFERS: judged.differing.total},
    )


def _finding(figure: Figure) -> Finding:
    cause = cause_of(figure.source, figure.target)
    return figure.finding(Kind.VALUE_DIFFERS).model_copy(update={"cause": cause, "figure": None})
