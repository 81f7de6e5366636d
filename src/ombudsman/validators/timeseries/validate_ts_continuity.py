"""Is every period there?

Looks on both sides for periods (hours, days, weeks, months ...) without rows between the first and the last one, over
the whole table or series by series. A period that the source lacks too is inherited, and by default only noted. A
target series that begins later or ends earlier than the source's lacks the periods in between; one that is not there at
all lacks all of them.

That a period is there does not prove that it is whole: `validate_record_counts` by period asks that.
"""

import datetime as dt
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from pydantic import Field, ValidationInfo, field_validator
from sqlalchemy import Select, func, select

from ombudsman.model.base import Params
from ombudsman.model.errors import Unsupported
from ombudsman.model.result import SAMPLE_LIMIT, Finding, Kind, Result
from ombudsman.model.tables import Side
from ombudsman.model.values import comparable
from ombudsman.validators.calendar import (
    Ranges,
    joined,
    moment_of,
    number_of,
    size,
    start_of,
    without,
)
from ombudsman.validators.contradictions import named_apart
from ombudsman.validators.kit import (
    SEARCH_LIMIT,
    ColumnName,
    ConditionText,
    Cost,
    Inherited,
    Pair,
    PeriodUnit,
    Relation,
    Sample,
    Values,
    max_of,
    min_of,
    ordered,
    period_start,
    rows,
    shifted,
    validator,
)
from ombudsman.validators.series import check_dates

Series = tuple[Any, ...]


class TsContinuity(Params):
    """The calendar, and the series that should be without gaps."""

    date_column: ColumnName = Field(
        title="Date column", description="The column that holds the date.", examples=["OrderDate"]
    )
    period: PeriodUnit = Field(
        default=PeriodUnit.DAY,
        title="Period",
        description="hour, day, week (from Monday), month, quarter or year.",
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
        examples=["Quantity > 0"],
    )
    inherited: Inherited = Field(
        default=Inherited.TOLERATE,
        title="Gaps that the source has alike",
        description="tolerate: note them; report: find them like the others.",
    )

    @field_validator("by")
    @classmethod
    def _beside_the_date(cls, value: list[str], info: ValidationInfo) -> list[str]:
        return named_apart(value, info, "date_column")


@dataclass(frozen=True)
class Gaps:
    """The periods after which the next one is missing, with the next one that is there."""

    date_column: str
    period: PeriodUnit
    by: tuple[str, ...]
    where: str | None

    def __call__(self, table: Relation) -> Select[Any]:
        series = [table.column(name).label(f"series_{i}") for i, name in enumerate(self.by)]
        start = period_start(table.column(self.date_column), self.period).label("period")
        there = (
            select(*series, start)
            .select_from(table.from_clause)
            .where(table.column(self.date_column).is_not(None))
            .distinct()
        )
        if self.where:
            there = there.where(table.condition(self.where))
        periods = there.subquery("periods")
        names = [periods.c[label] for label in self.labels]
        following = func.lead(periods.c.period).over(
            partition_by=names or None, order_by=[periods.c.period]
        )
        steps = select(*periods.c, following.label("next_period")).subquery("steps")
        before = shifted(steps.c.next_period, -1, self.period)
        return select(*steps.c).where(before > steps.c.period)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(f"series_{i}" for i in range(len(self.by)))


@dataclass
class Span:
    """A series of one side: the numbers of its periods from `first` up to, and without, `end`; and its gaps."""

    first: int
    end: int
    gaps: Ranges = field(default_factory=list)

    @property
    def there(self) -> Ranges:
        """The periods that have rows."""
        return list(without([range(self.first, self.end)], self.gaps))


@validator(cost=Cost.SEARCH)
async def validate_ts_continuity(tables: Pair, params: TsContinuity) -> Result:
    check_dates(tables, params.date_column)
    gaps = Gaps(params.date_column, params.period, tuple(params.by), params.where)
    ends = await tables.both(
        min_of(params.date_column, by=params.by, where=params.where),
        max_of(params.date_column, by=params.by, where=params.where),
    )
    there = await tables.both(
        rows(gaps, order=(*gaps.labels, "period"), limit=SEARCH_LIMIT, columns=params.by)
    )
    source = _spans(ends.source, there.source[0], gaps)
    target = _spans(ends.target, there.target[0], gaps)
    missing, inherited = 0, 0
    findings: list[Finding] = []
    for series in sorted(source.keys() | target.keys(), key=ordered):
        lost, alike = _lacking(source.get(series), target.get(series))
        if params.inherited is Inherited.REPORT:
            lost, alike = joined(lost, alike), []
        missing += size(lost)
        inherited += size(alike)
        sample = islice(chain.from_iterable(lost), SAMPLE_LIMIT - len(findings))
        findings += [_finding(series, start_of(number, params.period), params) for number in sample]
    judged = ends.judged()
    what = f"missing periods ({params.period}) are in the source alike: inherited, not made by the migration"
    return Result(
        figures=judged.figures,
        figures_total=judged.total,
        findings=findings,
        found={Kind.PERIOD_MISSING: missing},
        notes=[f"{inherited:,} {what}"] if inherited else [],
    )


def _finding(series: Series, moment: dt.datetime, params: TsContinuity) -> Finding:
    told = moment if params.period is PeriodUnit.HOUR else moment.date()
    return Finding(
        kind=Kind.PERIOD_MISSING, side=Side.TARGET, column=params.date_column, key=(*series, told)
    )


def _lacking(source: Span | None, target: Span | None) -> tuple[Ranges, Ranges]:
    """The periods that the target's series lacks: those that the source's has, and those that both lack.

    Periods between two spans that do not meet are nobody's.
    """
    here, there = (span.there if span else [] for span in (source, target))
    both_lack = joined(
        list(without(target.gaps, here)) if target else [],
        list(without(source.gaps, there)) if source else [],
    )
    return list(without(here, there)), both_lack


def _spans(ends: tuple[Values, ...], gaps: Sample, search: Gaps) -> dict[Series, Span]:
    if gaps.total > SEARCH_LIMIT:
        raise Unsupported(
            f"{gaps.total:,} gaps: more than {SEARCH_LIMIT:,}",
            hint="choose a longer period, or leave out the series that are sparse by nature",
        )

    def number(value: Any) -> int:
        return number_of(moment_of(value, search.date_column), search.period)

    first, last = (values.by_group for values in ends)
    spans = {
        series: Span(number(value), number(last[series]) + 1)
        for series, value in first.items()
        if value is not None
    }
    for row in gaps.rows:
        series = tuple(comparable(row[label]) for label in search.labels)
        spans[series].gaps.append(range(number(row["period"]) + 1, number(row["next_period"])))
    return spans
