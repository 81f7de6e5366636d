"""`/connections`: the databases of a project. Secrets go in and do not come out."""

from fastapi import Request, Response

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
    rates,
    tagged,
)
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.connections import (
    ConnectionChange,
    ConnectionGiven,
    Connections,
    ConnectionStatus,
    ConnectionTold,
)

_TESTS_PER_MINUTE = 10
_VERSION = ("version",)

router = Operations(prefix="/connections", tags=["connections"])


@router.operation("GET", "", Permission.CONNECTION_READ, errors=(404,))
def list_connections(
    project_id: QueryProject, on: On, actor: SignedIn, asked: AskedPage
) -> Page[ConnectionTold]:
    """The connections of a project. Sorted by name, engine, created or updated."""
    return Connections(on).listed(actor, project_id, asked)


@router.operation("POST", "", Permission.CONNECTION_WRITE, errors=(404, 409), status_code=201)
def create_connection(
    given: ConnectionGiven, on: On, actor: SignedIn, once: AskedOnce, response: Response
) -> ConnectionTold:
    """Make a connection. Nothing is connected to yet."""
    told = Connections(on).create(actor, given, once)
    tagged(response, told.version)
    return told


@router.operation("GET", "/{connection_id}", Permission.CONNECTION_READ)
def get_connection(
    connection_id: PathId, on: On, actor: SignedIn, response: Response
) -> ConnectionTold:
    """One connection."""
    told = Connections(on).get(actor, connection_id)
    tagged(response, told.version)
    return told


@router.operation(
    "PUT", "/{connection_id}", Permission.CONNECTION_WRITE, errors=(409,), needs=_VERSION
)
def change_connection(
    connection_id: PathId,
    change: ConnectionChange,
    on: On,
    actor: SignedIn,
    version: IfMatch,
    response: Response,
) -> ConnectionTold:
    """Change a connection. A secret that would go to another place than before is forgotten: give it again."""
    told = Connections(on).change(actor, connection_id, change, version=version)
    tagged(response, told.version)
    return told


@router.operation(
    "DELETE", "/{connection_id}", Permission.CONNECTION_WRITE, needs=_VERSION, status_code=204
)
def delete_connection(connection_id: PathId, on: On, actor: SignedIn, version: IfMatch) -> None:
    """Remove a connection and its secrets."""
    Connections(on).delete(actor, connection_id, version=version)


@router.operation("POST", "/{connection_id}/test", Permission.CONNECTION_EXECUTE)
def test_connection(
    connection_id: PathId, on: On, actor: SignedIn, request: Request
) -> ConnectionStatus:
    """Connect, and say what came of it."""
    rates(request).take("connection test", actor.user_id, _TESTS_PER_MINUTE)
    return Connections(on).test(actor, connection_id)


@router.operation("GET", "/{connection_id}/status", Permission.CONNECTION_SETTINGS)
def connection_status(connection_id: PathId, on: On, actor: SignedIn) -> ConnectionStatus | None:
    """What the last test said; null when there was none since the last change."""
    return Connections(on).status(actor, connection_id)
