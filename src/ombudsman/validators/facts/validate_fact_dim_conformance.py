"""Does every fact meet its dimension, and the version that was valid at its date?

Looks on both sides for facts whose key meets no row of the dimension; where you name a date of the fact and the
interval of a version, also for facts whose member has no version that was valid at that date. Orphans that the source
has alike (the same key, as often) are inherited, and by default only noted; where the dimension's keys were given anew,
an inherited orphan has another key, and is told as a new one.

Facts without a known member (their key is NULL, or one of those that you name, such as -1) are no orphans for lack of a
version; their share of all facts is compared, for a lookup that failed while loading often ends in the unknown member.

That every fact meets a member does not prove that it meets the right one: sums by an attribute of the dimension
(`validate_metric_sums`) come nearer.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import Field, ValidationInfo, field_validator
from sqlalchemy import ColumnElement, Select, select

from ombudsman.model.base import Params, ParamsPart
from ombudsman.model.errors import ParamsInvalid
from ombudsman.model.result import Figure, Finding, Kind, Result
from ombudsman.model.tables import Side, TableRef
from ombudsman.model.tolerance import Tolerance
from ombudsman.validators.contradictions import named_apart, paired_off
from ombudsman.validators.kit import (
    SEARCH_LIMIT,
    Both,
    ColumnName,
    Cost,
    Inherited,
    Intervals,
    Orphans,
    OutOfVersion,
    Pair,
    ReferredColumn,
    Relation,
    RowsOf,
    Sample,
    count_of,
    count_when,
    is_unknown,
    judge_offenders,
    referred_columns,
    rows,
    together,
    validator,
)


class Dimension(ParamsPart):
    """How a fact refers to a dimension."""

    columns: list[ColumnName] = Field(
        min_length=1, title="Columns", description="The fact's key, by the source's names."
    )
    table: TableRef = Field(title="Dimension", description="The source table that is referred to.")
    referred_columns: list[ReferredColumn] = Field(
        default=[],
        title="Its columns",
        description="The columns that they meet there: the surrogate or the business key. None: that table's key.",
    )
    date: ColumnName | None = Field(
        default=None,
        title="Date of the fact",
        description="The moment at which the member's version was valid. None: any version will do.",
    )
    valid_from: ReferredColumn | None = Field(
        default=None, title="Valid from", description="When a version begins."
    )
    valid_to: ReferredColumn | None = Field(
        default=None,
        title="Valid to",
        description="When it ends; NULL or a far date if it is open.",
    )
    intervals: Intervals = Field(
        default=Intervals.HALF_OPEN,
        title="Intervals",
        description="half_open: a version ends when the next begins; closed_days: on the day before.",
    )
    unknown: list[int | str] = Field(
        default=[],
        title="Unknown members",
        description="Keys that stand for no known member; NULL always does.",
    )

    @field_validator("referred_columns")
    @classmethod
    def _pair_by_pair(cls, value: list[str], info: ValidationInfo) -> list[str]:
        return paired_off(value, info)

    @field_validator("valid_to")
    @classmethod
    def _another(cls, value: str | None, info: ValidationInfo) -> str | None:
        return named_apart(value, info, "valid_from")


class FactDimConformance(Params):
    """The dimensions of the fact."""

    dimensions: list[Dimension] = Field(
        min_length=1,
        title="Dimensions",
        description="How the fact refers to each of them.",
        examples=[[{"columns": ["ProductKey"], "table": "dw.DimProduct", "unknown": [-1]}]],
    )
    unknown_tolerance: Tolerance = Field(
        default=Tolerance(),
        title="Tolerance of the unknown",
        description="How far apart the shares of facts without a known member may lie; absolute 0.01 is one fact in a "
        "hundred.",
    )
    inherited: Inherited = Field(
        default=Inherited.TOLERATE,
        title="Orphans that the source has alike",
        description="tolerate: note them; report: find them like the others.",
    )


@dataclass(frozen=True)
class Unknown:
    """One row: how many facts there are, and for each dimension how many have no known member."""

    dimensions: tuple[tuple[tuple[str, ...], tuple[int | str, ...]], ...]

    def __call__(self, fact: Relation) -> Select[Any]:
        counts = (
            count_when(is_unknown(fact, columns, values)).label(f"unknown_{i}")
            for i, (columns, values) in enumerate(self.dimensions)
        )
        facts: list[ColumnElement[Any]] = [count_of().label("facts")]
        return select(*facts, *counts).select_from(fact.from_clause)


Search = Orphans | OutOfVersion


@validator(cost=Cost.SEARCH)
async def validate_fact_dim_conformance(tables: Pair, params: FactDimConformance) -> Result:
    searches = [(search, each) for each in params.dimensions for search in _searches(tables, each)]
    unknown = Unknown(tuple((tuple(d.columns), tuple(d.unknown)) for d in params.dimensions))
    there = await tables.both(
        *(_rows(search, each) for search, each in searches),
        rows(unknown, order=["facts"], columns=[c for d in params.dimensions for c in d.columns]),
    )
    judged = [
        _judged(there.only(place), search, dimension, params)
        for place, (search, dimension) in enumerate(searches)
    ]
    shares = _shares(there.only(len(searches)), params)
    findings = [share.finding(Kind.RATIO_DIFFERS) for share in shares if not share.agrees]
    return together(*judged, Result(figures=shares, findings=findings))


def _searches(tables: Pair, dimension: Dimension) -> list[Search]:
    _check_unknown(tables, dimension)
    columns = tuple(dimension.columns)
    referred = referred_columns(tables, columns, dimension.table, dimension.referred_columns)
    searches: list[Search] = [Orphans(columns, referred)]
    named = (dimension.date, dimension.valid_from, dimension.valid_to)
    if named == (None, None, None):
        return searches
    date, valid_from, valid_to = named
    if date is None or valid_from is None or valid_to is None:
        raise ParamsInvalid(
            f"params.dimensions: the version of {dimension.table} is not told by a part of date, valid_from and "
            "valid_to",
            hint="name all three, or none of them",
        )
    kind, unknown = dimension.intervals, tuple(dimension.unknown)
    return [
        *searches,
        OutOfVersion(columns, referred, date, valid_from, valid_to, kind, unknown),
    ]


def _check_unknown(tables: Pair, dimension: Dimension) -> None:
    """A text is compared with a text, and a number with a number."""
    for column in dimension.columns:
        for side, data_type in zip(Side, tables.types(column), strict=True):
            for value in dimension.unknown:
                if isinstance(value, str) != (data_type.kind == "text"):
                    raise ParamsInvalid(
                        f"params.dimensions: {column!r} is of the type {data_type.kind} in the {side}: an unknown "
                        "member that is named is none of its values",
                        hint="write numbers as numbers and texts in quotes",
                        side=side,
                    )


def _rows(search: Search, dimension: Dimension) -> RowsOf:
    dates = (search.date,) if isinstance(search, OutOfVersion) else ()
    return rows(
        search,
        order=search.labels,
        limit=SEARCH_LIMIT,
        others=[dimension.table],
        columns=[*search.columns, *dates],
    )


def _judged(
    there: Both[Sample], search: Search, dimension: Dimension, params: FactDimConformance
) -> Result:
    columns = ", ".join(search.columns)
    what, detail = f"orphaned keys of {columns}", f"in {dimension.table}"
    if isinstance(search, OutOfVersion):
        what = f"keys of {columns} without a version at their date"
        detail = f"no version in {dimension.table} was valid at {dimension.date}"
    judged = judge_offenders(
        there, identity=(*search.labels, "times"), what=what, inherited=params.inherited
    )
    findings = [
        Finding(
            kind=Kind.KEY_ORPHANED,
            side=Side.TARGET,
            column=columns,
            key=tuple(row[label] for label in search.labels),
            figure=row["times"],
            detail=detail,
        )
        for row in judged.rows
    ]
    return Result(findings=findings, found={Kind.KEY_ORPHANED: judged.total}, notes=judged.notes)


def _shares(there: Both[Sample], params: FactDimConformance) -> list[Figure]:
    """The share of facts without a known member, one figure a dimension; none of no facts."""
    (source,), (target,) = there.source, there.target
    return [
        Figure(
            name="share of unknown members",
            column=", ".join(dimension.columns),
            source=_share(source, f"unknown_{place}"),
            target=_share(target, f"unknown_{place}"),
            tolerance=params.unknown_tolerance,
        )
        for place, dimension in enumerate(params.dimensions)
    ]


def _share(sample: Sample, label: str) -> Decimal:
    (row,) = sample.rows
    return round(Decimal(row[label]) / row["facts"], 9) if row["facts"] else Decimal(0)
