"""Is every period there only once?

Looks on both sides for periods (hours, days, weeks, months ...) that have more than one row, over the whole table or
series by series: the reading of a meter that was loaded twice, the store that has two levels of stock for one day. With
no period, the very moment is meant. Periods that have as many rows in the source are inherited, and by default only
noted. A row without a date is in no period.

That no period is there twice does not prove that none is missing, `validate_ts_continuity` asks that; nor which of two
rows is the right one.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import Field, ValidationInfo, field_validator
from sqlalchemy import Select, select

from ombudsman.model.base import Params
from ombudsman.model.result import Figure, Finding, Kind, Result
from ombudsman.model.tables import Side
from ombudsman.model.values import comparable
from ombudsman.validators.calendar import moment_of
from ombudsman.validators.contradictions import named_apart
from ombudsman.validators.kit import (
    SEARCH_LIMIT,
    Both,
    ColumnName,
    ConditionText,
    Cost,
    Inherited,
    Pair,
    PeriodUnit,
    Relation,
    Sample,
    count_of,
    judge_offenders,
    period_start,
    rows,
    validator,
)
from ombudsman.validators.series import check_dates


class TsDuplicates(Params):
    """The calendar, and the series that should have one row a period."""

    date_column: ColumnName = Field(
        title="Date column", description="The column that holds the date.", examples=["ReadingTime"]
    )
    period: PeriodUnit | None = Field(
        default=PeriodUnit.DAY,
        title="Period",
        description="hour, day, week (from Monday), month, quarter or year. None: the very moment.",
    )
    by: list[ColumnName] = Field(
        default=[],
        title="Series",
        description="The columns that tell one series from another. None: the table is one series.",
        examples=[["StoreKey", "ProductKey"]],
    )
    where: ConditionText | None = Field(
        default=None,
        title="Only rows where",
        description="A condition in the source's names; each side reads it in its own dialect.",
        examples=["IsDeleted = 0"],
    )
    inherited: Inherited = Field(
        default=Inherited.TOLERATE,
        title="Duplicates that the source has alike",
        description="tolerate: note them; report: find them like the others.",
    )

    @field_validator("by")
    @classmethod
    def _beside_the_date(cls, value: list[str], info: ValidationInfo) -> list[str]:
        return named_apart(value, info, "date_column")


@dataclass(frozen=True)
class Crowded:
    """The periods of a series that have more than one row, and how many they have."""

    date_column: str
    period: PeriodUnit | None
    by: tuple[str, ...]
    where: str | None

    def __call__(self, table: Relation) -> Select[Any]:
        series = [table.spelt(name) for name in self.by]
        moment = table.column(self.date_column)
        period = moment if self.period is None else period_start(moment, self.period)
        found = (
            select(
                *(each.label(label) for each, label in zip(series, self.series, strict=True)),
                period.label("period"),
                count_of().label("times"),
            )
            .select_from(table.from_clause)
            .where(moment.is_not(None))
            .group_by(*series, period)
            .having(count_of() > 1)
        )
        return found.where(table.condition(self.where)) if self.where else found

    @property
    def series(self) -> tuple[str, ...]:
        return tuple(f"series_{i}" for i in range(len(self.by)))

    @property
    def labels(self) -> tuple[str, ...]:
        """What names a period of a series."""
        return (*self.series, "period")

    def dated(self, sample: Sample) -> Sample:
        """The rows with their periods as dates and hours of one kind, whatever the engine writes."""
        made = tuple(dict(row) | {"period": self._told(row["period"])} for row in sample.rows)
        return replace(sample, rows=made)

    def _told(self, value: Any) -> dt.date:
        moment = moment_of(value, self.date_column)
        return moment if self.period in {None, PeriodUnit.HOUR} else moment.date()

    def named(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(comparable(row[label]) for label in self.labels)


@validator(cost=Cost.SEARCH)
async def validate_ts_duplicates(tables: Pair, params: TsDuplicates) -> Result:
    check_dates(tables, params.date_column)
    search = Crowded(params.date_column, params.period, tuple(params.by), params.where)
    columns = (*params.by, params.date_column)
    found = await tables.both(
        rows(search, order=search.labels, limit=SEARCH_LIMIT, columns=columns)
    )
    (source,), (target,) = found.source, found.target
    source, target = search.dated(source), search.dated(target)
    judged = judge_offenders(
        Both(found.measures, (source,), (target,)),
        identity=(*search.labels, "times"),
        what="duplicated periods",
        inherited=params.inherited,
    )
    known = {search.named(row): row["times"] for row in source.rows}
    others = "at most 1" if source.total <= SEARCH_LIMIT else "an unknown number of"
    return Result(
        figures=[
            Figure(
                name="duplicated periods",
                column=params.date_column,
                source=source.total,
                target=target.total,
            )
        ],
        findings=[
            Finding(
                kind=Kind.PERIOD_DUPLICATED,
                side=Side.TARGET,
                column=params.date_column,
                key=tuple(row[label] for label in search.labels),
                source=known.get(search.named(row), others),
                target=row["times"],
            )
            for row in judged.rows
        ],
        found={Kind.PERIOD_DUPLICATED: judged.total},
        notes=judged.notes,
    )
