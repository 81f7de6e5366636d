"""Does the business rule hold for every row?

The rule is a condition that each row should fulfil, in the source's names and dialect; each side reads it in its own.
The rows that break it are counted in the shared scan; only where there are some they are looked for. Rows that break it
in the source too (the same key) are inherited, and by default only noted. As with a CHECK constraint, a row for which
the rule is neither true nor false (NULL) passes, unless you say otherwise.

That the rule holds does not prove that the values are the source's.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import Field
from sqlalchemy import Select, select

from ombudsman.model.base import Params
from ombudsman.model.errors import ParamsInvalid
from ombudsman.model.result import Finding, Kind, Result
from ombudsman.model.tables import Side
from ombudsman.validators.kit import (
    SEARCH_LIMIT,
    ColumnName,
    ConditionText,
    Inherited,
    Pair,
    Relation,
    count_where,
    judge_offenders,
    rows,
    validator,
)


class BusinessRule(Params):
    """The rule, and which rows it is for."""

    rule: ConditionText = Field(
        title="Every row fulfils",
        description="A boolean SQL expression in the source's names.",
        examples=["ShipDate IS NULL OR ShipDate >= OrderDate"],
    )
    where: ConditionText | None = Field(
        default=None,
        title="Only rows where",
        description="The rows that the rule is for. None: all.",
        examples=["Status = 'shipped'"],
    )
    key: list[ColumnName] = Field(
        default=[],
        title="Named by",
        description="The columns that name an offending row. None: the key of the mapping.",
        examples=[["OrderId"]],
    )
    null_passes: bool = Field(
        default=True,
        title="Unknown passes",
        description="A row for which the rule is neither true nor false (NULL) passes.",
    )
    inherited: Inherited = Field(
        default=Inherited.TOLERATE,
        title="Rows that break it in the source alike",
        description="tolerate: note them; report: find them like the others.",
    )


@dataclass(frozen=True)
class Offending:
    """The keys of the rows that fulfil a condition."""

    condition: str
    key: tuple[str, ...]

    def __call__(self, table: Relation) -> Select[Any]:
        named = (table.column(name).label(name) for name in self.key)
        return select(*named).select_from(table.from_clause).where(table.condition(self.condition))


@validator
async def validate_business_rule(tables: Pair, params: BusinessRule) -> Result:
    key = tuple(params.key) or tables.mapping.key
    if not key:
        raise ParamsInvalid(
            f"params.key: {tables.mapping.source} has no key in the mapping",
            hint="name the columns that name a row in params.key, or give the mapping a key",
            lacks="key",
        )
    broken = _broken(tables, params)
    counts = await tables.both(count_where(broken))
    figures = [f.model_copy(update={"name": "offending rows"}) for f in counts.figures()]
    looked_into = tables.columns_in(params.rule)
    if not counts.target[0].value:
        return Result(figures=figures, columns_checked=looked_into)
    search = rows(Offending(broken, key), order=key, limit=SEARCH_LIMIT)
    there = await tables.both(search)
    judged = judge_offenders(there, identity=key, what="offending rows", inherited=params.inherited)
    return Result(
        figures=figures,
        findings=[
            Finding(
                kind=Kind.RULE_VIOLATED,
                side=Side.TARGET,
                key=tuple(row[c] for c in key),
                detail=params.rule,
            )
            for row in judged.rows
        ],
        found={Kind.RULE_VIOLATED: judged.total},
        notes=judged.notes,
        columns_checked=looked_into,
    )


def _broken(tables: Pair, params: BusinessRule) -> str:
    """The condition that the offending rows fulfil.

    It is put together from the texts as they were understood, one by one: no comment and no parenthesis of one of them
    reaches into the other.
    """
    rule = tables.parsed(params.rule).canonical
    broken = f"NOT ({rule})" if params.null_passes else f"CASE WHEN {rule} THEN 0 ELSE 1 END = 1"
    if params.where is None:
        return broken
    return f"({broken}) AND ({tables.parsed(params.where).canonical})"
