"""Does every column have its counterpart?

Looks up the source's columns in the target by the mapping, and the target's columns in the source. Columns that the
mapping leaves behind on purpose (`exclude`, `exclude_target`) are not missed. A target table that is not there at all
is one finding, not one per column.

That a column is there does not prove that it has the same type or holds the same values: `validate_schema_datatypes`
and the checks on data ask that.
"""

from pydantic import Field

from ombudsman.model.base import Params
from ombudsman.model.result import Finding, Kind, Result
from ombudsman.model.tables import Side
from ombudsman.validators.kit import Cost, Pair, validator


class SchemaColumns(Params):
    """Which columns may be without a counterpart."""

    allow_extra: bool = Field(
        default=False,
        title="Extra target columns are welcome",
        description="Do not report columns that only the target has.",
    )


@validator(cost=Cost.CATALOGUE)
async def validate_schema_columns(tables: Pair, params: SchemaColumns) -> Result:
    source, target = tables.source.table, tables.target.table
    if source is None or target is None:
        side = Side.TARGET if target is None else Side.SOURCE
        return Result(findings=[Finding(kind=Kind.TABLE_MISSING, side=side)])
    mapping = tables.mapping
    answered = {pair.source for pair in mapping.columns if target.column(pair.target)}
    spoken_for = {pair.target for pair in mapping.columns if source.column(pair.source)}
    lost = [c for c in source.column_names if c not in answered and c not in mapping.exclude]
    extra = [c for c in target.column_names if c not in spoken_for | set(mapping.exclude_target)]
    findings = [
        Finding(kind=Kind.COLUMN_MISSING_IN_TARGET, side=Side.TARGET, column=c) for c in lost
    ]
    if not params.allow_extra:
        findings += [
            Finding(kind=Kind.COLUMN_MISSING_IN_SOURCE, side=Side.SOURCE, column=c) for c in extra
        ]
    return Result(findings=findings)
