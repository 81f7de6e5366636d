"""Runs a pipeline: every step as soon as what it needs is there, all questions in shared rounds.

The runner binds steps to tables, lets the DAG say which may start, hands their coroutines to `Rounds`, and records each
outcome the moment it exists. Ctrl-C stops the statements on the servers and ends the run as cancelled.

A validator that breaks errs, and no more is told of it than the kind of its exception: the words of an exception, and
its traceback, may hold values of rows. They go to the log, at level DEBUG.
"""

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ombudsman.measures.plan import Scan
from ombudsman.measures.rounds import Ended, Rounds, StopRequested
from ombudsman.measures.under_way import HowFar
from ombudsman.model.errors import Cancelled, OmbudsmanError, Problem
from ombudsman.model.pipeline import (
    Pipeline,
    Run,
    RunStatus,
    Severity,
    Step,
    StepRun,
    StepStatus,
    TableCoverage,
)
from ombudsman.model.result import Finding, Result
from ombudsman.model.tables import TableRef
from ombudsman.pipeline import dag
from ombudsman.pipeline.bound import BoundStep, Judged
from ombudsman.pipeline.events import (
    Listener,
    RunFinished,
    RunStarted,
    ScanFinished,
    ScanProgressed,
    ScanStarted,
    StepFinished,
    StepStarted,
    nobody,
)
from ombudsman.pipeline.preflight import preflight
from ombudsman.pipeline.record import Record, RunRecord
from ombudsman.pipeline.scanned import with_bytes_scanned
from ombudsman.pipeline.session import Session
from ombudsman.pipeline.stop import StopSwitch
from ombudsman.validators.registry import find

Clock = Callable[[], dt.datetime]

logger = logging.getLogger(__name__)


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def run_pipeline(
    pipeline: Pipeline,
    session: Session,
    *,
    jobs: int | None = None,
    listener: Listener = nobody,
    folder: Path | None = None,
    resume: bool = False,
    record: Record | None = None,
    stop: StopSwitch | None = None,
    now: Clock = utc_now,
) -> Run:
    """Runs the pipeline over an open session.

    Args:
        pipeline: Its steps, with all tables and params settled.
        session: Both sides, opened.
        jobs: How many statements may run at once on each side, beneath the connection's own bound.
        listener: Is told what happens meanwhile.
        folder: Every finished step is written there at once.
        resume: Go on with the last run that was interrupted in the folder.
        record: Where to write instead of a folder; what it has judged already is not run again.
        stop: How another thread ends the run.
        now: What time it is.

    Raises:
        PipelineInvalid: the pipeline cannot be used; nothing was asked.
        NotFound: there is no interrupted run to resume.
    """
    preflight(pipeline, session.tables)
    if record is None and folder is not None:
        record = (
            RunRecord.latest_unfinished(folder, pipeline)
            if resume
            else RunRecord.begin(folder, pipeline, now=now())
        )
    started = record.started if record else now()
    run_id = record.id if record else f"{started:%Y%m%dT%H%M%S}"
    execution = _Execution(
        pipeline, session, listener, record, stop or StopSwitch(), now, run_id, started, jobs
    )
    return execution.carry_out()


