"""Are the values that lie far out the same as before?

What lies far out is told by the source alone: beyond 1.5 times the distance between its quartiles (`iqr`), or farther
from its mean than 3 standard deviations (`z_score`). The same two fences then stand on both sides; the numbers beyond
them are counted, and where the target has some, they are set against the source's row by row. An outlier that the
source has alike (the same key) is inherited, and no finding.

That the outliers are the same does not prove that the other values are: a wrong value between the fences is not seen.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import Field
from sqlalchemy import Select, select

from ombudsman.model.base import Params
from ombudsman.model.result import Figure, Finding, Kind, Result
from ombudsman.model.tables import Side
from ombudsman.model.tolerance import Tolerance
from ombudsman.validators.kit import (
    SEARCH_LIMIT,
    ColumnName,
    ConditionText,
    Cost,
    Inherited,
    Pair,
    Relation,
    count_outside,
    judge_offenders,
    mean_of,
    outside,
    quantiles,
    rows,
    stddev_of,
    validator,
)

NUMBERS = ("integer", "decimal", "float")
NOISE = Decimal("1e-9")
"""Means and deviations of doubles are known to this share of themselves: the fences stand that much farther out."""


class Method(StrEnum):
    IQR = "iqr"
    Z_SCORE = "z_score"


USUAL = {Method.IQR: Decimal("1.5"), Method.Z_SCORE: Decimal(3)}


class Outliers(Params):
    """Which columns, and what counts as far out."""

    columns: list[ColumnName] = Field(
        default=[],
        title="Columns",
        description="Number columns, by the source's names. None: all mapped ones that are not of the key.",
        examples=[["SalesAmount"]],
    )
    method: Method = Field(
        default=Method.IQR,
        title="Method",
        description="iqr: beyond the quartiles; z_score: far from the mean.",
    )
    distance: Decimal | None = Field(
        default=None,
        gt=0,
        title="Distance",
        description="In distances between the quartiles (usual: 1.5), or in standard deviations (usual: 3).",
        examples=[3],
    )
    where: ConditionText | None = Field(
        default=None,
        title="Only rows where",
        description="A condition in the source's names; each side reads it in its own dialect.",
        examples=["Status = 'shipped'"],
    )
    tolerance: Tolerance = Field(
        default=Tolerance(),
        title="Tolerance",
        description="How many outliers, or what share of them, the target may have more or less.",
    )


@dataclass(frozen=True)
class Fences:
    """The least and the greatest number of a column that does not lie far out."""

    column: str
    low: Any
    high: Any


@dataclass(frozen=True)
class Beyond:
    """The rows whose number lies beyond the fences: what names them, and the number."""

    fences: Fences
    key: tuple[str, ...]
    where: str | None

    def __call__(self, table: Relation) -> Select[Any]:
        named = [table.spelt(name).label(f"key_{i}") for i, name in enumerate(self.key)]
        number = table.column(self.fences.column).label("number")
        beyond = outside(table, self.fences.column, self.fences.low, self.fences.high)
        found = select(*named, number).select_from(table.from_clause).where(beyond)
        return found.where(table.condition(self.where)) if self.where else found

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(f"key_{i}" for i in range(len(self.key)))


@validator(cost=Cost.SEARCH)
async def validate_outliers(tables: Pair, params: Outliers) -> Result:
    key = tables.mapping.key
    columns = params.columns or [c for c in tables.columns_of(*NUMBERS) if c not in key]
    by_source = _by_quartiles if params.method is Method.IQR else _by_deviation
    fences = [each for each in await by_source(tables, columns, params) if each is not None]
    notes = list(_notes(columns, fences, has_key=bool(key)))
    if not fences:
        return Result(notes=notes)
    counts = await tables.both(
        *(count_outside(each.column, each.low, each.high, where=params.where) for each in fences)
    )
    named = [f.model_copy(update={"name": "outliers"}) for f in counts.figures(params.tolerance)]
    differ = [f.finding(Kind.AGGREGATE_DIFFERS) for f in named if not f.agrees]
    there = [(each, f) for each, f in zip(fences, named, strict=True) if key and f.target]
    new = await _new_ones(tables, there, params) if there else Result()
    return Result(
        figures=[*_told(fences), *named],
        findings=[*differ, *new.findings],
        found={Kind.AGGREGATE_DIFFERS: len(differ), **new.found},
        notes=[*notes, *new.notes],
    )


async def _new_ones(
    tables: Pair, there: Sequence[tuple[Fences, Figure]], params: Outliers
) -> Result:
    """The outliers that the target has and the source has not."""
    key = tables.mapping.key
    searches = [Beyond(fences, key, params.where) for fences, _ in there]
    found = await tables.both(
        *(
            rows(each, order=each.labels, limit=SEARCH_LIMIT, columns=(*key, each.fences.column))
            for each in searches
        )
    )
    findings: list[Finding] = []
    notes: list[str] = []
    total = 0
    for place, (search, (fences, figure)) in enumerate(zip(searches, there, strict=True)):
        judged = judge_offenders(
            found.only(place),
            identity=search.labels,
            what=f"outliers of {fences.column}",
            inherited=Inherited.TOLERATE,
        )
        notes += judged.notes
        allowed = params.tolerance.of([fences.column])
        if not allowed.allows(figure.source, figure.source + judged.total):
            total += judged.total
            findings += [_finding(row, search) for row in judged.rows]
    return Result(findings=findings, found={Kind.OUTSIDE_RANGE: total}, notes=notes)


async def _by_quartiles(
    tables: Pair, columns: Sequence[str], params: Outliers
) -> list[Fences | None]:
    distance = params.distance or USUAL[Method.IQR]
    cuts = await tables.source.ask(*(quantiles(c, 4, where=params.where) for c in columns))
    found: list[Fences | None] = []
    for column, cut in zip(columns, cuts, strict=True):
        if not cut.rows:
            found.append(None)
            continue
        in_all = int(cut.rows[-1]["up_to"])
        first, third = (
            next(row["value"] for row in cut.rows if 4 * int(row["up_to"]) >= part * in_all)
            for part in (1, 3)
        )
        reach = (third - first) * _like(first, distance)
        is_known = math.isfinite(reach)
        found.append(Fences(column, first - reach, third + reach) if is_known else None)
    return found


async def _by_deviation(
    tables: Pair, columns: Sequence[str], params: Outliers
) -> list[Fences | None]:
    distance = params.distance or USUAL[Method.Z_SCORE]
    means = await tables.source.ask(*(mean_of(c, where=params.where) for c in columns))
    spreads = await tables.source.ask(*(stddev_of(c, where=params.where) for c in columns))
    found: list[Fences | None] = []
    for column, mean, spread in zip(columns, means, spreads, strict=True):
        if mean.value is None or spread.value is None or not math.isfinite(spread.value):
            found.append(None)
            continue
        middle, deviation = Decimal(mean.value), Decimal(spread.value)
        reach = deviation * distance + (abs(middle) + deviation) * NOISE
        found.append(Fences(column, float(middle - reach), float(middle + reach)))
    return found


def _like(number: Any, distance: Decimal) -> Any:
    return float(distance) if isinstance(number, float) else distance


def _told(fences: Sequence[Fences]) -> Iterator[Figure]:
    """The fences are the source's, and the same on both sides."""
    for each in fences:
        yield Figure(name="lower fence", column=each.column, source=each.low, target=each.low)
        yield Figure(name="upper fence", column=each.column, source=each.high, target=each.high)


def _finding(row: Any, search: Beyond) -> Finding:
    return Finding(
        kind=Kind.OUTSIDE_RANGE,
        side=Side.TARGET,
        column=search.fences.column,
        key=tuple(row[label] for label in search.labels),
        target=row["number"],
    )


def _notes(columns: Sequence[str], fences: Sequence[Fences], *, has_key: bool) -> Iterator[str]:
    if not columns:
        yield "the table has no number columns that are mapped and not of the key"
    left_out = sorted(set(columns) - {each.column for each in fences})
    if left_out:
        yield f"without values in the source by which to tell what lies far out: {', '.join(left_out)}"
    if not has_key:
        yield "the outliers were only counted: the mapping has no key by which to tell one from another"
