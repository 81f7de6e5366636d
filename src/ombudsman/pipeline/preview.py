"""What would a run of this pipeline ask, and about how much is that? Nothing is asked to tell it.

Every step is begun up to its first questions, as a run begins it, and these are planned into statements as a run plans
them. What steps ask then depends on answers, and is not told. A step that waits for others is begun as if they let it
go: a run may ask its first questions together with whatever else waits by then, and never asks anything twice.

What cannot be used is told step by step; the others are told all the same. The statements hold no values of rows, only
the constants that the pipeline itself holds.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ombudsman.connections.snowflake_cost import told_beforehand
from ombudsman.connections.writing import Writing
from ombudsman.measures.first_round import first_questions, first_scans
from ombudsman.measures.joint import Joint
from ombudsman.measures.plan import (
    AggregateScan,
    JointScan,
    Question,
    RowsScan,
    Scan,
    halves,
)
from ombudsman.measures.relation import Relation
from ombudsman.measures.scan import statement_of
from ombudsman.model.base import Frozen
from ombudsman.model.pipeline import Pipeline, Step
from ombudsman.model.tables import Side
from ombudsman.pipeline import dag
from ombudsman.pipeline.bound import BoundStep
from ombudsman.pipeline.preflight import problems_of
from ombudsman.pipeline.runner import problem_of
from ombudsman.validators.pair import Tables
from ombudsman.validators.registry import Cost, catalogue, find

ASKS_NOTHING = "asks nothing: the catalogues tell it"
MAY_ASK_MORE = "may ask more when the answers are in"
COMPARES_ROWS = "asks more when the answers are in: for sums of rows, or for the rows of both sides"

AS_OF = "a run reads as of one moment: it writes AT(TIMESTAMP => ...) behind each table"


class PreviewedStatement(Frozen):
    """A statement that a run would ask. `table` is called as on its side.

    `rows` is about how many rows are in the table and in those that it is joined with, None where the catalogue does
    not say; of a person's whole query only the step's own table is counted. `after` are the steps that those who ask it
    wait for; without any it is asked at once.
    """

    number: int
    side: Side
    table: str
    sql: str
    steps: tuple[str, ...]
    after: tuple[str, ...] = ()
    rows: int | None = None


class PreviewedStep(Frozen):
    """A step, the numbers of the statements that it would ask first, and in words what comes then.

    `after` are the steps whose answers it waits for. With `problems` a run would refuse the pipeline, or the step would
    err, and it is not told what it asks.
    """

    id: str
    validator: str
    table: str
    target_table: str | None = None
    cost: Cost | None = None
    after: tuple[str, ...] = ()
    statements: tuple[int, ...] = ()
    then: str = ""
    problems: tuple[str, ...] = ()


class SideEstimate(Frozen):
    """About how much a side would be asked at first.

    `rows` is what the statements read when each reads its tables once, as far as the catalogue tells how many rows they
    have; `unknown` are the tables of statements of which it does not. `credits` says what can be said of the price, of
    an engine that bills.
    """

    statements: int = 0
    rows: int = 0
    unknown: tuple[str, ...] = ()
    credits: str | None = None


class Preview(Frozen):
    """What a run would ask first, and about how much that is.

    `reads_all_rows` are the steps that bring, or sum, every row of both sides. `problems` are those of no single step.
    """

    pipeline: str
    steps: tuple[PreviewedStep, ...]
    statements: tuple[PreviewedStatement, ...]
    source: SideEstimate
    target: SideEstimate
    reads_all_rows: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing stands in the way of any step."""
        return not self.problems and not any(step.problems for step in self.steps)


def preview(pipeline: Pipeline, tables: Tables, writings: Mapping[Side, Writing]) -> Preview:
    """Tells what a run of the pipeline over these catalogues would ask first; no database is asked.

    Args:
        pipeline: its steps, with all tables and params settled.
        tables: both catalogues, the mapping between them, and the dialects that `writings` have.
        writings: how each side is written to.

    Raises:
        PipelineInvalid: its steps need each other in a circle, or what is no step.
    """
    return _Preview(pipeline, tables, writings).told()