@dataclass
class _Execution:
    pipeline: Pipeline
    session: Session
    listener: Listener
    record: Record | None
    stop: StopSwitch
    now: Clock
    run_id: str
    started: dt.datetime
    jobs: int | None
    runs: dict[str, StepRun] = field(default_factory=dict)
    bound: dict[str, BoundStep] = field(default_factory=dict)

    def carry_out(self) -> Run:
        taken_over = self.record.judged() if self.record else {}
        self.runs = {
            step.id: taken_over.get(step.id) or StepRun(step=step, target_table=self._target(step))
            for step in self.pipeline.steps
        }
        self.listener(
            RunStarted(
                at=self.now(),
                run_id=self.run_id,
                pipeline=self.pipeline.name,
                steps=len(self.runs),
                resumed=len(taken_over),
            )
        )
        watcher = _Watcher(self.listener, self.now)
        with Rounds(
            self.session.readers, watcher=watcher, places=self.jobs, name=f"run {self.run_id}:"
        ) as rounds:
            self.stop.bind(rounds.request_stop)
            try:
                self._all(rounds)
            except (KeyboardInterrupt, StopRequested):
                rounds.stop()
                self._cancel_the_rest()
        run = self._run()
        self._write_down(lambda record: record.end(run))
        self.listener(RunFinished(at=self.now(), run_id=self.run_id, status=run.status))
        return run

    def _all(self, rounds: Rounds) -> None:
        while True:
            self._begin_what_may(rounds)
            ended = rounds.ended_at_once() or rounds.wait()
            if not ended:
                return
            for each in ended:
                self._finish(self._judged(each))

    def _begin_what_may(self, rounds: Rounds) -> None:
        statuses = {step_id: run.status for step_id, run in self.runs.items()}
        decision = dag.decide([run.step for run in self.runs.values()], statuses)
        for step_id, reason in decision.skipped.items():
            self._finish(self._update(step_id, status=StepStatus.SKIPPED, reason=reason))
        for step_id in decision.ready:
            step = self.runs[step_id].step
            self.runs[step_id] = self._update(
                step_id, status=StepStatus.RUNNING, started=self.now()
            )
            self.listener(StepStarted(at=self.now(), step_id=step_id))
            bound = BoundStep.of(step, self.pipeline, self.session.tables)
            self.bound[step_id] = bound
            bound.pair.rows_file = self.record.rows_file(step_id) if self.record else None
            rounds.begin(step_id, find(step.validator)(bound.pair, bound.settled_params))

    def _judged(self, ended: Ended) -> StepRun:
        if isinstance(ended.error, Cancelled):
            return self._update(ended.id, status=StepStatus.CANCELLED, reason="stopped on request")
        if ended.error is not None:
            return self._errored(ended.id, ended.error)
        try:
            result = complete(ended, self.runs[ended.id].step.table)
        except TypeError as error:
            return self._errored(ended.id, error)
        judged = self.bound[ended.id].judged(result)
        return self._update(
            ended.id,
            step=_mattering(self.runs[ended.id].step, judged),
            status=StepStatus(result.verdict.value),
            result=judged.result,
            policies=judged.policies,
        )

    def _errored(self, step_id: str, error: BaseException) -> StepRun:
        words = error.context.get("driver_message") if isinstance(error, OmbudsmanError) else None
        logger.debug("step %s: %s", step_id, words or "", exc_info=error)
        return self._update(step_id, status=StepStatus.ERRORED, problem=problem_of(error))

    def _update(self, step_id: str, **fields: object) -> StepRun:
        before = dict(self.runs[step_id])
        return StepRun(**(before | fields))

    def _finish(self, step_run: StepRun) -> None:
        step_run = step_run.model_copy(update={"finished": self.now()})
        self.runs[step_run.step.id] = step_run
        self._write_down(lambda record: record.write_step(step_run))
        self.listener(StepFinished(at=self.now(), step_run=step_run))

    def _write_down(self, write: Callable[[Record], None]) -> None:
        """Records something. A disk that is full ends the record, not the run."""
        if self.record is None:
            return
        try:
            write(self.record)
        except OSError as error:
            logger.warning(
                "the run is no longer recorded and cannot be resumed: %s", error.strerror
            )
            self.record = None

    def _cancel_the_rest(self) -> None:
        for step_id, step_run in list(self.runs.items()):
            if step_run.status in {StepStatus.PENDING, StepStatus.RUNNING}:
                reason = "stopped on request"
                self._finish(self._update(step_id, status=StepStatus.CANCELLED, reason=reason))

    def _target(self, step: Step) -> TableRef:
        return self.session.tables.pair(step.table).mapping.target

    def _run(self) -> Run:
        steps = with_bytes_scanned(self.runs.values(), self.session.readers)
        return Run(
            id=self.run_id,
            pipeline=self.pipeline,
            status=status_of(steps),
            started=self.started,
            finished=self.now(),
            snapshot=self.session.snapshot,
            costs=self.session.costs,
            steps=steps,
            coverage=coverage(self.session, self.runs),
            unmapped=unmapped(self.session),
        )


def _mattering(step: Step, judged: Judged) -> Step:
    """The step with the severity of what was found; where nothing was, its own stands."""
    if judged.severity is step.severity or not judged.result.found:
        return step
    return step.model_copy(update={"severity": judged.severity})


