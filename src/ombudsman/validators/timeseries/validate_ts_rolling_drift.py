"""Does the series still run at its level?

Moves a window over the periods of the calendar on both sides, over the whole table or series by series, and asks two
things of each period. Does the mean over the window lie where the source's does? A small loss that goes on is seen in
it, a tolerated one that evens out is not. And where does the level jump: how far does it lie from the mean of the
window before it, as a share of that mean? Jumps that the source makes alike are inherited, and by default only noted.

The level of a period is the number of its rows, or the sum or mean of a column; a window's mean of means is made of
their sums and counts. Neighbouring periods that drift, or jump, are one finding, told by the first of them. On business
days, what falls on a weekend counts on the Monday after.

That a series runs at its level does not prove its values: errors that even out within a period are not seen.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from pydantic import Field, ValidationInfo, field_validator

from ombudsman.model.base import Params
from ombudsman.model.result import Figure, Finding, Kind, Result
from ombudsman.model.tables import Side
from ombudsman.model.tolerance import EXACT, Tolerance
from ombudsman.validators.contradictions import level_of_something, named_apart
from ombudsman.validators.kit import (
    ColumnName,
    ConditionText,
    Inherited,
    Pair,
    ordered,
    validator,
)
from ombudsman.validators.series import (
    Calendar,
    Cut,
    LevelOf,
    Periods,
    Series,
    added_up,
    change,
)


class TsRollingDrift(Params):
    """The calendar, the window, and how much may be out of line."""

    date_column: ColumnName = Field(
        title="Date column", description="The column that holds the date.", examples=["OrderDate"]
    )
    period: Calendar = Field(
        default=Calendar.DAY,
        title="Period",
        description="hour, day, business_day, week (from Monday), month, quarter or year.",
    )
    window: int = Field(
        default=7,
        ge=2,
        le=400,
        title="Window",
        description="How many periods the window holds.",
        examples=[28],
    )
    column: ColumnName | None = Field(
        default=None,
        title="Amount",
        description="The number column whose level is watched. None: the number of rows.",
        examples=["SalesAmount"],
    )
    level: LevelOf = Field(
        default=LevelOf.SUM,
        title="Level",
        description="sum or mean of the amounts of a period.",
    )
    by: list[ColumnName] = Field(
        default=[],
        title="Series",
        description="The columns that tell one series from another. None: the table is one series.",
        examples=[["StoreKey"]],
    )
    where: ConditionText | None = Field(
        default=None,
        title="Only rows where",
        description="A condition in the source's names; each side reads it in its own dialect.",
        examples=["Channel = 'web'"],
    )
    tolerance: Tolerance = Field(
        default=Tolerance(),
        title="Tolerance",
        description="How far apart the two sides' means over a window may lie.",
    )
    jump: Decimal = Field(
        default=Decimal("0.5"),
        gt=0,
        title="Jump",
        description="A level farther than this share from the mean before it is a jump: 0.5 is by more than half.",
        examples=[0.2],
    )
    inherited: Inherited = Field(
        default=Inherited.TOLERATE,
        title="Jumps that the source makes alike",
        description="tolerate: note them; report: find them like the others.",
    )

    @field_validator("column", "by")
    @classmethod
    def _beside_the_date(
        cls, value: str | list[str] | None, info: ValidationInfo
    ) -> str | list[str] | None:
        return named_apart(value, info, "date_column")

    @field_validator("level")
    @classmethod
    def _of_a_column(cls, value: LevelOf, info: ValidationInfo) -> LevelOf:
        return level_of_something(value, info)


@dataclass(frozen=True)
class Jump:
    """A period in which a level jumps on one side at least; the sizes are shares of the mean before it."""

    series: Series
    number: int
    source: Decimal | None
    target: Decimal | None
    in_source: bool
    in_target: bool


@dataclass(frozen=True)
class Mean:
    """The means over the window that ends with this period."""

    series: Series
    number: int
    figure: Figure


M = TypeVar("M", Jump, Mean)


@validator
async def validate_ts_rolling_drift(tables: Pair, params: TsRollingDrift) -> Result:
    cut = Cut(
        date_column=params.date_column,
        calendar=params.period,
        column=params.column,
        level=params.level,
        by=tuple(params.by),
        where=params.where,
    )
    source, target = await cut.of(tables)
    means: list[Mean] = []
    jumps: list[Jump] = []
    for series in sorted(source.keys() | target.keys(), key=ordered):
        here, there = source.get(series, {}), target.get(series, {})
        means += _means(series, here, there, params)
        jumps += _jumps(series, here, there, params)
    is_reported = params.inherited is Inherited.REPORT
    new = [j for j in jumps if j.in_target and (is_reported or not j.in_source)]
    drifts = [mean for mean in means if not mean.figure.agrees]
    jumped = Figure(
        name="jumps",
        column=params.column,
        source=sum(jump.in_source for jump in jumps),
        target=sum(jump.in_target for jump in jumps),
    )
    return Result(
        figures=[*(mean.figure for mean in means), jumped],
        findings=[
            *(_drift_finding(run, params) for run in _runs(drifts)),
            *(_jump_finding(run, params) for run in _runs(new)),
        ],
        notes=list(_notes(source.values(), target.values(), jumps, params)),
    )


def _means(
    series: Series, source: Periods, target: Periods, params: TsRollingDrift
) -> Iterator[Mean]:
    allowed = params.tolerance.of([params.column] if params.column else [])
    for number in sorted({**source, **target}):
        window = range(number - params.window + 1, number + 1)
        old = added_up(source, window) if number in source else None
        new = added_up(target, window) if number in target else None
        doubt = max(each.doubt_of_level if each else Decimal(0) for each in (old, new))
        figure = Figure(
            name="rolling mean",
            column=params.column,
            key=(*series, params.period.start(number)),
            source=old.level if old else None,
            target=new.level if new else None,
            tolerance=allowed.at_least(doubt),
        )
        yield Mean(series, number, figure)


def _jumps(
    series: Series, source: Periods, target: Periods, params: TsRollingDrift
) -> Iterator[Jump]:
    firsts = [min(periods, default=0) for periods in (source, target)]
    for number in sorted({**source, **target}):
        window = range(number - params.window, number)
        (old, doubt_of_old), (new, doubt_of_new) = (
            _size(periods, number, window if first <= window.start else range(0))
            for periods, first in zip((source, target), firsts, strict=True)
        )
        in_source, in_target = _is_jump(old, params), _is_jump(new, params)
        if in_source != in_target:
            # Two sides that differ by rounding noise alone are on the same side of the limit.
            is_alike = EXACT.at_least(max(doubt_of_old, doubt_of_new)).allows(old, new)
            in_source, in_target = in_source or is_alike, in_target or is_alike
        if in_source or in_target:
            yield Jump(series, number, old, new, in_source, in_target)


def _size(periods: Periods, number: int, window: range) -> tuple[Decimal | None, Decimal]:
    """How far the level lies from the mean of the window before it, as a share of that; None without a window."""
    return change(periods.get(number), added_up(periods, window))


def _is_jump(size: Decimal | None, params: TsRollingDrift) -> bool:
    return size is not None and size.is_finite() and abs(size) > params.jump


def _runs(found: Iterable[M]) -> Iterator[list[M]]:
    """The periods in order, those of neighbours of one series together."""
    run: list[M] = []
    for each in found:
        if run and (each.series, each.number) != (run[-1].series, run[-1].number + 1):
            yield run
            run = []
        run.append(each)
    if run:
        yield run


def _drift_finding(run: list[Mean], params: TsRollingDrift) -> Finding:
    told = f"mean of {params.window} periods ({params.period})"
    finding = run[0].figure.finding(Kind.DRIFT)
    return finding.model_copy(update={"detail": told + _until(run, params)})


def _jump_finding(run: list[Jump], params: TsRollingDrift) -> Finding:
    told = f"change against the mean of the {params.window} periods ({params.period}) before"
    return Finding(
        kind=Kind.DRIFT,
        side=Side.TARGET,
        column=params.column,
        key=(*run[0].series, params.period.start(run[0].number)),
        source=run[0].source,
        target=run[0].target,
        figure="jump",
        detail=told + _until(run, params),
    )


def _until(run: list[Mean] | list[Jump], params: TsRollingDrift) -> str:
    last = params.period.start(run[-1].number)
    return f", and on until {last.isoformat()}" if len(run) > 1 else ""


def _notes(
    source: Iterable[Periods],
    target: Iterable[Periods],
    jumps: list[Jump],
    params: TsRollingDrift,
) -> Iterator[str]:
    if all(max(each) - min(each) < params.window for each in (*source, *target)):
        yield f"no series has {params.window} periods before its last: jumps were not looked for"
    alike = [jump for jump in jumps if jump.in_source and jump.in_target]
    lost = [jump for jump in jumps if jump.in_source and not jump.in_target]
    if alike and params.inherited is Inherited.TOLERATE:
        told = "jumps are in the source alike: inherited, not made by the migration"
        yield f"{len(list(_runs(alike))):,} {told}"
    if lost:
        yield f"{len(list(_runs(lost))):,} jumps of the source are not in the target"