@dataclass
class _Preview:
    pipeline: Pipeline
    tables: Tables
    writings: Mapping[Side, Writing]
    problems: dict[str, list[str]] = field(default_factory=dict)
    questions: dict[str, tuple[Question, ...]] = field(default_factory=dict)
    after: dict[str, tuple[str, ...]] = field(default_factory=dict)
    statements: list[PreviewedStatement] = field(default_factory=list)
    asked: dict[Hashable, list[int]] = field(default_factory=dict)
    """The numbers of the statements that answer a question, by its key."""

    def told(self) -> Preview:
        found = problems_of(self.pipeline, self.tables)
        for step in self.pipeline.steps:
            of_table = found.mappings.get(step.table, ())
            self.problems[step.id] = [*found.steps[step.id], *of_table]
        in_order = self._in_order()
        for step in in_order:
            self._begin(step)
        groups: dict[tuple[str, ...], list[Step]] = {(): []}
        for step in in_order:
            groups.setdefault(self.after[step.id], []).append(step)
        for after, together in groups.items():
            self._plan(after, together)
        steps = tuple(map(self._step, self.pipeline.steps))
        return Preview(
            pipeline=self.pipeline.name,
            steps=steps,
            statements=tuple(self.statements),
            source=self._estimate(Side.SOURCE),
            target=self._estimate(Side.TARGET),
            reads_all_rows=tuple(s.id for s in steps if s.cost is Cost.ROWS and not s.problems),
            problems=found.policies,
            notes=tuple(self._notes()),
        )

    def _in_order(self) -> list[Step]:
        """The steps as a run would begin them, were each need over at once."""
        waves: dict[str, int] = {}
        ordered = dag.order(self.pipeline.steps)
        for step in ordered:
            waves[step.id] = 1 + max((waves[need] for need in step.needs), default=0)
        return sorted(self.pipeline.steps, key=lambda step: waves[step.id])

    def _begin(self, step: Step) -> None:
        waited_for = {name for need in step.needs for name in self._answering(need)}
        self.after[step.id] = tuple(sorted(waited_for))
        if self.problems[step.id]:
            return
        try:
            bound = BoundStep.of(step, self.pipeline, self.tables)
            conversation = find(step.validator)(bound.pair, bound.settled_params)
            self.questions[step.id] = first_questions(conversation)
        except Exception as error:  # noqa: BLE001 - whatever a validator raises is its own outcome
            self._refuse(step.id, error)

    def _answering(self, need: str) -> tuple[str, ...]:
        """Whose answers a step waits for that needs this one: who asks nothing is over at once."""
        asks = bool(self.questions.get(need)) or bool(self.problems[need])
        return (need,) if asks else self.after[need]

    def _refuse(self, step_id: str, error: Exception) -> None:
        problem = problem_of(error)
        told = problem.message + (f"; {problem.hint}" if problem.hint else "")
        if told not in self.problems[step_id]:
            self.problems[step_id].append(told)

    # ------------------------------------------------------------ statements

    def _plan(self, after: tuple[str, ...], steps: Sequence[Step]) -> None:
        asking: dict[Hashable, list[str]] = {}
        new: list[Question] = []
        for step in steps:
            for question in self.questions.get(step.id, ()):
                asking.setdefault(question.key, []).append(step.id)
                if question.key not in self.asked:
                    new.append(question)
        limits = {side: each.max_select_list for side, each in self.writings.items()}
        for scan in first_scans(new, max_select_list=limits):
            self._write(scan, after, asking)

    def _write(
        self, scan: Scan, after: tuple[str, ...], asking: Mapping[Hashable, Sequence[str]]
    ) -> None:
        """Writes a scan; one that breaks is halved as a run halves it, until the question to blame stands alone."""
        steps = tuple(dict.fromkeys(name for q in scan.questions for name in asking[q.key]))
        try:
            written = self._written(scan)
        except Exception as error:  # noqa: BLE001 - told of the steps, as a run tells it
            parts = halves(scan) if isinstance(scan, AggregateScan) else ()
            if len(parts) <= 1:
                for name in steps:
                    self._refuse(name, error)
                return
            for part in parts:
                self._write(part, after, asking)
            return
        for question in scan.questions:
            self.asked.setdefault(question.key, [])
        for side, sql in written.items():
            number = len(self.statements) + 1
            read = _read(scan, side)
            self.statements.append(
                PreviewedStatement(
                    number=number,
                    side=side,
                    table=str(read[0].table.ref),
                    sql=sql,
                    steps=steps,
                    after=after,
                    rows=_rows(read),
                )
            )
            for question in scan.questions:
                self.asked[question.key].append(number)

    def _written(self, scan: Scan) -> dict[Side, str]:
        """The scan's SQL; of a measure of both sides what each is asked first."""
        if isinstance(scan, JointScan):
            measure, relations = scan.question.measure, _relations(scan)
            assert isinstance(measure, Joint)  # noqa: S101 - for the type checker
            asked = measure.asked_first(relations)
            return {side: self.writings[side].sql(each) for side, each in asked.items()}
        side = scan.relation.side
        own = scan.questions[0].sql
        return {side: self.writings[side].sql(statement_of(scan)) if own is None else own}

    # ------------------------------------------------------------ what is told

    def _step(self, step: Step) -> PreviewedStep:
        known = catalogue().get(step.validator)
        problems = tuple(self.problems[step.id])
        questions = () if problems else self.questions.get(step.id, ())
        numbers = {n for question in questions for n in self.asked.get(question.key, ())}
        return PreviewedStep(
            id=step.id,
            validator=step.validator,
            table=str(step.table),
            target_table=self._target(step),
            cost=known.cost if known else None,
            after=self.after[step.id],
            statements=tuple(sorted(numbers)),
            then="" if problems else _then(questions),
            problems=problems,
        )

    def _target(self, step: Step) -> str | None:
        mapping = self.tables.mapping.table(step.table)
        return None if mapping is None else str(mapping.target)

    def _estimate(self, side: Side) -> SideEstimate:
        here = [each for each in self.statements if each.side is side]
        unknown = dict.fromkeys(each.table for each in here if each.rows is None)
        return SideEstimate(
            statements=len(here),
            rows=sum(each.rows or 0 for each in here),
            unknown=tuple(unknown),
            credits=told_beforehand() if self.writings[side].is_billed else None,
        )

    def _notes(self) -> Iterator[str]:
        for side, writing in self.writings.items():
            if writing.engine == "snowflake":
                yield f"{side}: {AS_OF}"


def _relations(scan: JointScan) -> dict[Side, Relation]:
    return {each.side: each for each in (scan.relation, *scan.question.others)}


def _read(scan: Scan, side: Side) -> tuple[Relation, ...]:
    """What a scan reads on a side, the step's own table first."""
    if isinstance(scan, JointScan):
        return (_relations(scan)[side],)
    others = scan.question.others if isinstance(scan, RowsScan) else ()
    return (scan.relation, *others)


def _rows(read: Sequence[Relation]) -> int | None:
    estimates = [each.table.row_estimate for each in read]
    known = [each for each in estimates if each is not None]
    return sum(known) if len(known) == len(estimates) else None


def _then(questions: Sequence[Question]) -> str:
    if not questions:
        return ASKS_NOTHING
    is_joint = any(isinstance(each.measure, Joint) for each in questions)
    return COMPARES_ROWS if is_joint else MAY_ASK_MORE
