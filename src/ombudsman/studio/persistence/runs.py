"""Runs: queued, taken on a lease, written down step by step, ended.

A lease makes a run somebody's for some seconds, and must be renewed. Its times are the store's own, for the clocks of
two machines differ. Every taking raises the run's `attempt`; who writes names the attempt that it writes for, and is
refused when the run has been taken by another since. So a worker that was thought dead and was not does no harm.

What becomes of a run is decided by conditional UPDATEs alone, never by what was read of it before. A run that somebody
wants to end is not begun again, and neither is one that lost its worker again and again without getting further.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select, update
from sqlalchemy.orm import defer

from ombudsman.model.errors import Problem
from ombudsman.model.pipeline import RunStatus, StepStatus
from ombudsman.pipeline.events import RunFinished
from ombudsman.studio.errors import Overtaken
from ombudsman.studio.persistence.entities.base import Document
from ombudsman.studio.persistence.entities.projects import Project
from ombudsman.studio.persistence.entities.runs import RunEvent, RunStep, StepResult, StoredRun
from ombudsman.studio.persistence.paging import PageOf, PageRequest, Sorts
from ombudsman.studio.persistence.rows import Rows, containing

QUEUED = "queued"
"""The status of a run that waits for a worker; the others are those of `RunStatus`."""

OPEN = (QUEUED, RunStatus.RUNNING.value)

UNFINISHED = (StepStatus.PENDING.value, StepStatus.RUNNING.value)

MOST_LOST = 5
"""So often in a row a run may lose its worker before a step is written down; then it is the run that breaks workers."""


@dataclass(frozen=True)
class Lease:
    """That a run is this worker's; `attempt` is how many times it has been taken."""

    run_id: str
    attempt: int
    worker: str


