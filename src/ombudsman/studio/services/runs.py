"""Runs of pipelines: asked for, listed, looked into, ended, and run again. Workers execute them (`studio.work`)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from ombudsman.model.errors import Conflict, Problem
from ombudsman.model.pipeline import StepStatus
from ombudsman.studio.fields import Given, Id, Page, Told
from ombudsman.studio.persistence.entities.base import Document
from ombudsman.studio.persistence.entities.projects import StoredPipeline
from ombudsman.studio.persistence.entities.runs import RunEvent, RunStep, StoredRun
from ombudsman.studio.persistence.paging import PageRequest
from ombudsman.studio.persistence.runs import OPEN
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.masks import without_values
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.once import Once
from ombudsman.studio.services.service import Actor, Service, must

MOST_EVENTS = 500
"""How many events are told at a time."""

Again = Literal["all", "failed", "errored"]


class RunGiven(Given):
    """Which steps are to run: none named means all. What a step needs runs too."""

    only: list[str] = Field(default=[], max_length=1_000, description="Ids of steps, or patterns.")


class RunAgain(Given):
    """Which steps of a run are to run again: as they were planned then, over the mapping as it is now."""

    steps: Again = Field(default="failed", description="`failed` are those that did not pass.")
    from_step: str | None = Field(
        default=None, description="This step and all that need it; then `steps` does not count."
    )


class Pin(Given):
    """Whether a run is to be kept, however old it gets."""

    pinned: bool


class RunListed(Told):
    """A run, in a list. `steps` counts its steps by their status, once it is over."""

    id: Id
    project_id: Id
    number: int
    pipeline_id: Id | None
    pipeline_name: str
    pipeline_version: int
    status: str
    trigger: str = Field(description="Who asked for it: a `person`, also `again`, or a `schedule`.")
    schedule_id: Id | None
    started_by: Id
    created: dt.datetime
    started: dt.datetime | None
    finished: dt.datetime | None
    cancel_requested: dt.datetime | None
    pinned: bool = Field(description="Whether it is kept, however old it gets.")
    attempt: int = Field(description="How many workers took it: more than one when some were lost.")
    steps: dict[str, int]
    problem: dict[str, Any] | None = Field(
        description="Why it could not begin, where it could not."
    )


class StepTold(Told):
    """A step of a run. `found` counts by kind what is wrong."""

    position: int
    step_id: str
    validator: str
    table: str
    status: str
    verdict: str | None
    started: dt.datetime | None
    finished: dt.datetime | None
    found: dict[str, int]
    problem: dict[str, Any] | None
    has_rows: bool = Field(
        description="Whether every difference of its rows was kept: see /results/rows."
    )


class RunTold(RunListed):
    """A run with its steps, the text that it executes, as of when it read, and what it looked at."""

    base_run_id: Id | None
    only: list[str]
    yaml: str
    snapshot: dict[str, Any] | None
    coverage: list[dict[str, Any]]
    timeline: list[StepTold]


class EventTold(Told):
    """Something that happened in a run."""

    number: int
    at: dt.datetime
    kind: str
    about: dict[str, Any]


class Runs(Service):
    """The runs."""

    def execute(self, actor: Actor, pipeline_id: str, given: RunGiven, once: Once) -> RunListed:
        """Has a pipeline run as it is now. Returns when the run is written down; a worker takes it from there."""
        with self.on.store.writing() as unit:
            row = _pipeline(unit, actor, pipeline_id)

            def made() -> RunListed:
                run = enqueued(unit, actor.user_id, row, only=given.only)
                unit.note(
                    actor.note(
                        "run.execute", f"run:{run.id}", project_id=row.project_id, name=row.name
                    )
                )
                return _listed(run)

            return once.answer(unit, actor, RunListed, made)

    def listed(
        self,
        actor: Actor,
        project_id: str,
        asked: PageRequest,
        *,
        status: str | None,
        pipeline_id: str | None,
    ) -> Page[RunListed]:
        """The runs of a project, page by page."""
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.RUN_READ, project_id)
            unit.projects.get(project_id)
            page = unit.runs.listed(project_id, asked, status=status, pipeline_id=pipeline_id)
            items = [_listed(row) for row in page.items]
            return Page(items=items, total=page.total, next_cursor=page.next_cursor)

    def get(self, actor: Actor, run_id: str) -> RunTold:
        """A run with its steps."""
        with self.on.store.reading() as unit:
            return _told(unit, _for(unit, actor, run_id, Permission.RUN_READ))

    def cancel(self, actor: Actor, run_id: str) -> RunListed:
        """Asks for the end of a run. One that is over stays as it is."""
        with self.on.store.writing() as unit:
            row = _for(unit, actor, run_id, Permission.RUN_CANCEL)
            if unit.runs.cancel(row):
                unit.note(actor.note("run.cancel", f"run:{row.id}", project_id=row.project_id))
            return _listed(row)

    def pin(self, actor: Actor, run_id: str, pin: Pin) -> RunListed:
        """Pins a run, or lets it go with its age."""
        with self.on.store.writing() as unit:
            row = _for(unit, actor, run_id, Permission.RUN_EXECUTE)
            row.pinned = pin.pinned
            action = "run.pin" if pin.pinned else "run.unpin"
            unit.note(actor.note(action, f"run:{row.id}", project_id=row.project_id))
            return _listed(row)

    def again(self, actor: Actor, run_id: str, given: RunAgain, once: Once) -> RunListed:
        """Has some steps of a run run again, as a run of its own.

        Raises:
            Conflict: the run is not over, or there is no such step in it.
        """
        with self.on.store.writing() as unit:
            row = _for(unit, actor, run_id, Permission.RUN_EXECUTE)

            def made() -> RunListed:
                only = _only(unit, row, given)
                run = unit.runs.enqueue(
                    StoredRun(
                        project_id=row.project_id,
                        pipeline_id=row.pipeline_id,
                        pipeline_name=row.pipeline_name,
                        pipeline_version=row.pipeline_version,
                        trigger="again",
                        started_by=actor.user_id,
                        text=row.text,
                        pipeline=row.pipeline,
                        only=only,
                        base_run_id=row.id,
                        created=unit.now,
                    )
                )
                unit.note(
                    actor.note("run.again", f"run:{run.id}", project_id=row.project_id, of=row.id)
                )
                return _listed(run)

            return once.answer(unit, actor, RunListed, made)

    def events(self, actor: Actor, run_id: str, *, after: int) -> tuple[Sequence[EventTold], bool]:
        """What happened after the event of this number, and whether the run is over and that is all."""
        with self.on.store.reading() as unit:
            row = _for(unit, actor, run_id, Permission.RUN_READ)
            is_over = row.status not in OPEN
            events = [
                _event(each) for each in unit.runs.events(run_id, after=after, most=MOST_EVENTS)
            ]
            return events, is_over and len(events) < MOST_EVENTS


def _pipeline(unit: Unit, actor: Actor, pipeline_id: str) -> StoredPipeline:
    row = unit.pipelines.get(pipeline_id)
    must(unit, actor, Permission.RUN_EXECUTE, row.project_id, noun="pipeline")
    return row


def enqueued(
    unit: Unit,
    started_by: str,
    row: StoredPipeline,
    *,
    only: Sequence[str],
    trigger: str = "person",
    schedule_id: str | None = None,
) -> StoredRun:
    """A run of a pipeline as it is now, which waits for a worker; rights are judged before."""
    return unit.runs.enqueue(
        StoredRun(
            project_id=row.project_id,
            pipeline_id=row.id,
            pipeline_name=row.name,
            pipeline_version=row.version,
            trigger=trigger,
            schedule_id=schedule_id,
            started_by=started_by,
            text=unit.pipelines.texts([row])[row.id],
            only=list(only),
            created=unit.now,
        )
    )


def _for(unit: Unit, actor: Actor, run_id: str, permission: Permission) -> StoredRun:
    row = unit.runs.get(run_id)
    must(unit, actor, permission, row.project_id, noun="run")
    return row


def _only(unit: Unit, row: StoredRun, given: RunAgain) -> list[str]:
    """The steps that are to run again."""
    if row.status in OPEN:
        raise Conflict("this run is not over", hint="cancel it, or wait for its end")
    steps = unit.runs.steps(row.id)
    if given.from_step is not None:
        return _from_step(row, given.from_step)
    if given.steps == "all" or not steps:
        return list(row.only)
    passed = {StepStatus.PASSED.value}
    passed |= {StepStatus.FAILED.value} if given.steps == "errored" else set()
    open_steps = [each.step_id for each in steps if each.status not in passed]
    if not open_steps:
        raise Conflict("no step of this run is left to run again", hint="say steps: all")
    return open_steps


def _from_step(row: StoredRun, step_id: str) -> list[str]:
    steps = (row.pipeline or {}).get("steps", [])
    wanted = {step_id} & {each["id"] for each in steps}
    if not wanted:
        raise Conflict(f"there is no step {step_id!r} in this run", pointer="/from_step")
    while more := {
        each["id"] for each in steps if each["id"] not in wanted and wanted & set(each["needs"])
    }:
        wanted |= more
    return [each["id"] for each in steps if each["id"] in wanted]


def _listed(row: StoredRun) -> RunListed:
    return RunListed.model_validate(_fields(row))


def _fields(row: StoredRun) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in RunListed.model_fields if name != "steps"}
    steps = (row.summary or {}).get("steps", {})
    return told | {"steps": steps, "problem": _problem(row.problem)}


def _problem(stored: Document | None) -> Document | None:
    """A problem as all may see it: the statement that failed may seek rows by the values of others."""
    if stored is None:
        return None
    return without_values(Problem.model_validate(stored)).model_dump(mode="json")


def _told(unit: Unit, row: StoredRun) -> RunTold:
    summary = row.summary or {}
    with_rows = unit.runs.with_rows(row.id)
    return RunTold(
        **_fields(row),
        base_run_id=row.base_run_id,
        only=row.only,
        yaml=row.text,
        snapshot=summary.get("snapshot"),
        coverage=summary.get("coverage", []),
        timeline=[
            step_told(each, has_rows=each.position in with_rows) for each in unit.runs.steps(row.id)
        ],
    )


def step_told(row: RunStep, *, has_rows: bool) -> StepTold:
    """A step of a run, in its list."""
    names = [name for name in StepTold.model_fields if name not in {"found", "has_rows"}]
    told = {name: getattr(row, name) for name in names}
    told |= {"found": row.found or {}, "has_rows": has_rows, "problem": _problem(row.problem)}
    return StepTold.model_validate(told)


def _event(row: RunEvent) -> EventTold:
    return EventTold(number=row.number, at=row.at, kind=row.kind, about=row.document)
