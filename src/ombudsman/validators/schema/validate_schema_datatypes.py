"""Does every value of the source's types fit into the target's?

Compares the types of mapped columns, not by name but by what they can hold: INT into NUMBER(38,0) loses nothing,
VARCHAR(50) into VARCHAR(40) does. A narrower type is told apart from one of another kind, each with the reason. A
column with an agreed transformation is left out, for its type is meant to change.

A type that is wide enough does not prove that the values arrived, and a narrower one does not prove that some were
lost: `validate_statistics` and the checks on data ask that.
"""

from fnmatch import fnmatchcase

from pydantic import Field

from ombudsman.model.base import Params, ParamsPart
from ombudsman.model.result import Finding, Kind, Result
from ombudsman.model.tables import Column
from ombudsman.model.type_fit import Fit, fit
from ombudsman.validators.kit import ColumnName, Cost, Pair, validator

KIND = {Fit.NARROWER: Kind.TYPE_NARROWER, Fit.DIFFERENT: Kind.TYPE_DIFFERS}


class AcceptedTypes(ParamsPart):
    """A change of type that was agreed."""

    source: str = Field(
        min_length=1,
        title="Source type",
        description="The engine's spelling; * stands for anything.",
    )
    target: str = Field(
        min_length=1,
        title="Target type",
        description="The engine's spelling; * stands for anything.",
    )


class SchemaDatatypes(Params):
    """Which columns, and which changes of type were agreed."""

    columns: list[ColumnName] = Field(
        default=[],
        title="Columns",
        description="By the source's names. None: all mapped columns.",
        examples=[["Amount", "OrderDate"]],
    )
    accept: list[AcceptedTypes] = Field(
        default=[],
        title="Agreed changes",
        description="Pairs of types that are not reported.",
        examples=[[{"source": "TIMESTAMP*", "target": "DATE"}]],
    )


@validator(cost=Cost.CATALOGUE)
async def validate_schema_datatypes(tables: Pair, params: SchemaDatatypes) -> Result:
    findings: list[Finding] = []
    changed = {pair.source for pair in tables.mapping.columns if pair.transformation}
    for name in params.columns or tables.columns:
        source, target = tables.described(name)
        answer = fit(source.data_type, target.data_type)
        if answer.fit is Fit.LOSSLESS or name in changed or _accepted(source, target, params):
            continue
        findings.append(
            Finding(
                kind=KIND[answer.fit],
                column=name,
                source=source.native_type,
                target=target.native_type,
                detail=answer.reason,
            )
        )
    return Result(findings=findings)


def _accepted(source: Column, target: Column, params: SchemaDatatypes) -> bool:
    return any(
        fnmatchcase(source.native_type.casefold(), each.source.casefold())
        and fnmatchcase(target.native_type.casefold(), each.target.casefold())
        for each in params.accept
    )
