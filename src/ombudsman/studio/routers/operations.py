"""`/health`, `/metrics`, `/audit`: how the studio is, and who did what in it."""

from typing import Annotated

from fastapi import Query, Request, Response

from ombudsman.studio.fields import Id, Page
from ombudsman.studio.routers.http import AskedPage, On, Operations, SignedIn
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.audit import Audit, AuditTold
from ombudsman.studio.services.health import Health, HealthTold
from ombudsman.studio.services.service import must

_METRICS_TYPE = "text/plain; version=1.0.0; charset=utf-8; escaping=underscores"

router = Operations(tags=["operations"])


@router.operation("GET", "/healthz", Permission.PUBLIC, status_code=204)
def alive() -> None:
    """Does the server answer at all?"""


@router.operation("GET", "/health", Permission.PUBLIC, responses={503: {"model": HealthTold}})
def health(on: On, request: Request, response: Response) -> HealthTold:
    """How are the parts of the studio? 503 when one of them is not well, told in the same form."""
    worker = request.app.state.worker
    told = Health(on).told(None if worker is None else worker.life())
    response.status_code = 200 if told.status == "ok" else 503
    return told


@router.operation(
    "GET",
    "/metrics",
    Permission.METRICS_READ,
    response_class=Response,
)
def metrics(on: On, actor: SignedIn, request: Request) -> Response:
    """What Prometheus reads."""
    with on.store.reading() as unit:
        must(unit, actor, Permission.METRICS_READ)
    return Response(request.app.state.metrics.text(), media_type=_METRICS_TYPE)


@router.operation("GET", "/audit", Permission.AUDIT_READ, errors=(404,))
def list_audit(
    on: On,
    actor: SignedIn,
    asked: AskedPage,
    project_id: Annotated[Id | None, Query(description="Only of this project.")] = None,
) -> Page[AuditTold]:
    """Who did what, the newest first."""
    return Audit(on).listed(actor, project_id, asked)
