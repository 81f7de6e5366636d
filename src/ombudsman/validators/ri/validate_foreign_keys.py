"""Does every reference still meet its row?

Looks on both sides for rows whose foreign key has no counterpart in the referred table: the declared foreign keys, or
the ones that you name. Orphans that the source has alike are inherited, and by default only noted. A key with a NULL in
it refers to nothing, and is no orphan.

That every reference meets a row does not prove that it meets the right one.
"""

from pydantic import Field, ValidationInfo, field_validator

from ombudsman.model.base import Params, ParamsPart
from ombudsman.model.result import Finding, Kind, Result
from ombudsman.model.tables import ForeignKey, Side, TableRef
from ombudsman.validators.contradictions import paired_off
from ombudsman.validators.kit import (
    SEARCH_LIMIT,
    ColumnName,
    Cost,
    Inherited,
    Offenders,
    Orphans,
    Pair,
    ReferredColumn,
    judge_offenders,
    referred_columns,
    rows,
    validator,
)


class Reference(ParamsPart):
    """Columns of this table that name a row of another."""

    columns: list[ColumnName] = Field(
        min_length=1, title="Columns", description="The foreign key, by the source's names."
    )
    table: TableRef = Field(title="Refers to", description="The source table that is referred to.")
    referred_columns: list[ReferredColumn] = Field(
        default=[],
        title="Its columns",
        description="The columns that they meet there. None: that table's key.",
    )

    @field_validator("referred_columns")
    @classmethod
    def _pair_by_pair(cls, value: list[str], info: ValidationInfo) -> list[str]:
        return paired_off(value, info)


class ForeignKeys(Params):
    """Which references to look at."""

    references: list[Reference] = Field(
        default=[],
        title="References",
        description="None: the foreign keys that the source declares.",
        examples=[[{"columns": ["CustomerKey"], "table": "Sales.DimCustomer"}]],
    )
    inherited: Inherited = Field(
        default=Inherited.TOLERATE,
        title="Orphans that the source has alike",
        description="tolerate: note them; report: find them like the others.",
    )


@validator(cost=Cost.SEARCH)
async def validate_foreign_keys(tables: Pair, params: ForeignKeys) -> Result:
    references = params.references or _declared(tables)
    notes = [] if params.references else _left_out(tables)
    if not references:
        told = "the source declares no foreign key on this table that could be looked at"
        return Result(notes=[told, *notes])
    searches = [
        Orphans(tuple(r.columns), referred_columns(tables, r.columns, r.table, r.referred_columns))
        for r in references
    ]
    there = await tables.both(
        *(
            rows(s, order=s.labels, limit=SEARCH_LIMIT, others=[r.table], columns=s.columns)
            for s, r in zip(searches, references, strict=True)
        )
    )
    findings: list[Finding] = []
    total = 0
    for place, (search, reference) in enumerate(zip(searches, references, strict=True)):
        judged = judge_offenders(
            there.only(place),
            identity=(*search.labels, "times"),
            what=f"orphaned keys of {', '.join(search.columns)}",
            inherited=params.inherited,
        )
        total += judged.total
        notes += judged.notes
        findings += _told(judged, search, reference)
    return Result(findings=findings, found={Kind.KEY_ORPHANED: total}, notes=notes)


def _told(judged: Offenders, search: Orphans, reference: Reference) -> list[Finding]:
    return [
        Finding(
            kind=Kind.KEY_ORPHANED,
            side=Side.TARGET,
            column=", ".join(search.columns),
            key=tuple(row[label] for label in search.labels),
            figure=row["times"],
            detail=f"in {reference.table}",
        )
        for row in judged.rows
    ]


def _declared(tables: Pair) -> list[Reference]:
    """The source's foreign keys whose columns were migrated, to tables that were."""
    return [
        Reference(
            columns=list(key.columns),
            table=key.table,
            referred_columns=list(key.referred_columns),
        )
        for key in _foreign_keys(tables)
        if _was_migrated(tables, key)
    ]


def _left_out(tables: Pair) -> list[str]:
    """The declared foreign keys that cannot be looked at, as notes."""
    return [
        f"not looked at: the reference of {', '.join(key.columns)} to {key.table}, for it was not migrated"
        for key in _foreign_keys(tables)
        if not _was_migrated(tables, key)
    ]


def _foreign_keys(tables: Pair) -> tuple[ForeignKey, ...]:
    return tables.source.table.foreign_keys if tables.source.table else ()


def _was_migrated(tables: Pair, key: ForeignKey) -> bool:
    if not (set(key.columns) <= set(tables.columns) and tables.is_mapped(key.table)):
        return False
    return set(key.referred_columns) <= set(tables.related(key.table).columns)
