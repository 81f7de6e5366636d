"""Are the values spread as before?

Numbers: the source's quantiles cut its values into bins of equal size, the same bins are counted on both sides, and the
greatest distance between the two cumulative shares (Kolmogorov-Smirnov) is judged; on demand also the population
stability index. Texts, truth values and months of dates: the share of each of the most frequent values of either side
is judged, and the Jensen-Shannon divergence over these, the rest and NULL. So values that are new, or have vanished,
are found by name.

Shares are judged, not counts: a table that has lost every other row may be spread as before, and
`validate_record_counts` asks for that. Equal shares do not prove equal rows: values that moved within a bin, or changed
places, are not seen.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import Field

from ombudsman.model.base import Params
from ombudsman.model.result import Figure, Kind, Result
from ombudsman.validators.kit import (
    FEWEST_FOR_PSI,
    ColumnName,
    ConditionText,
    Cost,
    Pair,
    PeriodOf,
    PeriodUnit,
    Sample,
    count_nulls,
    count_rows,
    divergence,
    edges_between,
    farthest_edge,
    has_index,
    histogram,
    index_by_chance,
    max_of,
    min_of,
    ordered,
    quantiles,
    share,
    share_figure,
    stability_index,
    top_values,
    validator,
)

NUMBERS = ("integer", "decimal", "float")
NAMES = ("text", "boolean", "uuid")
DATES = ("date", "timestamp")
REST = ("rest",)
"""All values that are not told apart, as if they were one."""

Categories = Mapping[Any, int]


class Distribution(Params):
    """Which columns, how finely, and how far apart they may lie."""

    columns: list[ColumnName] = Field(
        default=[],
        title="Columns",
        description="By the source's names. None: all mapped number columns.",
        examples=[["Amount", "Status"]],
    )
    bins: int = Field(
        default=20, ge=2, le=100, title="Bins", description="Into how many parts numbers are cut."
    )
    top: int = Field(
        default=50,
        ge=1,
        le=1_000,
        title="Most frequent values",
        description="How many values of each side are told apart; the others are the rest.",
    )
    where: ConditionText | None = Field(
        default=None,
        title="Only rows where",
        description="A condition in the source's names; each side reads it in its own dialect.",
        examples=["Status = 'shipped'"],
    )
    max_distance: Decimal = Field(
        default=Decimal(0),
        ge=0,
        le=1,
        title="Greatest distance",
        description="How far apart two shares may lie, and two distributions: 0.01 is one per cent.",
        examples=[0.01],
    )
    max_psi: Decimal | None = Field(
        default=None,
        ge=0,
        title="Greatest stability index",
        description="Judges numbers by their population stability index too; widened where the samples are small.",
        examples=[0.1],
    )


@validator(cost=Cost.SEARCH)
async def validate_distribution(tables: Pair, params: Distribution) -> Result:
    columns = params.columns or list(tables.columns_of(*NUMBERS))
    numbers, names, dates = (
        [each for each in columns if each in tables.columns_of(*kinds)]
        for kinds in (NUMBERS, NAMES, DATES)
    )
    figures = [
        *await _numbers(tables, numbers, params),
        *await _names(tables, names, params),
        *await _dates(tables, dates, params),
    ]
    return Result(
        figures=figures,
        findings=[f.finding(Kind.DISTRIBUTION_DIFFERS) for f in figures if not f.agrees],
        notes=list(_notes(columns, [*numbers, *names, *dates], figures, params)),
    )


def _notes(
    columns: Sequence[str], judged: Sequence[str], figures: Sequence[Figure], params: Distribution
) -> Iterator[str]:
    if not columns:
        yield "the table has no number columns that are mapped: name the columns to judge"
    left_out = [each for each in columns if each not in judged]
    if left_out:
        yield f"not judged, for their types have no such distribution: {', '.join(left_out)}"
    with_edges = [f.column for f in figures if f.name == EDGE]
    with_index = [f.column for f in figures if f.name == INDEX]
    few = [each for each in with_edges if each and each not in with_index]
    if params.max_psi is not None and few:
        yield f"no {INDEX}, for fewer than {FEWEST_FOR_PSI} values say nothing: {', '.join(few)}"


# ------------------------------------------------------------ numbers

EDGE = "share of values up to the edge"
INDEX = "population stability index"


async def _numbers(tables: Pair, columns: Sequence[str], params: Distribution) -> list[Figure]:
    if not columns:
        return []
    least = await tables.source.ask(*(min_of(c, where=params.where) for c in columns))
    greatest = await tables.source.ask(*(max_of(c, where=params.where) for c in columns))
    cuts = await tables.source.ask(
        *(quantiles(c, params.bins, where=params.where) for c in columns)
    )
    edges = {
        column: _edges(cut, low.value, high.value)
        for column, cut, low, high in zip(columns, cuts, least, greatest, strict=True)
    }
    bins = await tables.both(*(histogram(c, edges[c], where=params.where) for c in columns))
    nulls = await tables.both(*(count_nulls(c, where=params.where) for c in columns))
    figures: list[Figure] = []
    for place, column in enumerate(columns):
        source, target = bins.source[place].value, bins.target[place].value
        empty = nulls.source[place].value, nulls.target[place].value
        if any(empty):
            shares = (
                share(empty[0], empty[0] + sum(source)),
                share(empty[1], empty[1] + sum(target)),
            )
            within = params.max_distance
            figures.append(share_figure("share of NULL", column, shares, within=within))
        figures += _of_bins(column, edges[column], source, target, params)
    return figures


def _of_bins(
    column: str,
    edges: Sequence[Any],
    source: Sequence[int],
    target: Sequence[int],
    params: Distribution,
) -> Iterator[Figure]:
    if (
        not sum(source) or not sum(target) or not edges
    ):  # no edges: no number of the source is finite
        yield _of_nothing(column, sum(source), sum(target))
        return
    place, ours, theirs = farthest_edge(source, target)
    within = params.max_distance
    yield share_figure(EDGE, column, (ours, theirs), key=(edges[place],), within=within)
    if params.max_psi is not None and has_index(source, target):
        index = stability_index(source, target)
        bound = max(params.max_psi, index_by_chance(source, target))
        yield share_figure(INDEX, column, (Decimal(0), index), within=bound)


def _edges(cuts: Sample, least: Any, greatest: Any) -> tuple[Any, ...]:
    """The quantiles' edges, and one just outside of the source's values at either end."""
    if least is None:
        return ()
    around = [_beside(least, -1), *edges_between(cuts), _beside(greatest, 1)]
    return tuple(sorted(each for each in around if math.isfinite(each)))


def _beside(number: Any, direction: int) -> Any:
    """A number so little beyond that no other of its kind lies between; of a double, so little that REAL keeps it."""
    if isinstance(number, float):
        return number + direction * max(abs(number) * 1e-6, 1e-30)
    exact = Decimal(number)
    exponent = exact.as_tuple().exponent
    digits = exponent if isinstance(exponent, int) else 0
    return exact + direction * Decimal(5).scaleb(min(digits, 0) - 1)


def _of_nothing(column: str, source: int, target: int) -> Figure:
    """One side, or both, has no value: there is no share of it."""
    shares = share(source, source), share(target, target)
    return share_figure("share of values", column, shares, within=Decimal(0))


# ------------------------------------------------------------ names, and months of dates


async def _names(tables: Pair, columns: Sequence[str], params: Distribution) -> list[Figure]:
    if not columns:
        return []
    where = params.where
    rows = await tables.both(count_rows(where=where))
    nulls = await tables.both(*(count_nulls(c, where=where) for c in columns))
    tops = await tables.both(*(top_values(c, params.top, where=where) for c in columns))
    told = [
        sorted({row["value"] for side in sides for row in side.rows}, key=_in_order)
        for sides in zip(tops.source, tops.target, strict=True)
    ]
    counts = await tables.both(
        *(
            top_values(c, len(values) or 1, where=where, among=values)
            for c, values in zip(columns, told, strict=True)
        )
    )
    figures: list[Figure] = []
    for place, column in enumerate(columns):
        source, target = (
            _categories(found[place], nulls=empty[place].value, rows=in_all[0].value)
            for found, empty, in_all in (
                (counts.source, nulls.source, rows.source),
                (counts.target, nulls.target, rows.target),
            )
        )
        figures += _of_categories(column, source, target, params)
    return figures


def _categories(found: Sample, *, nulls: int, rows: int) -> Categories:
    told = {row["value"]: int(row["times"]) for row in found.rows}
    return told | {REST: rows - nulls - sum(told.values()), None: nulls}


async def _dates(tables: Pair, columns: Sequence[str], params: Distribution) -> list[Figure]:
    if not columns:
        return []
    months = [PeriodOf(column, PeriodUnit.MONTH) for column in columns]
    counts = await tables.both(*(count_rows(by=[month], where=params.where) for month in months))
    figures: list[Figure] = []
    for column, *sides in zip(columns, counts.source, counts.target, strict=True):
        source, target = ({v: n for (v,), n in side.by_group.items()} for side in sides)
        figures += _of_categories(column, source, target, params)
    return figures


def _of_categories(
    column: str, source: Categories, target: Categories, params: Distribution
) -> Iterator[Figure]:
    n, m = sum(source.values()), sum(target.values())
    if not n or not m:
        yield _of_nothing(column, n, m)
        return
    within = params.max_distance
    apart = Decimal(0), divergence(source, target)
    yield share_figure("Jensen-Shannon divergence", column, apart, within=within)
    for value in sorted(source.keys() | target.keys(), key=_in_order):
        here, there = source.get(value, 0), target.get(value, 0)
        if here or there:
            name, key = ("share of the rest", ()) if value == REST else ("share", (value,))
            shares = share(here, n), share(there, m)
            yield share_figure(name, column, shares, key=key, within=within)


def _in_order(value: Any) -> Any:
    return ordered([value])
