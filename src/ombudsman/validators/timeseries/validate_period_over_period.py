"""Does each period grow or shrink as it did?

Looks at the change from one period of the calendar to the next on both sides: of the number of rows, or of the sum or
mean of a column, as a share of the period before (0.5: half as much again; -0.5: half of it), over the whole table or
series by series. With more periods back, of the same month a year ago. Where there is no period before, or it comes to
zero, there is no change; that only one side has one is a difference. On business days, what falls on a weekend counts
on the Monday after.

Changes of floating-point numbers are allowed their rounding noise.

Equal changes do not prove equal amounts: where every period is off by the same share, no change is.
`validate_metric_sums` by period asks that.
"""

from collections.abc import Iterator, Mapping

from pydantic import Field, ValidationInfo, field_validator

from ombudsman.model.base import Params
from ombudsman.model.result import Figure, Kind, Result
from ombudsman.model.tolerance import Tolerance
from ombudsman.validators.contradictions import level_of_something, named_apart
from ombudsman.validators.kit import ColumnName, ConditionText, Pair, ordered, validator
from ombudsman.validators.series import Calendar, Cut, LevelOf, Periods, Series, change


class PeriodOverPeriod(Params):
    """The calendar, what is looked at in each period, and how far apart two changes may lie."""

    date_column: ColumnName = Field(
        title="Date column", description="The column that holds the date.", examples=["OrderDate"]
    )
    period: Calendar = Field(
        default=Calendar.MONTH,
        title="Period",
        description="hour, day, business_day, week (from Monday), month, quarter or year.",
    )
    column: ColumnName | None = Field(
        default=None,
        title="Amount",
        description="The number column that changes. None: the number of rows.",
        examples=["SalesAmount"],
    )
    level: LevelOf = Field(
        default=LevelOf.SUM,
        title="Level",
        description="sum or mean of the amounts of a period.",
    )
    periods_back: int = Field(
        default=1,
        ge=1,
        le=10_000,
        title="Periods back",
        description="With which period each is compared: 1 is the one before, 12 months back is last year's.",
        examples=[12],
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
        description="How far apart two changes may lie: absolute 0.01 is one percentage point.",
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


@validator
async def validate_period_over_period(tables: Pair, params: PeriodOverPeriod) -> Result:
    cut = Cut(
        date_column=params.date_column,
        calendar=params.period,
        column=params.column,
        level=params.level,
        by=tuple(params.by),
        where=params.where,
    )
    source, target = await cut.of(tables)
    figures = [
        figure
        for series in sorted(source.keys() | target.keys(), key=ordered)
        for figure in _changes(series, source.get(series, {}), target.get(series, {}), params)
    ]
    told = f"no period has one {params.periods_back} before it: no change was compared"
    return Result(
        figures=figures,
        findings=[f.finding(Kind.RATIO_DIFFERS) for f in figures if not f.agrees],
        notes=[] if figures else [told],
    )


def _changes(
    series: Series, source: Periods, target: Periods, params: PeriodOverPeriod
) -> Iterator[Figure]:
    """The changes of a series, one for each period that has one before it on either side."""
    back = params.periods_back
    allowed = params.tolerance.of([params.column] if params.column else [])
    there: Mapping[int, object] = {**source, **target}
    for number in sorted(there):
        if number - back not in there:
            continue
        old, doubt_of_old = change(source.get(number), source.get(number - back))
        new, doubt_of_new = change(target.get(number), target.get(number - back))
        yield Figure(
            name="change",
            column=params.column,
            key=(*series, params.period.start(number)),
            source=old,
            target=new,
            tolerance=allowed.at_least(max(doubt_of_old, doubt_of_new)),
        )
