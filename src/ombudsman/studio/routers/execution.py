"""`/execution`: runs, what came of their steps, and what happens in them while it happens."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, cast

from fastapi import Depends, Header, Path, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from ombudsman.model.errors import SettingsError
from ombudsman.studio.fields import Id, Page
from ombudsman.studio.routers.http import (
    AskedOnce,
    AskedPage,
    On,
    Operations,
    PathId,
    QueryProject,
    SignedIn,
)
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.runs import (
    RunAgain,
    RunGiven,
    RunListed,
    Runs,
    RunTold,
)
from ombudsman.studio.services.sight import REASON, Reason
from ombudsman.studio.services.step_results import ResultTold, StepResults
from ombudsman.studio.work.embedded import Wake

LOOK_EVERY_S = 0.5
"""How often a watched run is looked at."""

router = Operations(prefix="/execution", tags=["runs"])
pipelines = Operations(prefix="/pipelines", tags=["runs"])


def _last_event(
    execution_id: PathId,
    on: On,
    actor: SignedIn,
    last_event_id: Annotated[
        str | None, Header(description="The number of the last event that you have.")
    ] = None,
) -> int:
    """After which event to go on. Judged here, for once a stream has begun it cannot refuse any more."""
    Runs(on).events(actor, execution_id, after=0)
    if last_event_id is None:
        return 0
    if not (last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) < 19):
        raise SettingsError("this is no number of an event", parameter="Last-Event-ID")
    return int(last_event_id)


LastEvent = Annotated[int, Depends(_last_event)]


def _wake(request: Request) -> Wake:
    return cast("Wake", request.app.state.wake)


@pipelines.operation(
    "POST", "/{pipeline_id}/execute", Permission.RUN_EXECUTE, errors=(409,), status_code=202
)
def execute_pipeline(
    pipeline_id: PathId,
    given: RunGiven,
    on: On,
    actor: SignedIn,
    once: AskedOnce,
    request: Request,
) -> RunListed:
    """Have a pipeline run as it is now. Follow the run below /execution."""
    run = Runs(on).execute(actor, pipeline_id, given, once)
    _wake(request)()
    return run


@router.operation("GET", "/history", Permission.RUN_READ, errors=(404,))
def list_runs(
    project_id: QueryProject,
    on: On,
    actor: SignedIn,
    asked: AskedPage,
    status: Annotated[
        str | None, Query(max_length=20, pattern="^[a-z]+$", description="Only of this status.")
    ] = None,
    pipeline_id: Annotated[Id | None, Query(description="Only of this pipeline.")] = None,
) -> Page[RunListed]:
    """The runs of a project, the newest first. Sorted by number, created, status or pipeline."""
    return Runs(on).listed(actor, project_id, asked, status=status, pipeline_id=pipeline_id)


@router.operation("GET", "/results/{execution_id}", Permission.RUN_READ)
def get_run(execution_id: PathId, on: On, actor: SignedIn) -> RunTold:
    """A run: its steps, their verdicts, what was looked at."""
    return Runs(on).get(actor, execution_id)


@router.operation("GET", "/results/{execution_id}/steps/{position}", Permission.ROWS_READ)
def get_step_result(
    execution_id: PathId,
    position: Annotated[int, Path(ge=0, le=2**31 - 1)],
    on: On,
    actor: SignedIn,
    reason: Annotated[Reason | None, Query(description=REASON)] = None,
) -> ResultTold:
    """What a step found: figures, findings, and the statements that prove it. Values of rows are masked."""
    return StepResults(on).result(actor, execution_id, position, reason)


@router.operation("POST", "/cancel/{execution_id}", Permission.RUN_CANCEL, status_code=202)
def cancel_run(execution_id: PathId, on: On, actor: SignedIn, request: Request) -> RunListed:
    """End a run: its statements are stopped, what was judged stays."""
    run = Runs(on).cancel(actor, execution_id)
    _wake(request)()
    return run


@router.operation(
    "POST", "/again/{execution_id}", Permission.RUN_EXECUTE, errors=(409,), status_code=202
)
def run_again(
    execution_id: PathId,
    given: RunAgain,
    on: On,
    actor: SignedIn,
    once: AskedOnce,
    request: Request,
) -> RunListed:
    """Run what did not pass once more, or from a step on, or all of it."""
    run = Runs(on).again(actor, execution_id, given, once)
    _wake(request)()
    return run


@router.operation(
    "GET",
    "/events/{execution_id}",
    Permission.RUN_READ,
    response_class=EventSourceResponse,
)
async def watch_run(
    execution_id: PathId, on: On, actor: SignedIn, request: Request, after: LastEvent
) -> AsyncIterator[ServerSentEvent]:
    """What happens in a run, as it happens (server-sent events), until it is over."""
    runs = Runs(on)
    while not await request.is_disconnected():
        events, is_all = await run_in_threadpool(runs.events, actor, execution_id, after=after)
        for event in events:
            after = event.number
            yield ServerSentEvent(data=event, event=event.kind, id=str(event.number))
        if is_all:
            yield ServerSentEvent(data={}, event="End")
            return
        if not events:
            await asyncio.sleep(LOOK_EVERY_S)
