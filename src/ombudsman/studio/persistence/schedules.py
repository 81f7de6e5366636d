"""Schedules of projects: listed and changed by people, found due and claimed by workers."""

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import and_, func, select, update

from ombudsman.studio.persistence.entities.projects import StoredPipeline
from ombudsman.studio.persistence.entities.runs import Schedule, StoredRun
from ombudsman.studio.persistence.entities.users import User
from ombudsman.studio.persistence.paging import PageOf, PageRequest, Sorts
from ombudsman.studio.persistence.rows import Rows, containing
from ombudsman.studio.persistence.runs import OPEN


class Outcome(StrEnum):
    """What became of a schedule when it was due.

    `run`: a run was asked for. `still_running`: the run before it was not over, so there was none. `missed`: nobody was
    there at the time, and the schedule says to let that be. `disabled`: it may run no more; the reason is told.
    """

    RUN = "run"
    STILL_RUNNING = "still_running"
    MISSED = "missed"
    DISABLED = "disabled"


class Schedules(Rows[Schedule]):
    """The schedules."""

    entity = Schedule
    noun = "schedule"
    sorts: ClassVar[Sorts] = {"created": Schedule.created, "updated": Schedule.updated}

    def listed(self, project_id: str, asked: PageRequest) -> PageOf[Schedule]:
        """One page of a project's schedules, the newest first; `q` is sought in their pipelines' names."""
        found = (
            select(Schedule)
            .join(StoredPipeline, StoredPipeline.id == Schedule.pipeline_id)
            .where(Schedule.project_id == project_id, containing(StoredPipeline.name, asked.q))
        )
        return self.page(found, asked)

    def held(self, schedule_id: str) -> Schedule:
        """The schedule, which nobody else changes or claims until this transaction ends.

        Raises:
            NotFound: there is none.
        """
        found = select(Schedule).where(Schedule.id == schedule_id).with_for_update()
        self.session.scalar(found)
        return self.get(schedule_id)

    # ------------------------------------------------------------ what a list tells beside the rows

    def pipeline_names(self, rows: Sequence[Schedule]) -> Mapping[str, str]:
        """The names of the schedules' pipelines, by their ids."""
        wanted = StoredPipeline.id.in_([row.pipeline_id for row in rows])
        found = self.session.execute(select(StoredPipeline.id, StoredPipeline.name).where(wanted))
        return dict(found.all())

    def owner_names(self, rows: Sequence[Schedule]) -> Mapping[str, str]:
        """The names of the schedules' owners, by their ids."""
        wanted = User.id.in_([row.owner_id for row in rows])
        found = self.session.execute(select(User.id, User.username).where(wanted))
        return dict(found.all())

    def last_runs(self, rows: Sequence[Schedule]) -> Mapping[str, StoredRun]:
        """The newest run of each schedule that has one."""
        newest = (
            select(StoredRun.schedule_id, func.max(StoredRun.number).label("number"))
            .where(StoredRun.schedule_id.in_([row.id for row in rows]))
            .group_by(StoredRun.schedule_id)
            .subquery()
        )
        same = and_(
            StoredRun.schedule_id == newest.c.schedule_id, StoredRun.number == newest.c.number
        )
        runs = self.session.scalars(select(StoredRun).join(newest, same))
        return {run.schedule_id: run for run in runs if run.schedule_id is not None}

    # ------------------------------------------------------------ for workers

    def due(self, now: dt.datetime, *, most: int) -> Sequence[tuple[str, dt.datetime]]:
        """The schedules whose time has come, the longest due first: id, and when that was."""
        found = (
            select(Schedule.id, Schedule.next_at)
            .where(Schedule.enabled, Schedule.next_at <= now)
            .order_by(Schedule.next_at, Schedule.id)
            .limit(most)
        )
        return [(each, at) for each, at in self.session.execute(found) if at is not None]

    def claim(
        self, row: Schedule, *, due: dt.datetime, now: dt.datetime, next_at: dt.datetime | None
    ) -> bool:
        """Makes this time of the schedule this transaction's own; False when another had it, or changed the schedule.

        The version stays as it is: nobody who is editing the schedule is disturbed.
        """
        claimed = (
            update(Schedule)
            .where(
                Schedule.id == row.id,
                Schedule.version == row.version,
                Schedule.next_at == due,
                Schedule.enabled,
            )
            .values(next_at=next_at, last_at=max(now, due))
            .returning(Schedule.id)
            .execution_options(synchronize_session=False)
        )
        return self.session.scalar(claimed) is not None

    def has_open_run(self, schedule_id: str) -> bool:
        """Whether a run of this schedule waits or goes on."""
        found = select(StoredRun.id).where(
            StoredRun.schedule_id == schedule_id, StoredRun.status.in_(OPEN)
        )
        return self.session.scalar(found.limit(1)) is not None

    def tell(self, schedule_id: str, outcome: Outcome) -> None:
        """Writes down what became of the time that was claimed."""
        self._change(schedule_id, last_outcome=outcome.value)

    def disable(self, schedule_id: str, because: str, *, now: dt.datetime) -> None:
        """Lets it run no more, and says why. It counts as an edit."""
        self._change(
            schedule_id,
            enabled=False,
            disabled_because=because,
            next_at=None,
            last_outcome=Outcome.DISABLED.value,
            updated=now,
            version=Schedule.version + 1,
        )

    def _change(self, schedule_id: str, **values: Any) -> None:
        self.session.execute(
            update(Schedule)
            .where(Schedule.id == schedule_id)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
