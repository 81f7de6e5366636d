"""A table as series: what each period of a calendar comes to, on both sides.

A period's *level* is the number of its rows, the sum of a column, or its mean. It is kept as a total over a weight, for
totals and weights of several periods can be added up, and levels cannot: the mean of a window is no mean of means.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ombudsman.measures.questions import (
    Aggregate,
    PeriodOf,
    Term,
    count_nulls,
    count_rows,
    sum_of,
)
from ombudsman.measures.values import Values
from ombudsman.model.errors import Unsupported
from ombudsman.model.tables import Side
from ombudsman.sql.expressions import PeriodUnit
from ombudsman.validators.calendar import moment_of, number_of, start_of
from ombudsman.validators.pair import Pair

Series = tuple[Any, ...]
"""The values that tell one series from another; the whole table is the series `()`."""


class Calendar(StrEnum):
    """Into which periods time is cut. On business days, what falls on a weekend counts on the Monday after."""

    HOUR = "hour"
    DAY = "day"
    BUSINESS_DAY = "business_day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def unit(self) -> PeriodUnit:
        """By what the database groups."""
        return PeriodUnit.DAY if self is Calendar.BUSINESS_DAY else PeriodUnit(self.value)

    def number(self, moment: dt.datetime) -> int:
        """The number of the period in which the moment falls; neighbours have neighbouring numbers."""
        number = number_of(moment, self.unit)
        if self is not Calendar.BUSINESS_DAY:
            return number
        week, day = divmod(number - 1, 7)  # day 1 is a Monday
        return week * 5 + min(day, 5)

    def start(self, number: int) -> dt.date:
        """The first moment of the period of this number, as people write it: an hour, or a date."""
        if self is Calendar.BUSINESS_DAY:
            week, day = divmod(number, 5)
            number = week * 7 + day + 1
        moment = start_of(number, self.unit)
        return moment if self is Calendar.HOUR else moment.date()


class LevelOf(StrEnum):
    """How a period's level is made of its values."""

    SUM = "sum"
    MEAN = "mean"


@dataclass(frozen=True)
class Portion:
    """What a period, or several, come to. `doubt` is how far off the total may be, by its floating-point summands."""

    total: Decimal
    weight: int
    doubt: Decimal = Decimal(0)

    def __add__(self, other: "Portion") -> "Portion":
        return Portion(
            self.total + other.total, self.weight + other.weight, self.doubt + other.doubt
        )

    @property
    def level(self) -> Decimal:
        """To 28 digits; NaN where a value is not finite."""
        return self.total / self.weight

    @property
    def doubt_of_level(self) -> Decimal:
        return self.doubt / self.weight


Periods = Mapping[int, Portion]
"""The periods of a series that have values, by number."""


@dataclass(frozen=True)
class Cut:
    """How a table is cut into series and periods, and what their levels are; no `column`: the number of rows."""

    date_column: str
    calendar: Calendar
    column: str | None
    level: LevelOf
    by: tuple[str, ...]
    where: str | None

    async def of(self, tables: Pair) -> tuple[dict[Series, Periods], dict[Series, Periods]]:
        """The series of the source and of the target.

        Raises:
            Unsupported: the date column holds no dates.
        """
        check_dates(tables, self.date_column)
        levels = await tables.both(*self._measures())
        bits = {answer[0].significant_bits for answer in (levels.source, levels.target)}
        sides = (
            self._series(answers, is_grained=len(bits) > 1)
            for answers in (levels.source, levels.target)
        )
        source, target = sides
        return source, target

    def _measures(self) -> list[Aggregate]:
        by: tuple[Term, ...] = (*self.by, PeriodOf(self.date_column, self.calendar.unit))
        if self.column is None:
            return [count_rows(by=by, where=self.where)]
        total = sum_of(self.column, by=by, where=self.where)
        if self.level is LevelOf.SUM:
            return [total]
        nulls = count_nulls(self.column, by=by, where=self.where)
        return [total, count_rows(by=by, where=self.where), nulls]

    def _series(self, answers: Sequence[Values], *, is_grained: bool) -> dict[Series, Periods]:
        totals, *counts = answers
        rows, nulls = (each.by_group for each in counts) if counts else ({}, {})
        noise, grain = totals.noise, totals.grain if is_grained else {}
        found: dict[Series, dict[int, Portion]] = {}
        for group, total in totals.by_group.items():
            *series, period = group
            if total is None or period is None:
                continue
            weight = rows[group] - nulls[group] if counts else 1
            doubt = noise.get(group, Decimal(0)) + grain.get(group, Decimal(0))
            portion = Portion(_finite(total), weight, doubt)
            number = self.calendar.number(moment_of(period, self.date_column))
            periods = found.setdefault(tuple(series), {})
            periods[number] = periods[number] + portion if number in periods else portion
        if counts:
            return dict(found)
        return {
            series: {number: replace(portion, weight=1) for number, portion in periods.items()}
            for series, periods in found.items()
        }


def _finite(number: Any) -> Decimal:
    exact = Decimal(number)
    return exact if exact.is_finite() else Decimal("NaN")


def added_up(periods: Periods, numbers: Iterable[int]) -> Portion | None:
    """What those of the periods come to that are there; None where none is."""
    whole: Portion | None = None
    for number in numbers:
        portion = periods.get(number)
        if portion is not None:
            whole = portion if whole is None else whole + portion
    return whole


def change(now: Portion | None, before: Portion | None) -> tuple[Decimal | None, Decimal]:
    """How much the level went up (0.5: by half) or down, as a share of the one before; and how far off that may be.

    None where one of them is not there, or the level before is zero.
    """
    if now is None or before is None or before.level == 0:
        return None, Decimal(0)
    base = abs(before.level)
    share = (now.level - before.level) / base
    doubt = (now.doubt_of_level + abs(now.level / base) * before.doubt_of_level) / base
    return share, doubt if doubt.is_finite() else Decimal(0)


def check_dates(tables: Pair, column: str) -> None:
    """Both sides hold dates in the column.

    Raises:
        Unsupported: one of them does not.
    """
    for side, data_type in zip(Side, tables.types(column), strict=True):
        if data_type.kind not in {"date", "timestamp", "text"}:  # SQLite keeps dates in texts
            raise Unsupported(
                f"column {column!r} of {tables.mapping.source} holds no dates: its type in the {side} is "
                f"{data_type.kind}",
                hint="name a column of dates or timestamps in params.date_column",
            )
