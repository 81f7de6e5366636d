"""Are the members of the dimension the same on both sides?

Counts the rows of every business key on both sides: a member that the target lost, one that only the target has, a key
with several rows, and rows whose key is NULL. Duplicates and NULLs that the source has alike are inherited, and by
default only noted. Of a member that the other side has in other letter case, or with blanks at its end, that is said.

A dimension with history has several rows a member: switch `one_row_each` off, or look at its current versions alone by
`where`. A side may have up to 2,000,000 different keys; a greater one can be looked at slice by slice, by `where` too.

That the members are the same does not prove that their attributes are: `validate_scd1` and `validate_scd2` ask more.
"""

from pydantic import Field

from ombudsman.model.base import Params
from ombudsman.model.errors import ParamsInvalid
from ombudsman.model.result import Result
from ombudsman.validators.kit import (
    ColumnName,
    ConditionText,
    Inherited,
    Members,
    Pair,
    count_rows,
    together,
    validator,
)


class DimBusinessKeys(Params):
    """What names a member, and how its rows may lie."""

    business_key: list[ColumnName] = Field(
        default=[],
        title="Business key",
        description="The columns that name a member. None: the key of the mapping.",
        examples=[["ProductCode"]],
    )
    one_row_each: bool = Field(
        default=True,
        title="One row a member",
        description="Report keys with several rows. Off for a dimension with history.",
    )
    where: ConditionText | None = Field(
        default=None,
        title="Only rows where",
        description="A condition in the source's names, such as one for current versions.",
        examples=["ValidTo IS NULL"],
    )
    allow_extra: bool = Field(
        default=False,
        title="Extra members are welcome",
        description="Do not report members that only the target has, such as one for the unknown.",
    )
    inherited: Inherited = Field(
        default=Inherited.TOLERATE,
        title="Defects that the source has alike",
        description="tolerate: note them; report: find them like the others.",
    )


@validator
async def validate_dim_business_keys(tables: Pair, params: DimBusinessKeys) -> Result:
    key = tuple(params.business_key) or tables.mapping.key
    if not key:
        raise ParamsInvalid(
            f"params.business_key: {tables.mapping.source} has no key in the mapping",
            hint="name the columns that name a member in params.business_key, or give the mapping a key",
            lacks="key",
        )
    members = Members.of(await tables.both(count_rows(by=key, where=params.where)), key)
    several = [members.duplicates(params.inherited)] if params.one_row_each else []
    return together(
        members.only_one_side_has(allow_extra=params.allow_extra),
        *several,
        members.nulls(params.inherited),
        figures=members.figures(),
    )
