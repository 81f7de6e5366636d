"""`/projects/{project_id}/schedules`: when pipelines run by themselves."""

from fastapi import Response

from ombudsman.studio.fields import Page
from ombudsman.studio.routers.http import (
    AskedOnce,
    AskedPage,
    IfMatch,
    On,
    Operations,
    PathId,
    SignedIn,
    tagged,
)
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.schedules import (
    ScheduleChange,
    ScheduleGiven,
    Schedules,
    ScheduleTold,
    Times,
    TimesTold,
)

_VERSION = ("version",)

router = Operations(prefix="/projects/{project_id}/schedules", tags=["schedules"])


@router.operation("GET", "", Permission.SCHEDULE_READ, errors=(404,))
def list_schedules(
    project_id: PathId, on: On, actor: SignedIn, asked: AskedPage
) -> Page[ScheduleTold]:
    """The schedules of a project, the newest first. Sorted by created or updated."""
    return Schedules(on).listed(actor, project_id, asked)


@router.operation("POST", "", Permission.SCHEDULE_WRITE, errors=(404,), status_code=201)
def create_schedule(
    project_id: PathId,
    given: ScheduleGiven,
    on: On,
    actor: SignedIn,
    once: AskedOnce,
    response: Response,
) -> ScheduleTold:
    """Have a pipeline run by itself, with your rights."""
    told = Schedules(on).create(actor, project_id, given, once)
    tagged(response, told.version)
    return told


@router.operation("POST", "/check", Permission.SCHEDULE_READ, errors=(404,))
def check_schedule(project_id: PathId, given: Times, on: On, actor: SignedIn) -> TimesTold:
    """Say when a schedule would be due, and save nothing."""
    return Schedules(on).check(actor, project_id, given)


@router.operation("GET", "/{schedule_id}", Permission.SCHEDULE_READ)
def get_schedule(
    project_id: PathId, schedule_id: PathId, on: On, actor: SignedIn, response: Response
) -> ScheduleTold:
    """One schedule, with the next times that it is due."""
    told = Schedules(on).get(actor, project_id, schedule_id)
    tagged(response, told.version)
    return told


@router.operation("PUT", "/{schedule_id}", Permission.SCHEDULE_WRITE, errors=(409,), needs=_VERSION)
def change_schedule(
    project_id: PathId,
    schedule_id: PathId,
    change: ScheduleChange,
    on: On,
    actor: SignedIn,
    version: IfMatch,
    response: Response,
) -> ScheduleTold:
    """Change a schedule. It runs with your rights from then on."""
    told = Schedules(on).change(actor, project_id, schedule_id, change, version=version)
    tagged(response, told.version)
    return told


@router.operation(
    "DELETE", "/{schedule_id}", Permission.SCHEDULE_WRITE, needs=_VERSION, status_code=204
)
def delete_schedule(
    project_id: PathId, schedule_id: PathId, on: On, actor: SignedIn, version: IfMatch
) -> None:
    """Remove a schedule. Its runs stay."""
    Schedules(on).delete(actor, project_id, schedule_id, version=version)
