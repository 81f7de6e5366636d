"""`/pipelines/` and `/mermaid`: pipelines, their versions, and their pictures."""

from typing import Annotated

from fastapi import Path, Response

from ombudsman.pipeline.preview import Preview
from ombudsman.studio.fields import Page
from ombudsman.studio.routers.http import (
    AskedOnce,
    AskedPage,
    IfMatch,
    On,
    Operations,
    PathId,
    QueryProject,
    SignedIn,
    tagged,
)
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.pipelines import (
    Checked,
    Diagram,
    PipelineChange,
    PipelineCheck,
    PipelineGiven,
    PipelineListed,
    Pipelines,
    PipelineTold,
    VersionListed,
    VersionTold,
)
from ombudsman.studio.services.previews import PreviewGiven, Previews

_VERSION = ("version",)

router = Operations(prefix="/pipelines", tags=["pipelines"])
mermaid = Operations(prefix="/mermaid", tags=["pipelines"])


@router.operation("GET", "/", Permission.PIPELINE_READ, errors=(404,))
def list_pipelines(
    project_id: QueryProject, on: On, actor: SignedIn, asked: AskedPage
) -> Page[PipelineListed]:
    """The pipelines of a project. Sorted by name, steps, created or updated."""
    return Pipelines(on).listed(actor, project_id, asked)


@router.operation("POST", "/", Permission.PIPELINE_WRITE, errors=(404, 409), status_code=201)
def create_pipeline(
    given: PipelineGiven, on: On, actor: SignedIn, once: AskedOnce, response: Response
) -> PipelineTold:
    """Save a new pipeline."""
    told = Pipelines(on).create(actor, given, once)
    tagged(response, told.version)
    return told


@router.operation("POST", "/check", Permission.PIPELINE_READ, errors=(404,))
def check_pipeline(given: PipelineCheck, on: On, actor: SignedIn) -> Checked:
    """Say all that is wrong with a pipeline, and save nothing."""
    return Pipelines(on).check(actor, given)


@router.operation("POST", "/preview", Permission.METADATA_READ, errors=(404, 409))
def preview_pipeline(given: PreviewGiven, on: On, actor: SignedIn) -> Preview:
    """Say what SQL a run of a pipeline would ask first, and about how much that is. No database is asked.

    The pipeline is a text, or a saved one. It takes what reads pipelines, too.
    """
    return Previews(on).told(actor, given)


@router.operation("GET", "/{pipeline_id}", Permission.PIPELINE_READ)
def get_pipeline(pipeline_id: PathId, on: On, actor: SignedIn, response: Response) -> PipelineTold:
    """One pipeline, as it was saved last."""
    told = Pipelines(on).get(actor, pipeline_id)
    tagged(response, told.version)
    return told


@router.operation("PUT", "/{pipeline_id}", Permission.PIPELINE_WRITE, errors=(409,), needs=_VERSION)
def change_pipeline(
    pipeline_id: PathId,
    change: PipelineChange,
    on: On,
    actor: SignedIn,
    version: IfMatch,
    response: Response,
) -> PipelineTold:
    """Save the next version of a pipeline."""
    told = Pipelines(on).change(actor, pipeline_id, change, version=version)
    tagged(response, told.version)
    return told


@router.operation(
    "DELETE", "/{pipeline_id}", Permission.PIPELINE_WRITE, needs=_VERSION, status_code=204
)
def delete_pipeline(pipeline_id: PathId, on: On, actor: SignedIn, version: IfMatch) -> None:
    """Remove a pipeline with its versions."""
    Pipelines(on).delete(actor, pipeline_id, version=version)


@router.operation("GET", "/{pipeline_id}/versions", Permission.PIPELINE_READ)
def list_versions(
    pipeline_id: PathId, on: On, actor: SignedIn, asked: AskedPage
) -> Page[VersionListed]:
    """The texts that were saved, the newest first. Sorted by number."""
    return Pipelines(on).versions(actor, pipeline_id, asked)


@router.operation("GET", "/{pipeline_id}/versions/{number}", Permission.PIPELINE_READ)
def get_version(
    pipeline_id: PathId,
    number: Annotated[int, Path(ge=1, le=2**31 - 1)],
    on: On,
    actor: SignedIn,
) -> VersionTold:
    """One text that was saved."""
    return Pipelines(on).version(actor, pipeline_id, number)


@mermaid.operation("GET", "/pipeline/{pipeline_id}", Permission.PIPELINE_READ, errors=(409,))
def pipeline_diagram(pipeline_id: PathId, on: On, actor: SignedIn) -> Diagram:
    """The steps of a pipeline and what each needs, as a Mermaid flowchart."""
    return Pipelines(on).diagram(actor, pipeline_id)
