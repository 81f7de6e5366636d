"""`/metadata` and `/mapping/suggest`: what the databases say of their tables, and which might answer which."""

from ombudsman.studio.routers.http import On, Operations, PathId, SignedIn
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.metadata import (
    Catalogues,
    CatalogueSummary,
    Extraction,
    Metadata,
    Suggestion,
    SuggestionGiven,
)

router = Operations(prefix="/metadata", tags=["metadata"])
mapping = Operations(prefix="/mapping", tags=["metadata"])


@router.operation("POST", "/extract", Permission.METADATA_EXECUTE, errors=(404, 502, 504))
def extract_metadata(given: Extraction, on: On, actor: SignedIn) -> CatalogueSummary:
    """Read the catalogue of a connection and keep it: tables, columns, types, keys, indexes."""
    return Metadata(on).extract(actor, given)


@router.operation("GET", "/export/{project_id}", Permission.METADATA_READ)
def export_metadata(project_id: PathId, on: On, actor: SignedIn) -> Catalogues:
    """All catalogues of a project, as they were read last."""
    return Metadata(on).exported(actor, project_id)


@mapping.operation("POST", "/suggest", Permission.METADATA_READ, errors=(404, 409))
def suggest_mapping(given: SuggestionGiven, on: On, actor: SignedIn) -> Suggestion:
    """Map two connections by the names of their tables and columns; nothing is saved."""
    return Metadata(on).suggest(actor, given)
