"""A source table and the target table that answers it, ready to be asked.

Everything is asked in the source's names; the mapping turns them into the target's. Nothing here runs SQL: `await`
hands the questions to whoever drives the validator, and the answers come back.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from ombudsman.measures.joint import Joint
from ombudsman.measures.plan import Question
from ombudsman.measures.questions import (
    Aggregate,
    Group,
    Measure,
    PeriodOf,
    QueryOf,
    RowsOf,
)
from ombudsman.measures.relation import Relation
from ombudsman.measures.rounds import Ask
from ombudsman.measures.values import Values
from ombudsman.model.equality import STRICT, Equality
from ombudsman.model.errors import MappingInvalid, ObjectNotFound, did_you_mean
from ombudsman.model.mapping import Mapping as TableMappings
from ombudsman.model.mapping import TableMapping
from ombudsman.model.policy_layers import StepPolicies
from ombudsman.model.result import Figure
from ombudsman.model.tables import Catalogue, Column, Side, Table, TableRef
from ombudsman.model.tolerance import EXACT, Tolerance
from ombudsman.model.types import DataType
from ombudsman.sql.conditions import Condition
from ombudsman.sql.forgiveness import forgiven_text
from ombudsman.sql.queries import Query, parse_query
from ombudsman.validators.judged import Judged, judge, on_neither_side

A = TypeVar("A")


@dataclass(frozen=True)
class Both(Generic[A]):
    """The answers of both sides to the same measures, in the order asked."""

    measures: tuple[Measure[A], ...]
    source: tuple[A, ...]
    target: tuple[A, ...]

    def only(self, place: int) -> "Both[A]":
        """The answers to the measure at this place alone."""
        return Both((self.measures[place],), (self.source[place],), (self.target[place],))

    def figures(self: "Both[Values]", tolerance: Tolerance = EXACT) -> list[Figure]:
        """One figure per measure and group, groups in order.

        A group that one side lacks counts as zero there (sums and the like as NULL). Floating-point sums are allowed
        their rounding noise on top of the tolerance, and numbers that became binary fractions, or fractions of another
        precision, their grain: the figure's own tolerance says how much.
        """
        return list(judge(self._answers(), tolerance, limit=None).figures)

    def judged(
        self: "Both[Values]",
        tolerance: Tolerance = EXACT,
        *,
        among: Collection[Group] | None = None,
        barred: Collection[str] = (),
    ) -> Judged:
        """As many figures as a result keeps, those that disagree first; and how many there are. See `judge`."""
        return judge(self._answers(), tolerance, among=among, barred=barred)

    def on_neither_side(self: "Both[Values]") -> int:
        """How many figures are NULL on both sides."""
        return on_neither_side(self._answers())

    def _answers(self: "Both[Values]") -> Iterator[tuple[Aggregate, Values, Values]]:
        for measure, source, target in zip(self.measures, self.source, self.target, strict=True):
            assert isinstance(measure, Aggregate)  # noqa: S101 - for the type checker
            yield measure, source, target


class TableSide:
    """One side of a pair. `table` is what its catalogue says of it; None when it is not there."""

    def __init__(
        self, side: Side, table: Table | None, relation: Relation | None, pair: "Pair"
    ) -> None:
        self.side = side
        self.table = table
        self._relation = relation
        self._pair = pair

    @property
    def relation(self) -> Relation:
        """The table in the source's names.

        Raises:
            ObjectNotFound: this side has no such table.
        """
        if self._relation is None:
            raise self._pair.missing(self.side)
        return self._relation

    async def ask(self, *measures: Measure[A]) -> tuple[A, ...]:
        """The answers to the measures, in order."""
        answers: tuple[A, ...] = await Ask(tuple(self.question(each) for each in measures))
        return answers

    async def ask_one(self, measure: Measure[A]) -> A:
        """The answer to one measure."""
        (answer,) = await self.ask(measure)
        return answer

    def question(self, measure: Measure[Any]) -> Question:
        """The measure bound to this side; what it speaks of is there, and its conditions may be asked.

        Raises:
            ObjectNotFound: a column or table is not there.
            RuleInvalid: a condition may not be asked.
        """
        if isinstance(measure, Aggregate):
            for each in (*measure.columns, *measure.by):
                self.relation.column(each.column if isinstance(each, PeriodOf) else each)
            if measure.where:
                self.relation.condition(measure.where)
        if isinstance(measure, QueryOf):
            return Question(
                self.relation, measure, sql=self._pair.said_query(measure, side=self.side)
            )
        others: tuple[Relation, ...] = ()
        if isinstance(measure, RowsOf):
            pairs = [self._pair.related(ref) for ref in measure.others]
            others = tuple(
                (p.source if self.side is Side.SOURCE else p.target).relation for p in pairs
            )
        return Question(self.relation, measure, others)


class Pair:
    """A source table and its answer in the target.

    `compared` are the columns of which a validator asked what is forgiven, for it sets their values side by side.
    `rows_file` is where a comparison of rows may write every difference, `repair_file` where what would mend them;
    whoever runs the validator says it.
    """

    def __init__(self, mapping: TableMapping, tables: "Tables") -> None:
        self.mapping = mapping
        self.compared: set[str] = set()
        self.rows_file: Path | None = None
        self.repair_file: Path | None = None
        self._tables = tables
        found = tables.found(mapping)
        self.source = self._side(Side.SOURCE, found)
        self.target = self._side(Side.TARGET, found)

    def _side(self, side: Side, found: Mapping[Side, Table | None]) -> TableSide:
        table, source = found[side], found[Side.SOURCE]
        relation = None
        if table is not None and source is not None:
            relation = self._tables.relation(side, self.mapping, table, source)
        return TableSide(side, table, relation, self)

    async def both(self, *measures: Measure[A]) -> Both[A]:
        """Asks both sides at once."""
        questions = [
            side.question(each) for side in (self.source, self.target) for each in measures
        ]
        answers = await Ask(tuple(questions))
        return Both(measures, answers[: len(measures)], answers[len(measures) :])

    async def each(self, source: Measure[A], target: Measure[A]) -> tuple[A, A]:
        """Asks each side something of its own, at once."""
        ours, theirs = await Ask((self.source.question(source), self.target.question(target)))
        return ours, theirs

    async def jointly(self, measure: Joint[A]) -> A:
        """The answer to a measure of both sides."""
        relations = (self.source.relation, self.target.relation)
        (answer,) = await Ask((Question(relations[0], measure, relations[1:]),))
        return answer  # type: ignore[no-any-return]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The source columns that are mapped and that both sides have, in the source's order."""
        source, target = self.source.relation.names, self.target.relation.names
        return tuple(name for name in source if name in target)

    def columns_of(self, *kinds: str) -> tuple[str, ...]:
        """Those of `columns` whose type on both sides is of one of these kinds ("integer", "date" ...)."""
        return tuple(
            name for name in self.columns if {t.kind for t in self.types(name)} <= set(kinds)
        )

    def types(self, column: str) -> tuple[DataType, DataType]:
        """The column's type on the source and on the target, agreed transformations minded."""
        return self.source.relation.data_type(column), self.target.relation.data_type(column)

    def equality(self, column: str) -> Equality:
        """What is forgiven when values of this source column are compared: the nearest word of each policy.

        Whoever sets values side by side asks for it. Where columns are counted, grouped, searched, the relations see
        to it themselves, as far as an engine can.
        """
        self.compared.add(column)
        return self._tables.equality(self.mapping.source, column)

    def as_read(self, column: str, value: Any) -> Any:
        """A person's constant, as the values of this source column are read: to find it among them."""
        if not isinstance(value, str):
            return value
        return forgiven_text(value, self.source.relation.forgives(column))

    @property
    def strict(self) -> "Pair":
        """The same tables, read as they stand: for whoever sees what a policy forgives, and tells it."""
        return self._tables.strict.pair(self.mapping.source)

    def tolerance(self, column: str | None = None) -> Tolerance:
        """How far apart figures may lie that are over this source column alone, or over none or several."""
        return self._tables.tolerance(column)

    def described(self, column: str) -> tuple[Column, Column]:
        """What the two catalogues say of a mapped column."""
        return self.source.relation.described(column), self.target.relation.described(column)

    def columns_in(self, condition: str) -> tuple[str, ...]:
        """The source columns that a condition speaks of."""
        return self.parsed(condition).columns

    def parsed(self, condition: str) -> Condition:
        """A person's condition, checked: it may be asked.

        Raises:
            RuleInvalid: it is not one boolean expression over the source's columns, or is not allowed.
        """
        return self.source.relation.parsed(condition)

    def parsed_query(self, text: str, *, side: Side | None = None) -> Query:
        """A person's whole query, checked: it may be asked.

        Without a `side` it is written for both, in the source's names and dialect, over what is mapped; else in those
        of the side, over all that its catalogue has. A table without a schema is looked for beside this pair's own.

        Raises:
            RuleInvalid: it is not one SELECT, reads what is not there, or uses what is not allowed.
        """
        known = self._tables.readable(side)
        columns = {str(ref): found for ref, found in known.items()}
        columns |= {str(TableRef(name=ref.name)): known[ref] for ref in self._beside(known, side)}
        what = "query" if side is None else f"{side} query"
        dialect = self._tables.dialects[side or Side.SOURCE]
        return parse_query(text, dialect=dialect, tables=columns, what=what)

    def said_query(self, measure: QueryOf, *, side: Side) -> str:
        """The query as this side's engine reads it, with a row more than its limit at most.

        Raises:
            RuleInvalid: this side's dialect cannot say it.
        """
        written_for = side if measure.own else None
        answers = self._tables.answers(side)
        if measure.own:
            answers = {ref: (str(ref), {}) for ref in self._tables.readable(side)}
        renaming = {str(ref): answer for ref, answer in answers.items()}
        for ref in self._beside(answers, written_for):
            renaming[str(TableRef(name=ref.name))] = answers[ref]
        return measure.query.render(self._tables.dialects[side], renaming, limit=measure.limit + 1)

    def _beside(self, known: Iterable[TableRef], side: Side | None) -> list[TableRef]:
        """The known tables of the schema in which this pair's own table is."""
        own = self.mapping.target if side is Side.TARGET else self.mapping.source
        return [ref for ref in known if ref.schema_name == own.schema_name]

    def read_bare(self, query: Query) -> tuple[str, ...]:
        """The tables that a query reads bare although the mapping filters or changes them."""
        beside = {str(TableRef(name=ref.name)): ref for ref in self._beside(self._mapped, None)}
        refs = (beside.get(name) or TableRef.parse(name) for name in query.tables)
        read = (self._tables.mapping.table(ref) for ref in refs)
        return tuple(str(each.source) for each in read if each is not None and _is_changed(each))

    @property
    def _mapped(self) -> list[TableRef]:
        return [each.source for each in self._tables.mapping.tables]

    def related(self, source: TableRef) -> "Pair":
        """The pair of another source table."""
        return self._tables.pair(source)

    def is_mapped(self, source: TableRef) -> bool:
        """Whether this source table has an answer in the target."""
        return self._tables.mapping.table(source) is not None

    def missing(self, side: Side) -> ObjectNotFound:
        """The error that says that this side's table is not there, with the nearest name."""
        ref = self.mapping.source if side is Side.SOURCE else self.mapping.target
        return self._tables.not_found(side, ref)


