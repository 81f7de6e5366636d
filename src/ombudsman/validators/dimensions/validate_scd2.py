"""Is the history of every member whole?

A dimension with history (SCD type 2) has one row per version of a member, each with the interval in which it was valid.
Looks on both sides for versions that overlap, leave a gap, or end before they begin; for members without a current
version or with several; and for versions whose flag and end contradict each other. What the source has alike is
inherited, and by default only noted. The numbers of versions, members and current versions are compared as figures.

Intervals are half-open (a version ends at the moment when the next begins), or closed by days (it ends the day before).
An open end is NULL, or the far date that you name.

A whole history does not prove a true one: whether the attributes of each version are the source's is not asked.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field, ValidationInfo, field_validator
from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, select

from ombudsman.model.base import Params
from ombudsman.model.errors import ParamsInvalid
from ombudsman.model.result import Finding, Kind, Result
from ombudsman.model.tables import Side
from ombudsman.validators.contradictions import named_apart, needing
from ombudsman.validators.kit import (
    SEARCH_LIMIT,
    ColumnName,
    Cost,
    Inherited,
    Intervals,
    Pair,
    PeriodUnit,
    Relation,
    RowsOf,
    count_distinct,
    count_of,
    count_rows,
    count_when,
    judge_offenders,
    nulls_last,
    rows,
    shifted,
    validator,
)


class Scd2(Params):
    """The columns that make the history."""

    business_key: list[ColumnName] = Field(
        min_length=1,
        title="Business key",
        description="The columns that name a member through all its versions.",
        examples=[["ProductCode"]],
    )
    valid_from: ColumnName = Field(
        title="Valid from", description="When a version begins.", examples=["ValidFrom"]
    )
    valid_to: ColumnName = Field(
        title="Valid to", description="When it ends.", examples=["ValidTo"]
    )
    current_flag: ColumnName | None = Field(
        default=None,
        title="Current flag",
        description="The column that marks the current version. None: it is the one with an open end.",
        examples=["IsCurrent"],
    )
    current_value: bool | int | str = Field(
        default=True,
        title="Current is",
        description="The flag's value on a current version; true is 1 in a number column.",
        examples=["Y"],
    )
    intervals: Intervals = Field(
        default=Intervals.HALF_OPEN,
        title="Intervals",
        description="half_open: a version ends when the next begins; closed_days: on the day before.",
    )
    open_end: dt.date | None = Field(
        default=None,
        title="Open end",
        description="The far date that stands for an open end. None: only NULL does.",
        examples=["9999-12-31"],
    )
    may_end: bool = Field(
        default=False,
        title="Members may end",
        description="A member without a current version is not reported.",
    )
    inherited: Inherited = Field(
        default=Inherited.TOLERATE,
        title="Defects that the source has alike",
        description="tolerate: note them; report: find them like the others.",
    )

    @field_validator("valid_from", "valid_to", "current_flag")
    @classmethod
    def _each_its_own_column(cls, value: str | None, info: ValidationInfo) -> str | None:
        return named_apart(value, info, "business_key", "valid_from", "valid_to")

    @field_validator("current_value")
    @classmethod
    def _of_a_flag(cls, value: Any, info: ValidationInfo) -> Any:
        return needing(value, info, "current_flag")


@dataclass(frozen=True)
class History:
    """The table as versions: its business key, begin, end (NULL where open), and whether a version is current."""

    business_key: tuple[str, ...]
    valid_from: str
    valid_to: str
    current_flag: str | None
    current_value: bool | int | str
    open_end: dt.date | None

    def key(self, table: Relation) -> list[ColumnElement[Any]]:
        return [table.spelt(name) for name in self.business_key]

    def end(self, table: Relation) -> ColumnElement[Any]:
        end = table.column(self.valid_to)
        if self.open_end is None:
            return end
        return case((end >= literal(self.open_end), None), else_=end)

    def current(self, table: Relation) -> ColumnElement[bool]:
        if self.current_flag is None:
            return self.end(table).is_(None)
        flag, value = table.column(self.current_flag), self.current_value
        if table.data_type(self.current_flag).kind == "boolean":
            return and_(flag.is_not(None), flag if value else ~flag)
        plain = int(value) if isinstance(value, bool) else value
        return and_(flag.is_not(None), flag == table.constant(self.current_flag, plain))

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(f"key_{i}" for i in range(len(self.business_key)))

    @property
    def columns(self) -> tuple[str, ...]:
        flag = () if self.current_flag is None else (self.current_flag,)
        return (*self.business_key, self.valid_from, self.valid_to, *flag)


@dataclass(frozen=True)
class BrokenVersions:
    """Versions that do not fit to the next one, or not to themselves: those with a defect of one kind.

    A version has one defect at most, the first that applies: an inverted one is not told again as an overlap. Between a
    version and the next there is no gap where an earlier, longer version covers it.
    """

    history: History
    intervals: Intervals
    kind: Kind

    def __call__(self, table: Relation) -> Select[Any]:
        told = self._told(table)
        key = [told.c[label] for label in self.history.labels]
        order = [nulls_last(told.c.begins), nulls_last(told.c.ends)]
        in_order: dict[str, Any] = {"partition_by": key, "order_by": order}
        so_far: dict[str, Any] = in_order | {"rows": (None, 0)}
        is_open = case((told.c.ends.is_(None), 1))
        versions = select(
            *key,
            told.c.begins,
            told.c.ends,
            func.lead(told.c.begins).over(**in_order).label("next_begin"),
            func.max(told.c.ends).over(**so_far).label("covered"),
            count_of(is_open).over(**so_far).label("open_so_far"),
            told.c.contradicts,
        ).subquery("versions")
        v = versions.c
        due = self._due(v.next_begin)
        defect = case(
            (v.ends < v.begins, Kind.INTERVAL_INVERTED.value),
            (and_(v.next_begin.is_not(None), v.ends.is_(None)), Kind.INTERVAL_OVERLAP.value),
            (due < v.ends, Kind.INTERVAL_OVERLAP.value),
            (and_(due > v.covered, v.open_so_far == 0), Kind.INTERVAL_GAP.value),
            (v.contradicts == 1, Kind.CURRENT_CONTRADICTED.value),
        )
        return select(*versions.c).where(defect == self.kind.value)

    def _told(self, table: Relation) -> Subquery:
        """The table as versions, whatever says in it where they end."""
        key = self.history.key(table)
        return (
            select(
                *(part.label(f"key_{i}") for i, part in enumerate(key)),
                table.column(self.history.valid_from).label("begins"),
                self.history.end(table).label("ends"),
                self._contradicts(table).label("contradicts"),
            )
            .select_from(table.from_clause)
            .subquery("told")
        )

    def _due(self, begin: ColumnElement[Any]) -> ColumnElement[Any]:
        """When the version before the one that begins then should end."""
        is_closed = self.intervals is Intervals.CLOSED_DAYS
        return shifted(begin, -1, PeriodUnit.DAY) if is_closed else begin

    def _contradicts(self, table: Relation) -> ColumnElement[Any]:
        if self.history.current_flag is None:
            return literal(0)
        current, end = self.history.current(table), self.history.end(table)
        return case(
            (and_(current, end.is_not(None)), 1), (and_(~current, end.is_(None)), 1), else_=0
        )


@dataclass(frozen=True)
class WrongCurrent:
    """Members that have no current version, or several; and how many they have."""

    history: History
    kind: Kind

    def __call__(self, table: Relation) -> Select[Any]:
        key = self.history.key(table)
        current = count_when(self.history.current(table))
        wrong = current == 0 if self.kind is Kind.CURRENT_MISSING else current > 1
        return (
            select(
                *(part.label(f"key_{i}") for i, part in enumerate(key)), current.label("current")
            )
            .select_from(table.from_clause)
            .group_by(*key)
            .having(wrong)
        )


Search = BrokenVersions | WrongCurrent

WHAT = {
    Kind.INTERVAL_GAP: "gaps",
    Kind.INTERVAL_OVERLAP: "overlaps",
    Kind.INTERVAL_INVERTED: "inverted versions",
    Kind.CURRENT_CONTRADICTED: "versions whose flag and end disagree",
    Kind.CURRENT_MISSING: "members without a current version",
    Kind.CURRENT_NOT_UNIQUE: "members with several current versions",
}


@validator(cost=Cost.SEARCH)
async def validate_scd2(tables: Pair, params: Scd2) -> Result:
    history = _history(tables, params)
    counts = await tables.both(count_rows(), count_distinct(*history.business_key))
    versions, members = counts.figures()
    figures = [
        versions.model_copy(update={"name": "versions"}),
        members.model_copy(update={"name": "members"}),
    ]
    findings = [f.finding(Kind.ATTRIBUTE_HISTORY_DIFFERS) for f in figures if not f.agrees]
    found = {Kind.ATTRIBUTE_HISTORY_DIFFERS: len(findings)}
    notes: list[str] = []
    searches = _searches(history, params)
    there = await tables.both(*(_rows(search, history) for search in searches))
    for place, search in enumerate(searches):
        broken = isinstance(search, BrokenVersions)
        told = ("begins", "ends", "next_begin") if broken else ("current",)
        judged = judge_offenders(
            there.only(place),
            identity=(*history.labels, *told),
            what=WHAT[search.kind],
            inherited=params.inherited,
        )
        found[search.kind] = judged.total
        notes += judged.notes
        findings += [_finding(search.kind, row, history) for row in judged.rows]
    return Result(figures=figures, findings=findings, found=found, notes=notes)


def _history(tables: Pair, params: Scd2) -> History:
    if params.current_flag is not None:
        _check_flag(tables, params.current_flag, is_text=isinstance(params.current_value, str))
    return History(
        business_key=tuple(params.business_key),
        valid_from=params.valid_from,
        valid_to=params.valid_to,
        current_flag=params.current_flag,
        current_value=params.current_value,
        open_end=params.open_end,
    )


def _check_flag(tables: Pair, flag: str, *, is_text: bool) -> None:
    """A text is compared with a text and a number with a number; a boolean flag is, or is not."""
    for side, data_type in zip(Side, tables.types(flag), strict=True):
        if data_type.kind != "boolean" and (data_type.kind == "text") != is_text:
            raise ParamsInvalid(
                f"the current flag {flag!r} is of the type {data_type.kind} in the {side}: "
                f"what params.current_value says is none of its values",
                hint="say what it holds on a current version, such as 'Y' or 1; where source and target hold other "
                "values, give the column a transformation",
                side=side,
            )


def _searches(history: History, params: Scd2) -> list[Search]:
    kinds = [Kind.INTERVAL_GAP, Kind.INTERVAL_OVERLAP, Kind.INTERVAL_INVERTED]
    if history.current_flag is not None:
        kinds.append(Kind.CURRENT_CONTRADICTED)
    searches: list[Search] = [BrokenVersions(history, params.intervals, kind) for kind in kinds]
    if not params.may_end:
        searches.append(WrongCurrent(history, Kind.CURRENT_MISSING))
    return [*searches, WrongCurrent(history, Kind.CURRENT_NOT_UNIQUE)]


def _rows(search: Search, history: History) -> RowsOf:
    order = (*history.labels, "begins") if isinstance(search, BrokenVersions) else history.labels
    return rows(search, order=order, limit=SEARCH_LIMIT, columns=history.columns)


def _finding(kind: Kind, row: Mapping[str, Any], history: History) -> Finding:
    key = tuple(row[label] for label in history.labels)
    match kind:
        case Kind.INTERVAL_GAP | Kind.INTERVAL_OVERLAP:
            source, target = row["ends"], row["next_begin"]
        case Kind.INTERVAL_INVERTED | Kind.CURRENT_CONTRADICTED:
            source, target = row["begins"], row["ends"]
        case _:
            return Finding(kind=kind, side=Side.TARGET, key=key, figure=row["current"])
    return Finding(
        kind=kind, side=Side.TARGET, column=history.valid_to, key=key, source=source, target=target
    )
