"""Does every member keep one surrogate key of its own?

Looks on both sides for surrogate keys that are NULL or stand in several rows; what the source has alike is inherited,
and by default only noted. Then members are matched by their business key. That the target numbered them anew is no
defect, only noted: references were meant to follow. Keys that must stay as they were (the unknown member's -1) can be
named, or all of them be meant to stay.

Where new keys are the old keys of other members, a note warns of it: a reference that kept its old key meets a row
there, and it is the wrong one. For a dimension with history the business key includes the begin of the version.

A side may have up to 2,000,000 members; look at a greater dimension slice by slice, by `where`.

Sound surrogate keys do not prove that the facts followed them: `validate_fact_dim_conformance` asks that.
"""

from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from ombudsman.model.base import Params
from ombudsman.model.errors import ParamsInvalid
from ombudsman.model.result import Finding, Kind, Result
from ombudsman.model.values import comparable
from ombudsman.validators.contradictions import named_apart
from ombudsman.validators.kit import (
    Both,
    ColumnName,
    ConditionText,
    Inherited,
    Members,
    Pair,
    Values,
    count_rows,
    min_of,
    ordered,
    together,
    validator,
)

Pairs = dict[tuple[Any, ...], tuple[Any, Any]]
"""Member -> its surrogate key in the source and in the target."""


class DimSurrogateKeys(Params):
    """The surrogate key, what names a member, and which keys stay."""

    surrogate_key: ColumnName = Field(
        title="Surrogate key",
        description="The number that the warehouse gave to each row.",
        examples=["ProductKey"],
    )
    business_key: list[ColumnName] = Field(
        default=[],
        title="Business key",
        description="The columns that name a row, with the begin of the version where there is history. "
        "None: the key of the mapping.",
        examples=[["ProductCode", "ValidFrom"]],
    )
    keys_stay: bool = Field(
        default=False,
        title="Keys stay",
        description="Report every member whose surrogate key is another than in the source.",
    )
    fixed: list[int | str] = Field(
        default=[],
        title="Fixed keys",
        description="Keys of the source that stay in any case, such as the unknown member's.",
        examples=[[-1, 0]],
    )
    where: ConditionText | None = Field(
        default=None,
        title="Only rows where",
        description="A condition in the source's names; each side reads it in its own dialect.",
        examples=["Region = 'EU'"],
    )
    inherited: Inherited = Field(
        default=Inherited.TOLERATE,
        title="Defects that the source has alike",
        description="tolerate: note them; report: find them like the others.",
    )

    @field_validator("business_key")
    @classmethod
    def _another(cls, value: list[str], info: ValidationInfo) -> list[str]:
        return named_apart(value, info, "surrogate_key")


@validator
async def validate_dim_surrogate_keys(tables: Pair, params: DimSurrogateKeys) -> Result:
    surrogate = params.surrogate_key
    identity = tuple(params.business_key) or tables.mapping.key
    if not identity or surrogate in identity:
        raise ParamsInvalid(
            f"params.business_key: members of {tables.mapping.source} are not named by anything beside {surrogate}",
            hint="name the columns that name a member in params.business_key",
            lacks="key",
        )
    answers = await tables.both(
        count_rows(by=[surrogate], where=params.where),
        count_rows(by=identity, where=params.where),
        min_of(surrogate, by=identity, where=params.where),
    )
    keys = Members.of(answers, [surrogate])
    members = Members.of(answers.only(1), identity)
    pairs = _pairs(answers.only(2), members)
    changed = {member: pair for member, pair in pairs.items() if pair[0] != pair[1]}
    fixed = {tables.as_read(surrogate, key) for key in params.fixed}
    wrong = {m: pair for m, pair in changed.items() if params.keys_stay or pair[0] in fixed}
    findings = [
        Finding(
            kind=Kind.KEY_DIFFERS,
            column=surrogate,
            key=member,
            source=wrong[member][0],
            target=wrong[member][1],
        )
        for member in sorted(wrong, key=ordered)
    ]
    notes = _notes(pairs, {} if params.keys_stay else changed, members)
    return together(
        keys.nulls(params.inherited),
        keys.duplicates(params.inherited),
        Result(findings=findings, notes=notes),
        figures=[*keys.figures(), *members.figures()[1:]],
    )


def _pairs(answers: Both[Values], members: Members) -> Pairs:
    """The two keys of every member that both sides have in one row; NULLs are told elsewhere."""
    (source,), (target,) = answers.source, answers.target
    ours, theirs = source.by_group, target.by_group
    both = {
        member: (comparable(ours[member]), comparable(theirs[member])) for member in members.shared
    }
    return {member: pair for member, pair in both.items() if None not in pair}


def _notes(pairs: Pairs, changed: Pairs, members: Members) -> list[str]:
    notes: list[str] = []
    if changed:
        notes.append(
            f"{len(changed):,} of {len(pairs):,} members have another surrogate key than in the source: numbered anew"
        )
    given = {source: member for member, (source, _) in pairs.items()}
    taken = sum(1 for _, target in changed.values() if target in given)
    if taken:
        notes.append(
            f"{taken:,} of the new keys are old keys of other members: a reference that kept its old key would meet "
            "the wrong row"
        )
    one_sided = len(members.source.keys() ^ members.target.keys())
    if one_sided:
        notes.append(f"{one_sided:,} members that only one side has were not matched")
    return notes