class Runs(Rows[StoredRun]):
    """The runs, their steps, results and events."""

    entity = StoredRun
    noun = "run"
    sorts: ClassVar[Sorts] = {
        "number": StoredRun.number,
        "created": StoredRun.created,
        "status": StoredRun.status,
        "pipeline": StoredRun.pipeline_name,
    }

    def listed(
        self,
        project_id: str,
        asked: PageRequest,
        *,
        status: str | None = None,
        pipeline_id: str | None = None,
    ) -> PageOf[StoredRun]:
        """One page of a project's runs, the newest first, without what they executed, which is large."""
        found = (
            select(StoredRun)
            .where(StoredRun.project_id == project_id, containing(StoredRun.pipeline_name, asked.q))
            .options(defer(StoredRun.text), defer(StoredRun.pipeline))
        )
        if status is not None:
            found = found.where(StoredRun.status == status)
        if pipeline_id is not None:
            found = found.where(StoredRun.pipeline_id == pipeline_id)
        return self.page(found, asked)

    def ids_of(self, project_id: str) -> Sequence[str]:
        """All runs of a project."""
        return self.session.scalars(
            select(StoredRun.id).where(StoredRun.project_id == project_id)
        ).all()

    def enqueue(self, run: StoredRun) -> StoredRun:
        """Adds a run that waits for a worker, with the next number of its project: one at a time counts there."""
        project = select(Project.id).where(Project.id == run.project_id)
        self.session.execute(project.with_for_update(key_share=True))
        last = select(func.max(StoredRun.number)).where(StoredRun.project_id == run.project_id)
        run.number = (self.session.scalar(last) or 0) + 1
        run.status = QUEUED
        return self.add(run)

    # ------------------------------------------------------------ leases

    def waiting(self, most: int) -> Sequence[str]:
        """The runs that a worker may take, the oldest first: queued ones, and those whose lease has ended."""
        oldest = StoredRun.created, StoredRun.number, StoredRun.id
        found = select(StoredRun.id).where(self._free()).order_by(*oldest).limit(most)
        return self.session.scalars(found).all()

    def take(
        self, run_id: str, *, worker: str, lease_s: float, most_lost: int = MOST_LOST
    ) -> Lease | None:
        """Makes the run this worker's; None when it is another's, or over.

        A run that is to be cancelled ends instead, and so does one that has lost so many workers in a row.
        """
        now = self._store_time()
        self._end_cancelled(and_(StoredRun.id == run_id, self._free(now)), now)
        self._end_hopeless(and_(StoredRun.id == run_id, self._free(now)), now, most_lost)
        taken = (
            update(StoredRun)
            .where(StoredRun.id == run_id, self._free(now))
            .values(
                status=RunStatus.RUNNING.value,
                attempt=StoredRun.attempt + 1,
                lost=_lost(),
                leased_by=worker,
                leased_until=now + dt.timedelta(seconds=lease_s),
                started=func.coalesce(StoredRun.started, now),
            )
            .returning(StoredRun.attempt)
            .execution_options(synchronize_session=False)
        )
        attempt = self.session.scalar(taken)
        return None if attempt is None else Lease(run_id, attempt, worker)

    def renew(self, lease: Lease, *, lease_s: float) -> bool:
        """Holds on to the run for as long again; False when it is no longer this worker's."""
        until = self._store_time() + dt.timedelta(seconds=lease_s)
        renewed = (
            update(StoredRun)
            .where(self._held(lease))
            .values(leased_until=until)
            .returning(StoredRun.id)
            .execution_options(synchronize_session=False)
        )
        return self.session.scalar(renewed) is not None

    def give_back(self, lease: Lease) -> None:
        """Lets go of an unfinished run, so that another may take it at once. One that is to be cancelled ends."""
        self._let_go(self._held(lease), lost=StoredRun.lost)

    def give_back_all(self) -> int:
        """Lets go of all runs, where every worker is known to be dead; how many are free by that."""
        return self._let_go(StoredRun.status == RunStatus.RUNNING.value, lost=StoredRun.lost + 1)

    def hold(self, lease: Lease) -> None:
        """Makes sure that the run is this worker's until the transaction ends. Comes before every write.

        Raises:
            Overtaken: it is not.
        """
        held = select(StoredRun.id).where(self._held(lease)).with_for_update()
        if self.session.scalar(held) is None:
            raise Overtaken

    def cancel(self, run: StoredRun) -> bool:
        """Asks for the end of a run; whether it was open, and nobody had asked. One that waits ends at once."""
        now = self._store_time()
        asked = (
            update(StoredRun)
            .where(
                StoredRun.id == run.id,
                StoredRun.status.in_(OPEN),
                StoredRun.cancel_requested.is_(None),
            )
            .values(cancel_requested=now)
            .returning(StoredRun.id)
            .execution_options(synchronize_session=False)
        )
        was_open = self.session.scalar(asked) is not None
        self._end_cancelled(and_(StoredRun.id == run.id, StoredRun.status == QUEUED), now)
        self.session.refresh(run)
        return was_open

    def cancel_requested(self, run_ids: Iterable[str]) -> set[str]:
        """Those of the runs that somebody wants to end."""
        found = select(StoredRun.id).where(
            StoredRun.id.in_(list(run_ids)), StoredRun.cancel_requested.is_not(None)
        )
        return set(self.session.scalars(found))

    # ------------------------------------------------------------ what is written in a run

    def plan(self, lease: Lease, pipeline: Document, steps: Iterable[RunStep]) -> None:
        """Writes down what the run will do. Steps that an earlier attempt finished stay as they are."""
        self.hold(lease)
        self._change(lease, pipeline=pipeline)
        finished = select(StepResult.position).where(StepResult.run_id == lease.run_id)
        kept = set(self.session.scalars(finished))
        self.session.execute(
            delete(RunStep).where(RunStep.run_id == lease.run_id, RunStep.position.not_in(kept))
        )
        self.session.add_all(step for step in steps if step.position not in kept)
        self.session.flush()

    def write_step(
        self, lease: Lease, position: int, changes: Mapping[str, Any], result: StepResult | None
    ) -> None:
        """Writes down how a step ended, with its result, if it has one. Once: a second result is refused.

        Raises:
            Overtaken: the run is another's by now.
        """
        self.hold(lease)
        self._change(lease, lost=0)
        self.session.execute(
            update(RunStep)
            .where(RunStep.run_id == lease.run_id, RunStep.position == position)
            .values(**changes, attempt=lease.attempt)
        )
        if result is not None:
            self.session.add(result)
        self.session.flush()

    def begin_steps(self, lease: Lease, begun: Mapping[int, dt.datetime]) -> None:
        """Writes down that steps are under way, and since when; what has ended meanwhile stays as it is."""
        self.hold(lease)
        for position, at in begun.items():
            self.session.execute(
                update(RunStep)
                .where(
                    RunStep.run_id == lease.run_id,
                    RunStep.position == position,
                    RunStep.status == StepStatus.PENDING.value,
                )
                .values(status=StepStatus.RUNNING.value, started=at)
            )

    def add_events(self, lease: Lease, events: Sequence[RunEvent]) -> None:
        """Appends to what happened."""
        self.hold(lease)
        self.session.add_all(events)
        self.session.flush()

    def end(
        self, lease: Lease, status: RunStatus, *, summary: Document | None, problem: Document | None
    ) -> None:
        """Ends the run; its lease with it."""
        self.hold(lease)
        now = self._store_time()
        self._end(self._held(lease), status, now, summary=summary, problem=problem)

    # ------------------------------------------------------------ what was written

    def steps(self, run_id: str) -> Sequence[RunStep]:
        """The steps of a run, in their order."""
        found = select(RunStep).where(RunStep.run_id == run_id).order_by(RunStep.position)
        return self.session.scalars(found).all()

    def results(self, run_id: str) -> Sequence[StepResult]:
        """The results of a run's steps, in their order."""
        found = select(StepResult).where(StepResult.run_id == run_id).order_by(StepResult.position)
        return self.session.scalars(found).all()

    def with_rows(self, run_id: str) -> set[int]:
        """The positions of the steps of which a file of rows is kept."""
        found = select(StepResult.position).where(
            StepResult.run_id == run_id, StepResult.rows_file.is_not(None)
        )
        return set(self.session.scalars(found))

    def result(self, run_id: str, position: int) -> StepResult | None:
        """The result of one step."""
        return self.session.get(StepResult, (run_id, position))

    def events(self, run_id: str, *, after: int, most: int) -> Sequence[RunEvent]:
        """What happened after the event of this number, in order."""
        found = (
            select(RunEvent)
            .where(RunEvent.run_id == run_id, RunEvent.number > after)
            .order_by(RunEvent.number)
            .limit(most)
        )
        return self.session.scalars(found).all()

    def last_event(self, run_id: str) -> int:
        """The number of the last event; 0 when there is none."""
        found = select(func.max(RunEvent.number)).where(RunEvent.run_id == run_id)
        return self.session.scalar(found) or 0

    # ------------------------------------------------------------ ends

    def _end_cancelled(self, which: ColumnElement[bool], now: dt.datetime) -> None:
        """Ends those of these runs that somebody wants to end; nobody executes them."""
        wanted = and_(which, StoredRun.cancel_requested.is_not(None))
        self._end(wanted, RunStatus.CANCELLED, now)

    def _end_hopeless(self, which: ColumnElement[bool], now: dt.datetime, most_lost: int) -> None:
        problem = Problem(
            code="workers_lost",
            message=f"this run broke its worker {most_lost} times before a step of it was judged",
            hint="look at the memory and at the log of the machines that execute runs",
        )
        hopeless = and_(which, _lost() >= most_lost)
        self._end(hopeless, RunStatus.ERRORED, now, problem=problem.model_dump(mode="json"))

    def _end(
        self,
        which: ColumnElement[bool],
        status: RunStatus,
        now: dt.datetime,
        *,
        summary: Document | None = None,
        problem: Document | None = None,
    ) -> None:
        """The one way in which runs end: no step is left under way, and those who watch are told."""
        ended = (
            update(StoredRun)
            .where(which)
            .values(
                status=status.value,
                finished=now,
                summary=summary,
                problem=problem,
                leased_by=None,
                leased_until=None,
            )
            .returning(StoredRun.id)
            .execution_options(synchronize_session=False)
        )
        for run_id in self.session.scalars(ended).all():
            self.session.execute(
                update(RunStep)
                .where(RunStep.run_id == run_id, RunStep.status.in_(UNFINISHED))
                .values(status=StepStatus.CANCELLED.value, finished=now)
            )
            told = RunFinished(at=now, run_id=run_id, status=status)
            event = RunEvent(
                run_id=run_id,
                number=self.last_event(run_id) + 1,
                at=now,
                kind=RunFinished.__name__,
                document=told.model_dump(mode="json", exclude={"at"}),
            )
            self.session.add(event)
        self.session.flush()

    def _let_go(self, which: ColumnElement[bool], *, lost: Any) -> int:
        """Makes these runs wait again, or ends them; how many wait."""
        self._end_cancelled(which, self._store_time())
        freed = (
            update(StoredRun)
            .where(which)
            .values(status=QUEUED, leased_by=None, leased_until=None, lost=lost)
            .returning(StoredRun.id)
            .execution_options(synchronize_session=False)
        )
        run_ids = self.session.scalars(freed).all()
        self.session.execute(
            update(RunStep)
            .where(RunStep.run_id.in_(run_ids), RunStep.status == StepStatus.RUNNING.value)
            .values(status=StepStatus.PENDING.value, started=None)
        )
        return len(run_ids)

    # ------------------------------------------------------------ conditions

    def _free(self, now: dt.datetime | None = None) -> ColumnElement[bool]:
        overdue = and_(
            StoredRun.status == RunStatus.RUNNING.value,
            StoredRun.leased_until < (now or self._store_time()),
        )
        return or_(StoredRun.status == QUEUED, overdue)

    def _held(self, lease: Lease) -> ColumnElement[bool]:
        return and_(
            StoredRun.id == lease.run_id,
            StoredRun.attempt == lease.attempt,
            StoredRun.status == RunStatus.RUNNING.value,
        )

    def _change(self, lease: Lease, **values: Any) -> None:
        self.session.execute(
            update(StoredRun)
            .where(self._held(lease))
            .values(**values)
            .execution_options(synchronize_session=False)
        )

    def _store_time(self) -> dt.datetime:
        """What time it is where the store is. SQLite is here."""
        if self.session.get_bind().dialect.name == "postgresql":
            told = self.session.scalar(select(func.clock_timestamp()))
            assert isinstance(told, dt.datetime)  # noqa: S101 - for the type checker
            return told.astimezone(dt.UTC)
        return dt.datetime.now(dt.UTC)


def _lost() -> ColumnElement[int]:
    """How many workers in a row the run has lost, with the one whose lease has ended."""
    return StoredRun.lost + case((StoredRun.status == RunStatus.RUNNING.value, 1), else_=0)


def as_pending(run_id: str, position: int, *, step_id: str, validator: str, table: str) -> RunStep:
    """A step that nobody has begun."""
    return RunStep(
        run_id=run_id,
        position=position,
        step_id=step_id,
        validator=validator,
        table=table,
        status=StepStatus.PENDING.value,
        attempt=0,
    )
