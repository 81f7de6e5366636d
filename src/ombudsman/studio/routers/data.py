"""`/data`: a look at one table of a connection."""

from ombudsman.studio.routers.http import On, Operations, SignedIn
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.data import Data, Preview, PreviewGiven, Profile, TableGiven

router = Operations(prefix="/data", tags=["data"])

_ERRORS = (404, 409, 502, 504)


@router.operation("POST", "/preview", Permission.METADATA_EXECUTE, errors=_ERRORS)
def preview_table(given: PreviewGiven, on: On, actor: SignedIn) -> Preview:
    """Show some rows of a table, masked unless an owner gives a reason."""
    return Data(on).preview(actor, given)


@router.operation("POST", "/profile", Permission.METADATA_EXECUTE, errors=_ERRORS)
def profile_table(given: TableGiven, on: On, actor: SignedIn) -> Profile:
    """Tell how many rows a table has, and NULLs, different values, least and greatest of each column."""
    return Data(on).profile(actor, given)
