"""`/projects/`: projects, their members, and their mapping."""

from fastapi import Response

from ombudsman.studio.fields import Page
from ombudsman.studio.routers.http import (
    AskedOnce,
    AskedPage,
    IfMatch,
    On,
    Operations,
    PathId,
    SignedIn,
    tagged,
)
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.mappings import MappingGiven, Mappings, MappingTold
from ombudsman.studio.services.projects import (
    MemberGiven,
    Members,
    MemberTold,
    NewMemberGiven,
    ProjectGiven,
    Projects,
    ProjectTold,
)

router = Operations(prefix="/projects", tags=["projects"])
_VERSION = ("version",)


@router.operation("GET", "/", Permission.SIGNED_IN)
def list_projects(on: On, actor: SignedIn, asked: AskedPage) -> Page[ProjectTold]:
    """The projects that I may see. Sorted by name, created or updated."""
    return Projects(on).listed(actor, asked)


@router.operation("POST", "/", Permission.PROJECT_CREATE, errors=(409,), status_code=201)
def create_project(
    given: ProjectGiven, on: On, actor: SignedIn, once: AskedOnce, response: Response
) -> ProjectTold:
    """Make a project; its maker owns it."""
    told = Projects(on).create(actor, given, once)
    tagged(response, told.version)
    return told


@router.operation("GET", "/{project_id}", Permission.PROJECT_READ)
def get_project(project_id: PathId, on: On, actor: SignedIn, response: Response) -> ProjectTold:
    """One project."""
    told = Projects(on).get(actor, project_id)
    tagged(response, told.version)
    return told


@router.operation("PUT", "/{project_id}", Permission.PROJECT_WRITE, errors=(409,), needs=_VERSION)
def change_project(
    project_id: PathId,
    given: ProjectGiven,
    on: On,
    actor: SignedIn,
    version: IfMatch,
    response: Response,
) -> ProjectTold:
    """Change a project's name and description."""
    told = Projects(on).change(actor, project_id, given, version=version)
    tagged(response, told.version)
    return told


@router.operation(
    "DELETE", "/{project_id}", Permission.PROJECT_DELETE, needs=_VERSION, status_code=204
)
def delete_project(project_id: PathId, on: On, actor: SignedIn, version: IfMatch) -> None:
    """Remove a project and all that belongs to it."""
    Projects(on).delete(actor, project_id, version=version)


# ------------------------------------------------------------ members


@router.operation("GET", "/{project_id}/members", Permission.MEMBER_READ)
def list_members(project_id: PathId, on: On, actor: SignedIn) -> Members:
    """Who works in the project?"""
    return Projects(on).members(actor, project_id)


@router.operation(
    "POST", "/{project_id}/members", Permission.MEMBER_WRITE, errors=(409,), status_code=201
)
def add_member(project_id: PathId, given: NewMemberGiven, on: On, actor: SignedIn) -> MemberTold:
    """Make a user a member."""
    return Projects(on).add_member(actor, project_id, given)


@router.operation("PUT", "/{project_id}/members/{user_id}", Permission.MEMBER_WRITE, errors=(409,))
def change_member(
    project_id: PathId, user_id: PathId, given: MemberGiven, on: On, actor: SignedIn
) -> MemberTold:
    """Change a member's role."""
    return Projects(on).change_member(actor, project_id, user_id, given)


@router.operation(
    "DELETE",
    "/{project_id}/members/{user_id}",
    Permission.MEMBER_WRITE,
    errors=(409,),
    status_code=204,
)
def remove_member(project_id: PathId, user_id: PathId, on: On, actor: SignedIn) -> None:
    """Take a member out of the project."""
    Projects(on).remove_member(actor, project_id, user_id)


# ------------------------------------------------------------ mapping


@router.operation("GET", "/{project_id}/mapping", Permission.MAPPING_READ)
def get_mapping(project_id: PathId, on: On, actor: SignedIn, response: Response) -> MappingTold:
    """Which table and column answers which."""
    told = Mappings(on).get(actor, project_id)
    tagged(response, told.version)
    return told


@router.operation("PUT", "/{project_id}/mapping", Permission.MAPPING_WRITE, needs=_VERSION)
def put_mapping(
    project_id: PathId,
    given: MappingGiven,
    on: On,
    actor: SignedIn,
    version: IfMatch,
    response: Response,
) -> MappingTold:
    """Save the mapping; the version of none is 0."""
    told = Mappings(on).put(actor, project_id, given, version=version)
    tagged(response, told.version)
    return told
