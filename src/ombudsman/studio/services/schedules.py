"""When pipelines run by themselves: said by people here, carried out by workers (`work/due.py`).

A schedule's runs have the rights of its owner: of whoever saved it last. So nobody can change when, or what, somebody
else's rights run. To save one needs the right to run as well, also of an API token.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from ombudsman.studio.cron import MAX_LENGTH, Cron
from ombudsman.studio.fields import Given, Id, Page, Told
from ombudsman.studio.persistence.audit import Note
from ombudsman.studio.persistence.entities.runs import Schedule, StoredRun
from ombudsman.studio.persistence.paging import PageRequest
from ombudsman.studio.persistence.rows import no_such
from ombudsman.studio.persistence.schedules import Outcome
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.once import Once
from ombudsman.studio.services.service import Actor, Service, must, must_match

TIMES_TOLD = 5


def _one_spaced(text: str) -> str:
    return " ".join(text.split())


class Times(Given):
    """When: a cron expression, and the time zone whose clock it is read by."""

    cron: Annotated[
        str, Field(min_length=1, max_length=MAX_LENGTH), AfterValidator(_one_spaced)
    ] = Field(
        description="Minute, hour, day of the month, month, day of the week.",
        examples=["30 2 * * mon-fri"],
    )
    time_zone: str = Field(default="UTC", max_length=100, examples=["Europe/Berlin"])


class ScheduleChange(Times):
    """A schedule, as it is changed. Whoever changes it becomes its owner."""

    missed: Literal["once", "skip"] = Field(
        default="once",
        description="Times at which the studio stood still: made up for by one run, or let be.",
    )
    enabled: bool = True


class ScheduleGiven(ScheduleChange):
    """A new schedule of a pipeline."""

    pipeline_id: Id


class TimesTold(Told):
    """When a schedule is due: in words, and the next times by the clock of its zone."""

    words: str
    next_times: list[dt.datetime]


class LastRun(Told):
    """The newest run of a schedule."""

    id: Id
    number: int
    status: str
    finished: dt.datetime | None


class ScheduleTold(TimesTold):
    """A schedule. `next_times` are those that would come if it were enabled."""

    id: Id
    project_id: Id
    pipeline_id: Id
    pipeline_name: str
    owner_id: Id
    owner_name: str
    cron: str
    time_zone: str
    missed: Literal["once", "skip"]
    enabled: bool
    disabled_because: str | None = Field(
        description="Why the studio disabled it, where nobody else did."
    )
    next_at: dt.datetime | None
    last_at: dt.datetime | None = Field(description="When it was due last.")
    last_outcome: Outcome | None = Field(description="What became of it then.")
    last_run: LastRun | None
    created: dt.datetime
    updated: dt.datetime
    version: int


class Schedules(Service):
    """The schedules."""

    def listed(self, actor: Actor, project_id: str, asked: PageRequest) -> Page[ScheduleTold]:
        """The schedules of a project, page by page."""
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.SCHEDULE_READ, project_id, noun="schedule")
            unit.projects.get(project_id)
            page = unit.schedules.listed(project_id, asked)
            items = _told(unit, page.items)
            return Page(items=items, total=page.total, next_cursor=page.next_cursor)

    def check(self, actor: Actor, project_id: str, times: Times) -> TimesTold:
        """When a schedule would be due. Saves nothing.

        Raises:
            SettingsError: the expression or the time zone cannot be read.
        """
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.SCHEDULE_READ, project_id, noun="schedule")
            unit.projects.get(project_id)
            return TimesTold(**_times(Cron.read(times.cron, times.time_zone), unit.now))

    def get(self, actor: Actor, project_id: str, schedule_id: str) -> ScheduleTold:
        """One schedule."""
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.SCHEDULE_READ, project_id, noun="schedule")
            row = unit.schedules.get(schedule_id)
            _must_be_of(row, project_id)
            return _one(unit, row)

    def create(
        self, actor: Actor, project_id: str, given: ScheduleGiven, once: Once
    ) -> ScheduleTold:
        """Saves a new schedule, of which the actor is the owner.

        Raises:
            SettingsError: the expression or the time zone cannot be read.
            NotFound: there is no such pipeline in this project.
        """
        with self.on.store.writing() as unit:
            _must_write(unit, actor, project_id)
            cron = Cron.read(given.cron, given.time_zone)

            def made() -> ScheduleTold:
                pipeline = unit.pipelines.get(given.pipeline_id)
                if pipeline.project_id != project_id:
                    raise no_such("pipeline")
                row = unit.schedules.add(
                    Schedule(
                        project_id=project_id,
                        pipeline_id=pipeline.id,
                        owner_id=actor.user_id,
                        next_at=_next_at(cron, given, unit.now),
                        created=unit.now,
                        updated=unit.now,
                        **given.model_dump(exclude={"pipeline_id"}),
                    )
                )
                unit.note(_note(actor, "schedule.create", row))
                return _one(unit, row)

            return once.answer(unit, actor, ScheduleTold, made)

    def change(
        self,
        actor: Actor,
        project_id: str,
        schedule_id: str,
        change: ScheduleChange,
        *,
        version: int,
    ) -> ScheduleTold:
        """Changes a schedule, of which the actor is the owner then. Raises as `create` does."""
        with self.on.store.writing() as unit:
            _must_write(unit, actor, project_id)
            row = unit.schedules.held(schedule_id)
            _must_be_of(row, project_id)
            must_match(row.version, version)
            cron = Cron.read(change.cron, change.time_zone)
            for name, value in change.model_dump().items():
                setattr(row, name, value)
            begins = max(unit.now, row.last_at or unit.now)  # what was due once is not due again
            row.next_at = _next_at(cron, change, begins)
            row.disabled_because = None
            row.owner_id = actor.user_id
            unit.edited(row)
            unit.note(_note(actor, "schedule.change", row))
            return _one(unit, row)

    def delete(self, actor: Actor, project_id: str, schedule_id: str, *, version: int) -> None:
        """Removes a schedule. Its runs stay."""
        with self.on.store.writing() as unit:
            _must_write(unit, actor, project_id)
            row = unit.schedules.held(schedule_id)
            _must_be_of(row, project_id)
            must_match(row.version, version)
            unit.note(_note(actor, "schedule.delete", row))
            unit.schedules.remove(row)


def _must_write(unit: Unit, actor: Actor, project_id: str) -> None:
    must(unit, actor, Permission.SCHEDULE_WRITE, project_id, noun="schedule")
    must(unit, actor, Permission.RUN_EXECUTE, project_id, noun="schedule")


def _must_be_of(row: Schedule, project_id: str) -> None:
    if row.project_id != project_id:
        raise no_such("schedule")


def _next_at(cron: Cron, change: ScheduleChange, after: dt.datetime) -> dt.datetime | None:
    found = cron.after(after) if change.enabled else None
    return None if found is None else found.astimezone(dt.UTC)


def _note(actor: Actor, action: str, row: Schedule) -> Note:
    return actor.note(
        action,
        f"schedule:{row.id}",
        project_id=row.project_id,
        pipeline=row.pipeline_id,
        cron=row.cron,
        time_zone=row.time_zone,
        enabled=row.enabled,
    )


def _times(cron: Cron | None, now: dt.datetime) -> dict[str, Any]:
    if cron is None:
        return {"words": "known no more", "next_times": []}
    return {"words": cron.explained(), "next_times": cron.next_times(now, TIMES_TOLD)}


def _one(unit: Unit, row: Schedule) -> ScheduleTold:
    return _told(unit, [row])[0]


def _told(unit: Unit, rows: Sequence[Schedule]) -> list[ScheduleTold]:
    pipelines, owners = unit.schedules.pipeline_names(rows), unit.schedules.owner_names(rows)
    last_runs = unit.schedules.last_runs(rows)
    beside = {"words", "next_times", "pipeline_name", "owner_name", "last_run"}
    told = []
    for row in rows:
        fields = {name: getattr(row, name) for name in set(ScheduleTold.model_fields) - beside}
        told.append(
            ScheduleTold(
                **fields,
                **_times(Cron.known(row.cron, row.time_zone), unit.now),
                pipeline_name=pipelines[row.pipeline_id],
                owner_name=owners[row.owner_id],
                last_run=_last_run(last_runs.get(row.id)),
            )
        )
    return told


def _last_run(run: StoredRun | None) -> LastRun | None:
    if run is None:
        return None
    return LastRun(id=run.id, number=run.number, status=run.status, finished=run.finished)
