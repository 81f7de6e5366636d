"""Which facts arrived late, or before the member that they speak of?

Compares, by calendar days, when a fact happened with when it was loaded: late is what was loaded more days after it
happened than are allowed, and what was loaded before it happened is out of order. Against a dimension with history it
looks for facts that happened before the first version of their member begins. What the source has alike (the same fact
with the same dates) is inherited, and by default only noted.

So a load date that the migration wrote anew, for want of the source's, is seen at once.

That no fact is late does not prove that all have arrived: `validate_record_counts` by day asks that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field, ValidationInfo, field_validator
from sqlalchemy import ColumnElement, Select, and_, func, select

from ombudsman.model.base import Params, ParamsPart
from ombudsman.model.errors import ParamsInvalid
from ombudsman.model.result import Figure, Finding, Kind, Result
from ombudsman.model.tables import Side, TableRef
from ombudsman.model.types import TEMPORAL
from ombudsman.validators.contradictions import named_apart, needing, paired_off
from ombudsman.validators.kit import (
    SEARCH_LIMIT,
    Both,
    ColumnName,
    Cost,
    Inherited,
    Pair,
    PeriodUnit,
    ReferredColumn,
    Relation,
    Sample,
    count_of,
    judge_offenders,
    period_start,
    referred_columns,
    rows,
    same,
    shifted,
    together,
    validator,
)


class MemberHistory(ParamsPart):
    """The dimension whose members may begin too late."""

    columns: list[ColumnName] = Field(
        min_length=1,
        title="Columns",
        description="The columns by which the fact names the member through all its versions.",
    )
    table: TableRef = Field(title="Dimension", description="The source table that is referred to.")
    referred_columns: list[ReferredColumn] = Field(
        default=[],
        title="Its columns",
        description="The member's business key there. None: that table's key.",
    )
    valid_from: ReferredColumn = Field(
        title="Valid from", description="When a version begins; NULL: since ever."
    )

    @field_validator("referred_columns")
    @classmethod
    def _pair_by_pair(cls, value: list[str], info: ValidationInfo) -> list[str]:
        return paired_off(value, info)


class LateArrivingFacts(Params):
    """The dates of a fact, and what they are set against."""

    event_date: ColumnName = Field(
        title="Event date", description="When the fact happened.", examples=["OrderDate"]
    )
    load_date: ColumnName | None = Field(
        default=None,
        title="Load date",
        description="When the fact arrived. None: it is not compared.",
        examples=["LoadedAt"],
    )
    days_allowed: int = Field(
        default=0,
        ge=0,
        le=36500,
        title="Days allowed",
        description="How many days may lie between the event and its load.",
        examples=[2],
    )
    dimension: MemberHistory | None = Field(
        default=None,
        title="Dimension",
        description="The history that the event date is set against. None: none.",
        examples=[
            {
                "columns": ["ProductCode"],
                "table": "dw.DimProduct",
                "referred_columns": ["ProductCode"],
                "valid_from": "ValidFrom",
            }
        ],
    )
    key: list[ColumnName] = Field(
        default=[],
        title="Named by",
        description="The columns that name a fact. None: the key of the mapping.",
        examples=[["OrderId", "LineNumber"]],
    )
    inherited: Inherited = Field(
        default=Inherited.TOLERATE,
        title="Late facts that the source has alike",
        description="tolerate: note them; report: find them like the others.",
    )

    @field_validator("load_date")
    @classmethod
    def _another(cls, value: str | None, info: ValidationInfo) -> str | None:
        return named_apart(value, info, "event_date")

    @field_validator("days_allowed")
    @classmethod
    def _of_a_load(cls, value: int, info: ValidationInfo) -> int:
        return needing(value, info, "load_date")


@dataclass(frozen=True)
class Late:
    """Facts that were loaded more days after they happened than are allowed."""

    what: ClassVar[str] = "late facts"
    kind: ClassVar[Kind] = Kind.LATE_ARRIVAL
    others: ClassVar[tuple[TableRef, ...]] = ()
    detail: ClassVar[None] = None

    key: tuple[str, ...]
    event: str
    load: str
    days: int

    def __call__(self, fact: Relation) -> Select[Any]:
        event, load = fact.column(self.event), fact.column(self.load)
        in_time = shifted(_day(load), -self.days, PeriodUnit.DAY)
        return _dated(fact, self.key, event, load).where(in_time > _day(event))

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.key, self.event, self.load)


@dataclass(frozen=True)
class TooSoon:
    """Facts that were loaded before they happened."""

    what: ClassVar[str] = "facts loaded before they happened"
    kind: ClassVar[Kind] = Kind.OUT_OF_ORDER
    others: ClassVar[tuple[TableRef, ...]] = ()
    detail: ClassVar[None] = None

    key: tuple[str, ...]
    event: str
    load: str

    def __call__(self, fact: Relation) -> Select[Any]:
        event, load = fact.column(self.event), fact.column(self.load)
        return _dated(fact, self.key, event, load).where(_day(load) < _day(event))

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.key, self.event, self.load)


@dataclass(frozen=True)
class BeforeMember:
    """Facts that happened before the first version of their member begins."""

    what: ClassVar[str] = "facts before the first version of their member"
    kind: ClassVar[Kind] = Kind.LATE_ARRIVAL

    key: tuple[str, ...]
    event: str
    members: tuple[str, ...]
    dimension: TableRef
    referred: tuple[str, ...]
    valid_from: str

    def __call__(self, fact: Relation, dimension: Relation) -> Select[Any]:
        member = [dimension.from_clause.c[name] for name in self.referred]
        begin = dimension.column(self.valid_from)
        labelled = [part.label(f"member_{i}") for i, part in enumerate(member)]
        first = (
            select(*labelled, func.min(begin).label("begins"))
            .select_from(dimension.from_clause)
            .group_by(*member)
            .having(count_of(begin) == count_of())
            .subquery("first_version")
        )
        pairs = enumerate(zip(self.members, self.referred, strict=True))
        meets = (
            same(fact, here, dimension, there, first.c[f"member_{i}"]) for i, (here, there) in pairs
        )
        event, begins = fact.column(self.event), first.c.begins
        return (
            _dated(fact, self.key, event, begins)
            .join(first, and_(*meets))
            .where(_day(event) < _day(begins))
        )

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.key, self.event, *self.members)

    @property
    def others(self) -> tuple[TableRef, ...]:
        return (self.dimension,)

    @property
    def detail(self) -> str:
        return f"its member in {self.dimension}"


Search = Late | TooSoon | BeforeMember


def _day(moment: ColumnElement[Any]) -> ColumnElement[Any]:
    return period_start(moment, PeriodUnit.DAY)


def _dated(
    fact: Relation, key: tuple[str, ...], happened: ColumnElement[Any], arrived: ColumnElement[Any]
) -> Select[Any]:
    """The facts with what names them, and both dates."""
    named = (fact.spelt(name).label(f"key_{i}") for i, name in enumerate(key))
    return select(*named, happened.label("happened"), arrived.label("arrived")).select_from(
        fact.from_clause
    )


@validator(cost=Cost.SEARCH)
async def validate_late_arriving_facts(tables: Pair, params: LateArrivingFacts) -> Result:
    key = tuple(params.key) or tables.mapping.key
    if not key:
        raise ParamsInvalid(
            f"params.key: {tables.mapping.source} has no key in the mapping",
            hint="name the columns that name a fact in params.key, or give the mapping a key",
            lacks="key",
        )
    searches = _searches(tables, params, key)
    labels = (*(f"key_{i}" for i in range(len(key))), "happened", "arrived")
    there = await tables.both(
        *(
            rows(s, order=labels, limit=SEARCH_LIMIT, others=s.others, columns=s.columns)
            for s in searches
        )
    )
    judged = [
        _judged(there.only(place), search, labels, params.inherited)
        for place, search in enumerate(searches)
    ]
    return together(*judged)


def _searches(tables: Pair, params: LateArrivingFacts, key: tuple[str, ...]) -> list[Search]:
    event, load, history = params.event_date, params.load_date, params.dimension
    _check_date(tables, event, "event_date")
    searches: list[Search] = []
    if load is not None:
        _check_date(tables, load, "load_date")
        searches += [Late(key, event, load, params.days_allowed), TooSoon(key, event, load)]
    if history is not None:
        members = tuple(history.columns)
        referred = referred_columns(tables, members, history.table, history.referred_columns)
        _check_date(tables.related(history.table), history.valid_from, "dimension.valid_from")
        searches.append(
            BeforeMember(key, event, members, history.table, referred, history.valid_from)
        )
    if not searches:
        raise ParamsInvalid(
            f"params.event_date: nothing is named that {event!r} could be set against",
            hint="name the load_date, or the dimension, or both",
        )
    return searches


def _check_date(tables: Pair, column: str, param: str) -> None:
    for side, data_type in zip(Side, tables.types(column), strict=True):
        if data_type.kind not in TEMPORAL:
            raise ParamsInvalid(
                f"params.{param}: {column!r} is of the type {data_type.kind} in the {side}, and so has no day",
                hint="name a date or a timestamp, or give the column a transformation",
                side=side,
            )


def _judged(
    there: Both[Sample], search: Search, labels: tuple[str, ...], inherited: Inherited
) -> Result:
    judged = judge_offenders(there, identity=labels, what=search.what, inherited=inherited)
    figure = Figure(
        name=search.what,
        column=search.event,
        source=there.source[0].total,
        target=there.target[0].total,
    )
    return Result(
        figures=[figure],
        findings=[_finding(row, search, labels[:-2]) for row in judged.rows],
        found={search.kind: judged.total},
        notes=judged.notes,
    )


def _finding(row: Mapping[str, Any], search: Search, key: tuple[str, ...]) -> Finding:
    dates = row["happened"], row["arrived"]
    first, then = dates if search.kind is Kind.LATE_ARRIVAL else reversed(dates)
    return Finding(
        kind=search.kind,
        side=Side.TARGET,
        column=search.event,
        key=tuple(row[label] for label in key),
        source=first,
        target=then,
        detail=search.detail,
    )