def status_of(steps: tuple[StepRun, ...]) -> RunStatus:
    """What the run comes to. A failed step of severity warning or info does not fail the run."""
    statuses = {step.status for step in steps}
    blocking = any(
        s.status is StepStatus.FAILED and s.step.severity is Severity.BLOCKING for s in steps
    )
    if StepStatus.CANCELLED in statuses:
        return RunStatus.CANCELLED
    if StepStatus.ERRORED in statuses:
        return RunStatus.ERRORED
    return RunStatus.FAILED if blocking else RunStatus.PASSED


def complete(ended: Ended, table: TableRef) -> Result:
    """The validator's result, with the evidence, and with the table's name in its findings."""
    result = ended.value
    if not isinstance(result, Result):
        raise TypeError(
            f"the validator of step {ended.id!r} returned {type(result).__name__}, not a Result"
        )

    def named(finding: Finding) -> Finding:
        return finding if finding.table else finding.model_copy(update={"table": str(table)})

    return result.model_copy(
        update={
            "findings": tuple(named(each) for each in result.findings),
            "statements": ended.statements,
            "columns_checked": tuple(result.columns_checked) or ended.columns,
        }
    )


def problem_of(error: BaseException) -> Problem:
    """Why a step could not be judged; of what is no error of ours no more than its kind."""
    if isinstance(error, OmbudsmanError):
        return error.problem()
    return Problem(
        code="validator_broke",
        message=f"the validator broke with a {type(error).__name__}",
        hint="this is a fault of the validator, not of the data; `ombudsman --debug run` logs where",
    )


def coverage(session: Session, runs: Mapping[str, StepRun]) -> tuple[TableCoverage, ...]:
    """For every mapped table, which of its columns some judged step looked into, and how many rows were compared."""
    checked: dict[TableRef, set[str]] = {}
    compared: dict[TableRef, int] = {}
    for run in runs.values():
        if run.result is not None:
            table = session.tables.pair(run.step.table).mapping.source
            checked.setdefault(table, set()).update(run.result.columns_checked)
            if run.result.rows is not None:
                compared[table] = max(compared.get(table, 0), run.result.rows.source_rows)
    covered: list[TableCoverage] = []
    for mapping in session.mapping.tables:
        pair = session.tables.pair(mapping.source)
        columns = tuple(each.source for each in mapping.columns)
        if pair.source.table is not None and pair.target.table is not None:
            columns = pair.columns
        seen = checked.get(mapping.source, set())
        source = pair.source.table
        answered = {each.source for each in mapping.columns} | set(mapping.exclude)
        covered.append(
            TableCoverage(
                source=mapping.source,
                target=mapping.target,
                columns_checked=sum(name in seen for name in columns),
                columns_total=len(columns),
                unchecked=tuple(name for name in columns if name not in seen),
                unmapped=tuple(n for n in source.column_names if n not in answered)
                if source
                else (),
                rows_compared=compared.get(mapping.source),
                rows_total=source.row_estimate if source else None,
            )
        )
    return tuple(covered)


def unmapped(session: Session) -> tuple[TableRef, ...]:
    """The source's tables, of the schemas that were read, that the mapping does not speak of. Views are not missed."""
    known = {mapping.source for mapping in session.mapping.tables}
    return tuple(
        table.ref
        for table in session.source.tables
        if table.kind == "table" and table.ref not in known
    )


@dataclass
class _Watcher:
    """Turns the rounds' news into events."""

    listener: Listener
    now: Clock

    def scan_started(self, scan_id: int, scan: Scan) -> None:
        self.listener(
            ScanStarted(
                at=self.now(),
                scan_id=scan_id,
                side=scan.relation.side,
                table=scan.relation.table.ref,
                questions=len(scan.questions),
                rows_expected=scan.relation.table.row_estimate,
            )
        )

    def scan_progressed(self, scan_id: int, how_far: HowFar) -> None:
        self.listener(
            ScanProgressed(
                at=self.now(),
                scan_id=scan_id,
                stage=how_far.stage,
                done=how_far.done,
                total=how_far.total,
            )
        )

    def scan_finished(self, scan_id: int, *, ms: float, failed: bool) -> None:
        self.listener(ScanFinished(at=self.now(), scan_id=scan_id, ms=ms, failed=failed))
