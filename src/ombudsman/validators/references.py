"""References: rows of one table that name a row of another.

The searches for those that meet none, or none that was valid at their date; for every validator that follows them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, or_, select

from ombudsman.measures.relation import Relation
from ombudsman.model.errors import ParamsInvalid
from ombudsman.model.tables import TableRef
from ombudsman.sql.expressions import PeriodUnit, count_of, period_start
from ombudsman.validators.pair import Pair


@dataclass(frozen=True)
class Orphans:
    """The keys that meet no row of the referred table, and how many rows have them."""

    columns: tuple[str, ...]
    referred: tuple[str, ...]

    def __call__(self, child: Relation, parent: Relation) -> Select[Any]:
        key = [child.spelt(name) for name in self.columns]
        referred = parent.from_clause.alias("referred")
        pairs = zip(self.columns, self.referred, strict=True)
        meets = and_(
            *(same(child, here, parent, there, referred.c[there]) for here, there in pairs)
        )
        met = select(1).select_from(referred).where(meets).correlate(child.from_clause).exists()
        return (
            select(
                *(part.label(f"key_{i}") for i, part in enumerate(key)), count_of().label("times")
            )
            .select_from(child.from_clause)
            .where(and_(*(part.is_not(None) for part in key)), ~met)
            .group_by(*key)
        )

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(f"key_{i}" for i in range(len(self.columns)))


class Intervals(StrEnum):
    """`half_open`: a version ends when the next begins; `closed_days`: it ends on the day before."""

    HALF_OPEN = "half_open"
    CLOSED_DAYS = "closed_days"


@dataclass(frozen=True)
class OutOfVersion:
    """Keys and dates of rows whose member is there, but has no version valid at the date; and how many they are.

    A begin or end that is NULL is open. Keys that stand for no known member (`unknown`) need no version.
    """

    columns: tuple[str, ...]
    referred: tuple[str, ...]
    date: str
    valid_from: str
    valid_to: str
    intervals: Intervals
    unknown: tuple[int | str, ...]

    def __call__(self, child: Relation, parent: Relation) -> Select[Any]:
        key, date = [child.spelt(name) for name in self.columns], child.column(self.date)
        version = parent.from_clause.alias("version")
        pairs = zip(self.columns, self.referred, strict=True)
        meets = and_(*(same(child, here, parent, there, version.c[there]) for here, there in pairs))
        versions = select(1).select_from(version).correlate(child.from_clause)
        return (
            select(
                *(part.label(f"key_{i}") for i, part in enumerate(key)),
                date.label("date"),
                count_of().label("times"),
            )
            .select_from(child.from_clause)
            .where(
                date.is_not(None),
                ~is_unknown(child, self.columns, self.unknown),
                versions.where(meets).exists(),
                ~versions.where(meets, self._is_valid(version, date)).exists(),
            )
            .group_by(*key, date)
        )

    def _is_valid(self, version: FromClause, date: ColumnElement[Any]) -> ColumnElement[bool]:
        begin, end = version.c[self.valid_from], version.c[self.valid_to]
        ends_later = date < end
        if self.intervals is Intervals.CLOSED_DAYS:
            ends_later = period_start(date, PeriodUnit.DAY) <= end
        return and_(or_(begin.is_(None), begin <= date), or_(end.is_(None), ends_later))

    @property
    def labels(self) -> tuple[str, ...]:
        return (*(f"key_{i}" for i in range(len(self.columns))), "date")


def same(
    child: Relation, here: str, parent: Relation, there: str, referred: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Whether a column holds what the referred one holds; what is forgiven in either of them makes no difference."""
    value: ColumnElement[Any] = child.c[here]
    if child.forgives(here) == parent.forgives(there):
        return value == referred
    own_type, referred_type = child.data_type(here), parent.data_type(there)
    return parent.as_read(there, value, own_type) == child.as_read(here, referred, referred_type)


def is_unknown(
    table: Relation, columns: Sequence[str], values: Sequence[int | str]
) -> ColumnElement[bool]:
    """Whether a key stands for no known member: a part of it is NULL, or one of the values."""
    key = {name: table.column(name) for name in columns}
    named = (
        part.in_([table.constant(name, value) for value in values]) for name, part in key.items()
    )
    return or_(*(part.is_(None) for part in key.values()), *(named if values else ()))


def referred_columns(
    tables: Pair, columns: Sequence[str], table: TableRef, named: Sequence[str] = ()
) -> tuple[str, ...]:
    """The columns that a reference meets: those that were named, or the referred table's key.

    Raises:
        ParamsInvalid: they are not as many as the columns that refer to them.
        ObjectNotFound: one of them, or the table, is not there.
    """
    parent = tables.related(table)
    referred = tuple(named) or parent.mapping.key
    if len(referred) != len(columns):
        raise ParamsInvalid(
            f"{', '.join(columns)}: {len(columns)} columns refer to {len(referred)} of {table}",
            hint="name as many referred_columns as columns, or give that table's mapping a key",
            lacks="key",
        )
    for name in referred:
        parent.described(name)
    return referred
