"""`/results`: findings, differing rows page by page, files of both, and one run beside another.

Values of rows are masked unless an owner gives a `reason`.
"""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request
from starlette.responses import StreamingResponse

from ombudsman.compare.stored_rows import Sought
from ombudsman.studio.routers.http import (
    AskedPage,
    On,
    Operations,
    PathId,
    SignedIn,
    rates,
)
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.export_files import MEDIA_TYPES
from ombudsman.studio.services.exports import Export, Exports, RowsExport, RunExport
from ombudsman.studio.services.run_comparison import RunComparison, RunsCompared
from ombudsman.studio.services.sight import REASON, Reason
from ombudsman.studio.services.step_results import FindingsPage, RowsPage, StepResults

PORTION = 64 * 1024
"""How many bytes of a file are sent at a time."""

router = Operations(prefix="/results", tags=["results"])

_Word = Annotated[str, Query(max_length=300, pattern=r"^[^\x00]*$")]


def _sought(
    kind: Annotated[list[_Word], Query(max_length=50, description="Only of these kinds.")] = [],  # noqa: B006
    column: Annotated[
        list[_Word],
        Query(max_length=200, description="Only of these columns; empty: of whole rows."),
    ] = [],  # noqa: B006
    cause: Annotated[
        list[_Word], Query(max_length=50, description="Only of these causes; empty: of none.")
    ] = [],  # noqa: B006
) -> Sought:
    return Sought(tuple(kind), tuple(column), tuple(cause))


AskedFor = Annotated[Sought, Depends(_sought)]
Position = Annotated[int, Path(ge=0, le=2**31 - 1, description="The step's place in the run.")]
WhyPlain = Annotated[Reason | None, Query(description=REASON)]

_BINARY = {"type": "string", "format": "binary"}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file, to be saved under the name that it comes with.",
        "content": {
            kind.partition(";")[0]: {"schema": {"type": "object"} if form == "json" else _BINARY}
            for form, kind in MEDIA_TYPES.items()
        },
    }
}


def _export_rate(request: Request, on: On, actor: SignedIn) -> None:
    """Files are dear: so many an hour for one user.

    Raises:
        TooMany: one too many.
    """
    rates(request).take_hourly("export", actor.user_id, on.settings.ovs_exports_per_hour)


ExportRate = Annotated[None, Depends(_export_rate)]


@router.operation("GET", "/findings/{execution_id}", Permission.ROWS_READ)
def list_findings(
    execution_id: PathId,
    on: On,
    actor: SignedIn,
    asked: AskedPage,
    sought: AskedFor,
    reason: WhyPlain = None,
) -> FindingsPage:
    """What the steps of a run found, in their order: a sample of a hundred of each kind and step."""
    return StepResults(on).findings(actor, execution_id, sought, asked, reason)


@router.operation("GET", "/rows/{execution_id}/{position}", Permission.ROWS_READ)
def list_rows(
    execution_id: PathId,
    position: Position,
    on: On,
    actor: SignedIn,
    asked: AskedPage,
    sought: AskedFor,
    reason: WhyPlain = None,
) -> RowsPage:
    """The differing rows of a step, page by page, and how many there are of which.

    Sorted by number (their place in the file), kind, column, cause or key; `q` is a text that the key holds.
    """
    return StepResults(on).rows(actor, execution_id, position, sought, asked, reason)


@router.operation("GET", "/comparison/{execution_id}/{base_id}", Permission.RUN_READ, errors=(409,))
def compare_runs(execution_id: PathId, base_id: PathId, on: On, actor: SignedIn) -> RunsCompared:
    """A run beside another of the same pipeline: which steps are new, gone, better or worse, and by which causes."""
    return RunComparison(on).compare(actor, execution_id, base_id)


@router.operation(
    "POST",
    "/export/{execution_id}",
    Permission.EXPORT_EXECUTE,
    errors=(409,),
    response_class=StreamingResponse,
    responses=_FILE,
)
def export_run(
    execution_id: PathId, given: RunExport, on: On, actor: SignedIn, _rate: ExportRate
) -> StreamingResponse:
    """A run as a file: its findings as lines, its results, its report, or the pack of evidence (a zip)."""
    return _sent(Exports(on).run(actor, execution_id, given))


@router.operation(
    "POST",
    "/export/{execution_id}/{position}",
    Permission.EXPORT_EXECUTE,
    response_class=StreamingResponse,
    responses=_FILE,
)
def export_rows(
    execution_id: PathId,
    position: Position,
    given: RowsExport,
    on: On,
    actor: SignedIn,
    _rate: ExportRate,
) -> StreamingResponse:
    """The differing rows of a step as a file, all of them or those that are asked for."""
    return _sent(Exports(on).rows(actor, execution_id, position, given))


def _sent(export: Export) -> StreamingResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{export.name}"',
        "Content-Length": str(export.bytes),
        "X-Ombudsman-Masked": "true" if export.masked else "false",
    }
    return StreamingResponse(_portions(export), media_type=export.media_type, headers=headers)


def _portions(export: Export) -> Iterator[bytes]:
    with export.file:
        while portion := export.file.read(PORTION):
            yield portion
