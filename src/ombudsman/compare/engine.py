"""Compares the rows of two tables: which are missing, extra, duplicated or changed, in which columns, and why.

`compare_rows` plans, lets a strategy bring the rows that matter into the workspace, and gathers what the verdict says
of them. A hash is only a filter: whatever is told was found by comparing values.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from ombudsman.compare.checksum import Checksum
from ombudsman.compare.columns import Layout, layout
from ombudsman.compare.differences import Differences, Enough
from ombudsman.compare.offsets import offsets_note
from ombudsman.compare.plan import DIRTY_SHARE, Plan, Strategy, make_plan
from ombudsman.compare.progress import Progress
from ombudsman.compare.repair import Repair, check_repairable
from ombudsman.compare.repair_script import RepairScript
from ombudsman.compare.rows_file import RowsFile
from ombudsman.compare.sampling import draw, sampled
from ombudsman.compare.scratch import MEMORY_MB, Scratch, Unconvertible
from ombudsman.compare.second_look import SecondLook
from ombudsman.compare.side import ComparedSide
from ombudsman.compare.stream import Stream
from ombudsman.compare.verdict import Verdict
from ombudsman.connections.reader import Reader
from ombudsman.measures.relation import Relation
from ombudsman.measures.under_way import UnderWay
from ombudsman.model.equality import Equality
from ombudsman.model.errors import Unsupported
from ombudsman.model.result import Statement
from ombudsman.model.tables import Side


@dataclass(frozen=True)
class RowsQuestion:
    """What to compare of two tables, in the source's names.

    Attributes:
        key: the columns that name a row; empty: whole rows are compared as a multiset.
        columns: the columns to compare, key or not.
        equality: what is forgiven, column by column; where nothing is said, nothing is.
        where: conditions in the source's dialect that a row must fulfil on both sides.
        strategy: how.
        limit: so many differing rows are enough; None: all.
        sample: about so many rows are compared, the same on both sides; None: all.
        rows_file: where the differing rows are written, as Parquet.
        repair_file: where the statements are written that would make the target equal. Nobody runs them.
        memory_mb: what the workspace may hold in memory.
        folder: where the workspace may spill; None: where temporary files go.
    """

    key: tuple[str, ...]
    columns: tuple[str, ...]
    equality: dict[str, Equality] = field(default_factory=dict)
    where: tuple[str, ...] = ()
    strategy: Strategy = Strategy.AUTO
    limit: int | None = None
    sample: int | None = None
    rows_file: Path | None = None
    repair_file: Path | None = None
    memory_mb: int = MEMORY_MB
    folder: Path | None = None


@dataclass(frozen=True)
class RowsAnswer:
    """What came out.

    `rows` are how many were compared, of source and target; `at_least`: the limit stopped the search.
    """

    layout: Layout
    plan: Plan
    differences: Differences
    rows: tuple[int, int]
    at_least: bool
    seconds: dict[str, float]
    statements: tuple[Statement, ...]
    notes: tuple[str, ...] = ()
    sampled: str | None = None


def compare_rows(
    question: RowsQuestion,
    relations: tuple[Relation, Relation],
    readers: tuple[Reader, Reader],
    *,
    under_way: UnderWay | None = None,
) -> RowsAnswer:
    """Compares the rows of the two relations, source and target. `under_way` hears how far it is, and may stop it.

    Raises:
        ObjectNotFound, RuleInvalid: a column or condition is not there, or cannot be asked.
        Unsupported: two types have no form in common, or the strategy, a sample or a repair script cannot be had here.
        QueryFailed, ConnectionFailed: a side did not answer. There is no verdict, and no file.
        WorkspaceFailed: this machine has too little room.
    """
    columns = layout(
        *relations, key=question.key, columns=question.columns, equality=question.equality
    )
    sides = (
        _side(Side.SOURCE, relations[0], readers[0], columns, question.where),
        _side(Side.TARGET, relations[1], readers[1], columns, question.where),
    )
    if question.repair_file is not None:
        check_repairable(columns)
    clock = time.perf_counter()
    if question.sample is not None:
        draw(sides, question.sample)
    plan = make_plan(sides, question.strategy)
    comparison = _Comparison(question, columns, sides, plan, Progress(under_way or UnderWay()))
    comparison.seconds["plan"] = time.perf_counter() - clock
    return comparison.carry_out()


def _side(
    side: Side, relation: Relation, reader: Reader, columns: Layout, where: Sequence[str]
) -> ComparedSide:
    filters = tuple(relation.condition(each) for each in where)
    return ComparedSide(side, relation, reader, columns, filters)


@dataclass
class _Comparison:
    question: RowsQuestion
    layout: Layout
    sides: tuple[ComparedSide, ComparedSide]
    plan: Plan
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    rows: tuple[int, int] = (0, 0)
    second_look: SecondLook = field(init=False)
    keys_notes: tuple[str, ...] = ()

    def carry_out(self) -> RowsAnswer:
        try:
            differences, at_least = self._attempt()
        except Unconvertible:
            differences, at_least = self._attempt_patiently()
        return RowsAnswer(
            layout=self.layout,
            plan=self.plan,
            differences=differences,
            rows=self.rows,
            at_least=at_least,
            seconds={name: round(value, 3) for name, value in self.seconds.items()},
            statements=tuple(each for side in self.sides for each in side.statements),
            notes=self._notes(),
            sampled=self._sampled(differences, at_least=at_least),
        )

    def _attempt_patiently(self) -> tuple[Differences, bool]:
        self.plan = self.plan.patiently()
        try:
            return self._attempt()
        except Unconvertible:
            raise Unsupported(
                "a value of one side lies outside what the other side's type, and any between them, can hold",
                hint="leave out a column whose types differ, or agree on a transformation in the mapping",
            ) from None

    def _attempt(self) -> tuple[Differences, bool]:
        """One comparison from the beginning; its file is written anew."""
        question = self.question
        with ExitStack() as stack:
            scratch = stack.enter_context(
                Scratch(memory_mb=question.memory_mb, folder=question.folder)
            )
            stack.enter_context(self.progress.under_way.stopped_by(scratch.stop))
            file = stack.enter_context(RowsFile(question.rows_file)) if question.rows_file else None
            script = self._script(stack)
            second = self.second_look = SecondLook(self.sides)
            differences = Differences(
                self.layout, rows_file=file, keys=second.first, limit=question.limit
            )
            at_least = False
            verdict = self._verdict(scratch, differences, script)
            try:
                self._judge(scratch, verdict)
            except Enough:
                at_least = True
            self.keys_notes = verdict.notes()
            if second.is_due:
                differences = self._look_again(scratch, differences, file, script)
            if script is not None and at_least:
                script.remark("The comparison stopped at its limit: more rows differ than these.")
            return differences, at_least

    def _script(self, stack: ExitStack) -> RepairScript | None:
        path = self.question.repair_file
        return None if path is None else stack.enter_context(RepairScript(path, self.sides))

    def _verdict(
        self, scratch: Scratch, differences: Differences, script: RepairScript | None
    ) -> Verdict:
        repair = None if script is None else Repair(script, scratch, self.layout)
        return Verdict(scratch, self.layout, differences, repair=repair)

    def _look_again(
        self,
        scratch: Scratch,
        first: Differences,
        file: RowsFile | None,
        script: RepairScript | None,
    ) -> Differences:
        """What still differs; what is written of the others is written anew."""
        clock = time.perf_counter()
        for written in (file, script):
            if written is not None:
                written.restart()
        again = Differences(self.layout, rows_file=file, keys=self.second_look.second)
        verdict = self._verdict(scratch, again, script)
        plain = self.plan.plain_decimals
        self.second_look.judge(scratch, verdict, self.progress, plain_decimals=plain)
        self.keys_notes = verdict.notes()
        again.judged_again(first)
        self.seconds["second look"] = time.perf_counter() - clock
        return again

    def _judge(self, scratch: Scratch, verdict: Verdict) -> None:
        if self.plan.strategy is Strategy.CHECKSUM:
            checksum = Checksum(self.sides, scratch, self.plan, self.progress)
            clock = time.perf_counter()
            candidates = checksum.first_pass()
            self.rows = checksum.rows
            self.seconds["sums"] = time.perf_counter() - clock
            share = sum(candidates.values()) / max(*self.rows, 1)
            if share <= DIRTY_SHARE or self.question.strategy is not Strategy.AUTO:
                clock = time.perf_counter()
                checksum.judge(candidates, verdict)
                self.seconds["candidates"] = time.perf_counter() - clock
                return
            why = f"changed its mind after the sums: {share:.0%} of the rows lie in buckets that differ"
            self.plan = self.plan.streaming(why=why)
        clock = time.perf_counter()
        stream = Stream(self.sides, scratch, self.plan, self.progress)
        try:
            stream.judge(verdict)
        finally:
            self.rows = stream.rows  # also when the limit stops it
        self.seconds["stream"] = time.perf_counter() - clock

    def _notes(self) -> tuple[str, ...]:
        notes = [f"{side.side}: {side.reader.snapshot_note}" for side in self.sides]
        exact = [c.name for c in self.layout.keys if c.is_forgiven_beyond_its_name]
        if exact:
            notes.append(
                f"{', '.join(exact)}: what the policy forgives of digits is not forgiven here, for these columns name"
                " the rows"
            )
        relations = [side.relation for side in self.sides]
        offsets = offsets_note(relations, [column.name for column in self.layout.columns])
        notes.extend(filter(None, [*self.keys_notes, offsets, self.second_look.note()]))
        notes.extend(
            f"{side.side}: {side.statements_left_out:,} more statements were run"
            for side in self.sides
            if side.statements_left_out
        )
        return tuple(notes)

    def _sampled(self, differences: Differences, *, at_least: bool) -> str | None:
        if self.question.sample is None or self.sides[0].share == 1:
            return None
        return sampled(differences, self.rows, at_least=at_least)
