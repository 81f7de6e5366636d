"""`/execution/pin`: runs that are kept, however old they get."""

from ombudsman.studio.routers.http import On, Operations, PathId, SignedIn
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.runs import Pin, RunListed, Runs

router = Operations(prefix="/execution/pin", tags=["runs"])


@router.operation("PUT", "/{execution_id}", Permission.RUN_EXECUTE)
def pin_run(execution_id: PathId, pin: Pin, on: On, actor: SignedIn) -> RunListed:
    """Keep a run with its results, however old it gets, or let it go with its age."""
    return Runs(on).pin(actor, execution_id, pin)
