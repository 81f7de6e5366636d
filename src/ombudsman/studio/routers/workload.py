"""`/workload`: exports of what is asked of a source, their patterns, and the checks that they ask for."""

import asyncio
from typing import Annotated, Any, BinaryIO, cast

from fastapi import Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from ombudsman.studio.errors import BodyTooSlow
from ombudsman.studio.fields import Id, Name, Page
from ombudsman.studio.requests import UPLOADS
from ombudsman.studio.routers.http import (
    AskedPage,
    On,
    Operations,
    PathId,
    QueryProject,
    SignedIn,
)
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.workloads import (
    Kind,
    PatternTold,
    SuggestedPipeline,
    SuggestGiven,
    Trouble,
    WorkloadListed,
    Workloads,
    WorkloadTold,
)
from ombudsman.studio.work.exports import Exports
from ombudsman.studio.work.read_workload import EXPORT

router = Operations(prefix="/workload", tags=["workload"])

_UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": f"The file as it is, of at most {UPLOADS['/workload/analyze'] >> 20} MiB.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _exports(request: Request) -> Exports:
    return cast("Exports", request.app.state.exports)


Reading = Annotated[Exports, Depends(_exports)]


@router.operation(
    "POST",
    "/analyze",
    Permission.WORKLOAD_WRITE,
    errors=(404, 409),
    status_code=202,
    openapi_extra=_UPLOAD,
)
async def analyze_workload(
    project_id: QueryProject,
    connection_id: Annotated[Id, Query(description="The source whose catalogue names the tables.")],
    on: On,
    actor: SignedIn,
    exports: Reading,
    request: Request,
    name: Annotated[Name, Query(description="What to call it.")] = "workload",
    encoding: Annotated[
        str | None,
        Query(
            pattern=r"^[A-Za-z0-9_-]{1,40}$",
            description="Of a text file that does not tell it itself.",
        ),
    ] = None,
) -> WorkloadListed:
    """Send an export (CSV, JSON, XML, Parquet, or a zip of such) as the body; it is read in the background."""
    workloads = Workloads(on)
    await run_in_threadpool(workloads.must_analyze, actor, project_id, connection_id)
    folder = await run_in_threadpool(exports.place)
    try:
        with await run_in_threadpool(open, folder / EXPORT, "wb") as file:
            size = await _received(request, file)
        told = await run_in_threadpool(
            workloads.begin, actor, project_id, connection_id, name=name, size=size
        )
    except BaseException:
        await asyncio.shield(run_in_threadpool(exports.forget, folder))
        raise
    exports.read(told.id, folder, encoding=encoding)
    return told


async def _received(request: Request, file: BinaryIO) -> int:
    """Writes the body down as it comes; how many bytes it has.

    Raises:
        BodyTooSlow: it broke off.
    """
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            await run_in_threadpool(file.write, part)
    except ClientDisconnect:
        raise BodyTooSlow("the upload broke off") from None
    return size


@router.operation("GET", "", Permission.WORKLOAD_READ, errors=(404,))
def list_workloads(
    project_id: QueryProject, on: On, actor: SignedIn, asked: AskedPage
) -> Page[WorkloadListed]:
    """The exports of a project that were sent. Sorted by created or name."""
    return Workloads(on).listed(actor, project_id, asked)


@router.operation("POST", "/suggest", Permission.WORKLOAD_READ, errors=(404, 409))
def suggest_checks(given: SuggestGiven, on: On, actor: SignedIn) -> SuggestedPipeline:
    """The checks that a workload asks for, and a pipeline with them; nothing is saved."""
    return Workloads(on).suggest(actor, given)


@router.operation("GET", "/patterns/{workload_id}", Permission.WORKLOAD_READ)
def list_patterns(
    workload_id: PathId,
    on: On,
    actor: SignedIn,
    asked: AskedPage,
    kind: Annotated[Kind | None, Query(description="Statements that read, or that write.")] = None,
    trouble: Annotated[
        Trouble | None, Query(description="What becomes of them on Snowflake.")
    ] = None,
) -> Page[PatternTold]:
    """The patterns of a workload. Sorted by position (the heaviest first), executions, duration_ms or reads."""
    return Workloads(on).patterns(actor, workload_id, asked, kind=kind, trouble=trouble)


@router.operation("GET", "/{workload_id}", Permission.WORKLOAD_READ)
def get_workload(workload_id: PathId, on: On, actor: SignedIn) -> WorkloadTold:
    """One workload: what is used, and how much."""
    return Workloads(on).get(actor, workload_id)


@router.operation("DELETE", "/{workload_id}", Permission.WORKLOAD_WRITE, status_code=204)
def delete_workload(workload_id: PathId, on: On, actor: SignedIn) -> None:
    """Remove a workload with its patterns."""
    Workloads(on).delete(actor, workload_id)
