"""Does the target allow NULL just where the source does?

Compares NOT NULL of mapped columns. A column that became nullable has lost a guard; one that became NOT NULL refuses
rows that the source may hold. Either way can be agreed.

That NULL is allowed does not prove that there is one, and that it is refused does not prove that none was lost:
`validate_nulls` counts them.
"""

from pydantic import Field

from ombudsman.model.base import Params
from ombudsman.model.result import Finding, Kind, Result
from ombudsman.validators.kit import ColumnName, Cost, Pair, validator


class SchemaNullability(Params):
    """Which columns, and which way they may differ."""

    columns: list[ColumnName] = Field(
        default=[],
        title="Columns",
        description="By the source's names. None: all mapped columns.",
        examples=[["CustomerId"]],
    )
    allow_looser: bool = Field(
        default=False,
        title="The target may allow NULL",
        description="Do not report a column that is NOT NULL in the source only.",
    )
    allow_stricter: bool = Field(
        default=False,
        title="The target may refuse NULL",
        description="Do not report a column that is NOT NULL in the target only.",
    )


@validator(cost=Cost.CATALOGUE)
async def validate_schema_nullability(tables: Pair, params: SchemaNullability) -> Result:
    findings: list[Finding] = []
    for name in params.columns or tables.columns:
        source, target = tables.described(name)
        looser = target.nullable and not source.nullable
        stricter = source.nullable and not target.nullable
        if (looser and not params.allow_looser) or (stricter and not params.allow_stricter):
            findings.append(
                Finding(
                    kind=Kind.NULLABILITY_DIFFERS,
                    column=name,
                    source=_told(nullable=source.nullable),
                    target=_told(nullable=target.nullable),
                )
            )
    return Result(findings=findings)


def _told(*, nullable: bool) -> str:
    return "NULL allowed" if nullable else "NOT NULL"
