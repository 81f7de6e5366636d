"""Many questions, few scans.

Questions about one relation that are grouped alike become one SELECT. Questions about different rows of it (`where`)
join as conditional aggregates: when some question reads the whole table anyway, the filtered ones ride along; when none
does, the scan reads the rows that at least one of them wants. Exact distinct counts are dear and spoil the plan of the
others (PostgreSQL gives up parallel aggregation): a few to a scan, in scans of their own. A select list has a limit on
every engine: what is over it goes into the next scan. Questions for rows, and whole queries, are a statement each.

Pure: relations and questions in, scans out. That the fused answers equal the answers asked one by one is a law, tested.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ombudsman.measures.questions import (
    Aggregate,
    Function,
    Measure,
    Primitive,
    QueryOf,
    RowsOf,
    Term,
)
from ombudsman.measures.relation import Relation

DISTINCT_PER_SCAN = 4


@dataclass(frozen=True)
class Question:
    """A measure asked of a relation (and, for rows, of the others that the select joins).

    `sql` is a person's whole query as this side's engine reads it.
    """

    relation: Relation
    measure: Measure[Any]
    others: tuple[Relation, ...] = ()
    sql: str | None = None

    @property
    def key(self) -> Hashable:
        """Questions of one key have one answer: asked of the same rows, read alike."""
        asked = tuple((each.mapping.source, each.reading) for each in (self.relation, *self.others))
        return (self.relation.side, asked, self.measure)


@dataclass(frozen=True)
class AggregateScan:
    """One SELECT of aggregates: `primitives` of the rows of `relation`, grouped `by`, for `questions`."""

    relation: Relation
    by: tuple[Term, ...]
    primitives: tuple[Primitive, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class RowsScan:
    """One SELECT of rows, for one question."""

    question: Question

    @property
    def relation(self) -> Relation:
        return self.question.relation

    @property
    def questions(self) -> tuple[Question, ...]:
        return (self.question,)


@dataclass(frozen=True)
class JointScan(RowsScan):
    """A measure of both sides, which answers itself; it counts as a scan of the source's relation."""


Scan = AggregateScan | RowsScan


def plan(questions: Iterable[Question], *, max_select_list: int) -> list[Scan]:
    """As few scans as answer all the questions of one side.

    `max_select_list` is how many expressions the engine takes in one SELECT. Two source tables may have one target
    table for their answer, each with rows of its own: they are two relations, and never share a scan.
    """
    scans: list[Scan] = []
    together: dict[_Kin, list[Question]] = {}
    for question in _once(questions):
        if isinstance(question.measure, RowsOf | QueryOf):
            scans.append(RowsScan(question))
        elif isinstance(question.measure, Aggregate):
            together.setdefault(_kin(question.relation, question.measure), []).append(question)
    for (_, by, is_distinct), group in together.items():
        room = max_select_list - len(by)
        scans.extend(
            _fused(part, by)
            for part in _parts(group, min(room, DISTINCT_PER_SCAN) if is_distinct else room)
        )
    return scans


def halves(scan: AggregateScan) -> tuple[AggregateScan, ...]:
    """The scan split in two, to find the question that breaks it; a single question is not split."""
    middle = len(scan.questions) // 2
    parts = (scan.questions[:middle], scan.questions[middle:])
    return tuple(_fused(part, scan.by) for part in parts if part)


def by_rows(scan: AggregateScan) -> tuple[AggregateScan, ...]:
    """The scan split into those of the questions that are about the same rows."""
    alike: dict[str | None, list[Question]] = {}
    for question in scan.questions:
        assert isinstance(question.measure, Aggregate)  # noqa: S101 - for the type checker
        alike.setdefault(question.measure.where, []).append(question)
    return tuple(_fused(questions, scan.by) for questions in alike.values())


def _once(questions: Iterable[Question]) -> Iterator[Question]:
    return iter({question.key: question for question in questions}.values())


_Kin = tuple[Relation, tuple[Term, ...], bool]
"""What the questions of one scan have in common: what they are asked of, how they are grouped, and whether they count
distinct values."""


def _kin(relation: Relation, measure: Aggregate) -> _Kin:
    return relation, measure.by, Function.COUNT_DISTINCT in measure.needs


def _needed(question: Question) -> tuple[Primitive, ...]:
    """What one question needs; grouped, also the count of its rows, which tells the groups it has."""
    measure = question.measure
    assert isinstance(measure, Aggregate)  # noqa: S101 - for the type checker
    needed = measure.primitives(question.relation)
    return (*needed, presence(measure)) if measure.by else needed


def presence(measure: Aggregate) -> Primitive:
    """The primitive that is above zero in the groups that the measure, asked alone, would have."""
    return Primitive(Function.COUNT, (), measure.where)


def _parts(questions: Iterable[Question], room: int) -> Iterator[list[Question]]:
    """The questions in order, cut wherever their primitives would not fit into one select list any more."""
    part: list[Question] = []
    taken: set[Primitive] = set()
    for question in questions:
        needed = set(_needed(question))
        if part and len(taken | needed) > room:
            yield part
            part, taken = [], set()
        part.append(question)
        taken |= needed
    if part:
        yield part


def _fused(questions: Sequence[Question], by: tuple[Term, ...]) -> AggregateScan:
    primitives = dict.fromkeys(each for question in questions for each in _needed(question))
    return AggregateScan(questions[0].relation, by, tuple(primitives), tuple(questions))
