"""Does the target allow NULL just where the source does?

Compares NOT NULL of mapped columns. A column that became nullable has lost a guard; one that became NOT NULL refuses
rows that the source may hold. Either way can be agreed. On request it also compares whether a column has a default:
what a new row gets that says nothing of it. Numbers that the engine gives (identities, sequences) are no defaults.

That NULL is allowed does not prove that there is one, and that it is refused does not prove that none was lost:
`validate_nulls` counts them. That both sides have a default does not prove that it is the same one: engines spell
them each in its own way.
"""

from pydantic import Field

from ombudsman.model.base import Params
from ombudsman.model.result import Finding, Kind, Result
from ombudsman.model.tables import Column
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
    defaults: bool = Field(
        default=False,
        title="Defaults too",
        description="Also report a column that has a default on one side only.",
        examples=[True],
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
        if params.defaults and _has_default(source) != _has_default(target):
            findings.append(
                Finding(
                    kind=Kind.DEFAULT_DIFFERS,
                    column=name,
                    source=source.default,
                    target=target.default,
                )
            )
    return Result(findings=findings)


def _has_default(column: Column) -> bool:
    """Whether a row that says nothing of the column gets a value that somebody chose."""
    is_numbered = column.identity or "nextval" in (column.default or "").lower()
    return column.default is not None and not is_numbered


def _told(*, nullable: bool) -> str:
    return "NULL allowed" if nullable else "NOT NULL"
