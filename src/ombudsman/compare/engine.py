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
from ombudsman.compare.plan import DIRTY_SHARE, Plan, Strategy, make_plan
from ombudsman.compare.progress import Progress, Watcher, nobody
from ombudsman.compare.rows_file import RowsFile
from ombudsman.compare.scratch import MEMORY_MB, Scratch, Unconvertible
from ombudsman.compare.side import ComparedSide
from ombudsman.compare.stream import Stream
from ombudsman.compare.verdict import Verdict
from ombudsman.connections.reader import Reader
from ombudsman.measures.relation import Relation
from ombudsman.model.equality import Equality
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
        rows_file: where the differing rows are written, as Parquet.
        memory_mb: what the workspace may hold in memory.
        folder: where the workspace may spill; None: where temporary files go.
    """

    key: tuple[str, ...]
    columns: tuple[str, ...]
    equality: dict[str, Equality] = field(default_factory=dict)
    where: tuple[str, ...] = ()
    strategy: Strategy = Strategy.AUTO
    limit: int | None = None
    rows_file: Path | None = None
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
    watcher: Watcher = nobody,
) -> RowsAnswer:
    """Compares the rows of the two relations, source and target.

    Raises:
        ObjectNotFound, RuleInvalid: a column or condition is not there, or cannot be asked.
        Unsupported: two types have no form in common, or the strategy cannot be used here.
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
    clock = time.perf_counter()
    plan = make_plan(sides, question.strategy)
    comparison = _Comparison(question, columns, sides, plan, Progress(watcher))
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

    def carry_out(self) -> RowsAnswer:
        try:
            differences, at_least = self._attempt()
        except Unconvertible:
            self.plan = self.plan.patiently()
            differences, at_least = self._attempt()
        return RowsAnswer(
            layout=self.layout,
            plan=self.plan,
            differences=differences,
            rows=self.rows,
            at_least=at_least,
            seconds={name: round(value, 3) for name, value in self.seconds.items()},
            statements=tuple(each for side in self.sides for each in side.statements),
            notes=self._notes(),
        )

    def _attempt(self) -> tuple[Differences, bool]:
        """One comparison from the beginning; its file is written anew."""
        question = self.question
        with ExitStack() as stack:
            scratch = stack.enter_context(
                Scratch(memory_mb=question.memory_mb, folder=question.folder)
            )
            file = stack.enter_context(RowsFile(question.rows_file)) if question.rows_file else None
            differences = Differences(self.layout, rows_file=file, limit=question.limit)
            verdict = Verdict(scratch, self.layout, differences)
            try:
                self._judge(scratch, verdict)
            except Enough:
                return differences, True
            return differences, False

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
        stream.judge(verdict)
        self.rows = stream.rows
        self.seconds["stream"] = time.perf_counter() - clock

    def _notes(self) -> tuple[str, ...]:
        notes = [f"{side.side}: {side.reader.snapshot_note}" for side in self.sides]
        notes.extend(
            f"{side.side}: {side.statements_left_out:,} more statements were run"
            for side in self.sides
            if side.statements_left_out
        )
        return tuple(notes)
