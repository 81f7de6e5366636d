"""Does the key of several columns name the same rows on both sides?

Counts the rows of every combination of the key's parts on both sides: combinations that only one side has, those that
occur more than once, and NULLs part by part. Duplicates and NULLs that the source has alike are inherited, and by
default only noted. For every part the number of its different values is compared too: where a combination is missing,
it tells which part to look at.

A side may have up to 2,000,000 different combinations; look at a greater table slice by slice, by `where`.

That the combinations are the same does not prove that the rest of their rows is.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from ombudsman.model.base import Params
from ombudsman.model.errors import ParamsInvalid
from ombudsman.model.result import Figure, Result
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


class CompositeKeys(Params):
    """The parts of the key, and which rows to look at."""

    columns: list[ColumnName] = Field(
        default=[],
        title="Key columns",
        description="Two or more, by the source's names. None: the key of the mapping.",
        examples=[["OrderId", "LineNumber"]],
    )
    where: ConditionText | None = Field(
        default=None,
        title="Only rows where",
        description="A condition in the source's names; each side reads it in its own dialect.",
        examples=["OrderDate >= '2024-01-01'"],
    )
    allow_extra: bool = Field(
        default=False,
        title="Extra combinations are welcome",
        description="Do not report combinations that only the target has.",
    )
    inherited: Inherited = Field(
        default=Inherited.TOLERATE,
        title="Defects that the source has alike",
        description="tolerate: note them; report: find them like the others.",
    )


@validator
async def validate_composite_keys(tables: Pair, params: CompositeKeys) -> Result:
    key = tuple(params.columns) or tables.mapping.key
    if not key:
        raise ParamsInvalid(
            f"params.columns: {tables.mapping.source} has no key in the mapping",
            hint="name the parts of the key in params.columns, or give the mapping a key",
            lacks="key",
        )
    if len(set(key)) < 2:
        raise ParamsInvalid(
            f"params.columns: a key of several columns has two at least, and here are {len(set(key))}",
            hint="name its parts in params.columns; for a single column there is validate_uniqueness",
            **({} if params.columns else {"lacks": "key"}),
        )
    members = Members.of(await tables.both(count_rows(by=key, where=params.where)), key)
    return together(
        members.only_one_side_has(allow_extra=params.allow_extra),
        members.duplicates(params.inherited),
        members.nulls(params.inherited),
        figures=[*members.figures(), *_parts(members)],
    )


def _parts(members: Members) -> list[Figure]:
    """How many different values each part of the key has."""
    return [
        Figure(
            name="distinct",
            column=column,
            source=_distinct(members.source, place),
            target=_distinct(members.target, place),
        )
        for place, column in enumerate(members.columns)
    ]


def _distinct(counts: Mapping[tuple[Any, ...], int], place: int) -> int:
    return len({key[place] for key in counts} - {None})