def _is_changed(mapping: TableMapping) -> bool:
    filters = (mapping.where, mapping.source_where, mapping.target_where)
    return any(filters) or any(pair.transformation for pair in mapping.columns)


class Tables:
    """All pairs between two catalogues under a mapping. `dialects` are sqlglot's names.

    `policies` are those that a step lives under; without them nothing is forgiven.
    """

    def __init__(
        self,
        catalogues: Mapping[Side, Catalogue],
        mapping: TableMappings,
        dialects: Mapping[Side, str],
        policies: StepPolicies | None = None,
    ) -> None:
        self.catalogues = catalogues
        self.mapping = mapping
        self.dialects = dialects
        self.policies = policies
        self._pairs: dict[TableRef, Pair] = {}
        self._relations: dict[Hashable, Relation] = {}

    @property
    def strict(self) -> "Tables":
        """The same tables for a step of which nobody says anything."""
        return self._under(None)

    def under(self, policies: StepPolicies) -> "Tables":
        """The same tables for a step that lives under these policies.

        Steps that read a table alike share its relations, and so its scans.
        """
        return self._under(policies)

    def _under(self, policies: StepPolicies | None) -> "Tables":
        tables = Tables(self.catalogues, self.mapping, self.dialects, policies)
        tables._relations = self._relations
        return tables

    def equality(self, table: TableRef, column: str) -> Equality:
        """What is forgiven in a column of a source table."""
        return STRICT if self.policies is None else self.policies.equality(table, column)

    def tolerance(self, column: str | None = None) -> Tolerance:
        """How far apart figures of the step may lie."""
        return EXACT if self.policies is None else self.policies.tolerance(column)

    def relation(self, side: Side, mapping: TableMapping, table: Table, source: Table) -> Relation:
        """One side of a table mapping, as the step reads it."""
        says_some = self.policies is not None and self.policies.say_equality
        names = source.column_names if says_some else ()
        equality = {name: self.equality(mapping.source, name) for name in names}
        made = Relation(
            side,
            table,
            source_table=source,
            mapping=mapping,
            dialect=self.dialects[side],
            source_dialect=self.dialects[Side.SOURCE],
            equality=equality,
            target_table=self.catalogues[Side.TARGET].table(mapping.target),
        )
        return self._relations.setdefault((side, mapping.source, made.reading), made)

    def pair(self, source: TableRef) -> Pair:
        """The pair of this source table.

        Raises:
            ObjectNotFound: the source has no such table.
            MappingInvalid: it is not mapped.
        """
        mapping = self.mapping.table(source)
        if mapping is None:
            if self.catalogues[Side.SOURCE].table(source) is None:
                raise self.not_found(Side.SOURCE, source)
            known = [str(each.source) for each in self.mapping.tables]
            raise MappingInvalid(
                f"table {source} is not mapped to a table of the target",
                hint=did_you_mean(str(source), known),
            )
        if mapping.source not in self._pairs:
            self._pairs[mapping.source] = Pair(mapping, self)
        return self._pairs[mapping.source]

    def readable(self, side: Side | None) -> dict[TableRef, dict[str, DataType]]:
        """The tables and columns that a query may read: of a side all, of both (None) what is mapped."""
        if side is None:
            return {each.source: self._mapped_columns(each) for each in self.mapping.tables}
        return {
            table.ref: {column.name: column.data_type for column in table.columns}
            for table in self.catalogues[side].tables
        }

    def answers(self, side: Side) -> dict[TableRef, tuple[str, dict[str, str]]]:
        """What each mapped source table, and its columns, are called on this side."""
        if side is Side.SOURCE:
            return {each.source: (str(each.source), {}) for each in self.mapping.tables}
        return {
            each.source: (str(each.target), {pair.source: pair.target for pair in each.columns})
            for each in self.mapping.tables
        }

    def _mapped_columns(self, mapping: TableMapping) -> dict[str, DataType]:
        """The source columns of a table that have an answer in the target, with their types."""
        found = self.found(mapping)
        source, target = found[Side.SOURCE], found[Side.TARGET]
        if source is None or target is None:
            return {}
        pairs = {pair.source: pair.target for pair in mapping.columns}
        return {
            column.name: column.data_type
            for column in source.columns
            if target.column(pairs.get(column.name, "")) is not None
        }

    def found(self, mapping: TableMapping) -> dict[Side, Table | None]:
        """What the two catalogues say of the tables of this mapping."""
        return {
            Side.SOURCE: self.catalogues[Side.SOURCE].table(mapping.source),
            Side.TARGET: self.catalogues[Side.TARGET].table(mapping.target),
        }

    def not_found(self, side: Side, ref: TableRef) -> ObjectNotFound:
        """There is no such table on this side; names the nearest."""
        known = [str(table.ref) for table in self.catalogues[side].tables]
        return ObjectNotFound(f"the {side} has no table {ref}", hint=did_you_mean(str(ref), known))
