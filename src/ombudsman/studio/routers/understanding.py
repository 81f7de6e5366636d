"""What catalogues tell to those who think about them: relationships, their picture, and whether shapes are alike.

`/metadata/extract-relationships`, `/mermaid/erd` and `/execution/shape-comparison`.
"""

from typing import Annotated

from fastapi import Query

from ombudsman.studio.fields import Name
from ombudsman.studio.routers.http import On, Operations, PathId, QueryProject, SignedIn
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.pipelines import Diagram
from ombudsman.studio.services.relationships import (
    Relationships,
    RelationshipsGiven,
    RelationshipsTold,
)
from ombudsman.studio.services.shapes import ShapeComparison, Shapes

router = Operations(tags=["metadata"])

_SideName = Annotated[Name, Query(description="The name of a connection of the project.")]


@router.operation(
    "POST",
    "/metadata/extract-relationships",
    Permission.METADATA_EXECUTE,
    errors=(404, 409, 502, 504),
)
def extract_relationships(given: RelationshipsGiven, on: On, actor: SignedIn) -> RelationshipsTold:
    """Say what refers to what in a database, which table is what, and what its columns mean."""
    return Relationships(on).extract(actor, given)


@router.operation("GET", "/mermaid/erd/{connection_id}", Permission.METADATA_READ, errors=(409,))
def relationships_diagram(connection_id: PathId, on: On, actor: SignedIn) -> Diagram:
    """The tables of a connection and what refers to what, as a Mermaid entity-relationship diagram."""
    return Relationships(on).diagram(actor, connection_id)


@router.operation("GET", "/execution/shape-comparison", Permission.METADATA_READ, errors=(404, 409))
def compare_shapes(
    project_id: QueryProject, source: _SideName, target: _SideName, on: On, actor: SignedIn
) -> ShapeComparison:
    """Compare the tables of two connections by their catalogues: columns, types, NULL, keys. No database is asked."""
    return Shapes(on).compared(actor, project_id, source=source, target=target)
