"""Projects and their members. Whoever makes a project owns it."""

import datetime as dt

from pydantic import Field

from ombudsman.model.errors import Conflict, NotFound
from ombudsman.studio.fields import Given, Id, Name, Page, Told, Username, Words, folded
from ombudsman.studio.kept_rows import remove_rows
from ombudsman.studio.persistence.audit import Note
from ombudsman.studio.persistence.entities.projects import Project
from ombudsman.studio.persistence.entities.users import Membership, User
from ombudsman.studio.persistence.paging import PageRequest
from ombudsman.studio.persistence.rows import no_such
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.roles import RIGHTS, Permission, Role, Scope
from ombudsman.studio.services.accounts import ProjectRole
from ombudsman.studio.services.once import Once
from ombudsman.studio.services.service import (
    Actor,
    Service,
    must,
    must_be_confirmed,
    must_match,
)


class ProjectGiven(Given):
    """A project, as it is made or changed."""

    name: Name
    description: Words = ""


class ProjectTold(Told):
    """A project, and what the asker is in it; null for who is no member."""

    id: Id
    name: str
    description: str
    role: ProjectRole | None
    created: dt.datetime
    updated: dt.datetime
    version: int


class MemberGiven(Given):
    """What somebody may do in a project."""

    role: ProjectRole


class NewMemberGiven(MemberGiven):
    """Who becomes a member, by name."""

    username: Username


class MemberTold(Told):
    """A member of a project."""

    user_id: Id
    username: str
    role: ProjectRole
    since: dt.datetime = Field(description="When the user became a member.")


class Members(Told):
    """All members of a project."""

    items: list[MemberTold]
    total: int


class Projects(Service):
    """Projects and members."""

    def listed(self, actor: Actor, asked: PageRequest) -> Page[ProjectTold]:
        """The projects that the actor may see."""
        sees_all = actor.role in RIGHTS[Permission.PROJECT_READ] and actor.only_project is None
        with self.on.store.reading() as unit:
            if Scope.READ not in actor.scopes:
                must(unit, actor, Permission.PROJECT_READ)
            page = unit.projects.listed(
                asked,
                member_id=None if sees_all else actor.user_id,
                only=actor.only_project,
            )
            items = [_told(unit, actor, row) for row in page.items]
            return Page(items=items, total=page.total, next_cursor=page.next_cursor)

    def create(self, actor: Actor, given: ProjectGiven, once: Once) -> ProjectTold:
        """Makes a project.

        Raises:
            Conflict: the name is taken.
        """
        with self.on.store.writing() as unit:
            must(unit, actor, Permission.PROJECT_CREATE)
            return once.answer(unit, actor, ProjectTold, lambda: _made(unit, actor, given))

    def get(self, actor: Actor, project_id: str) -> ProjectTold:
        """One project."""
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.PROJECT_READ, project_id)
            return _told(unit, actor, unit.projects.get(project_id))

    def change(
        self, actor: Actor, project_id: str, given: ProjectGiven, *, version: int
    ) -> ProjectTold:
        """Changes name and description."""
        with self.on.store.writing() as unit:
            must(unit, actor, Permission.PROJECT_WRITE, project_id)
            project = unit.projects.get(project_id)
            must_match(project.version, version)
            _refuse_taken(unit, given.name, project_id)
            project.name, project.description = given.name, given.description
            unit.edited(project)
            unit.note(actor.note("project.change", f"project:{project_id}", project_id=project_id))
            return _told(unit, actor, project)

    def delete(self, actor: Actor, project_id: str, *, version: int) -> None:
        """Removes a project and all that belongs to it. The audit keeps what was done in it."""
        with self.on.store.writing() as unit:
            must(unit, actor, Permission.PROJECT_DELETE, project_id)
            project = unit.projects.get(project_id)
            must_match(project.version, version)
            name, run_ids = project.name, unit.runs.ids_of(project_id)
            unit.projects.remove(project)
            unit.note(
                actor.note(
                    "project.delete", f"project:{project_id}", project_id=project_id, name=name
                )
            )
        remove_rows(self.on.settings.data_folder, run_ids)

    # ------------------------------------------------------------ members

    def members(self, actor: Actor, project_id: str) -> Members:
        """Who works in the project."""
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.MEMBER_READ, project_id)
            unit.projects.get(project_id)
            items = [
                _member(membership, user) for membership, user in unit.projects.members(project_id)
            ]
            return Members(items=items, total=len(items))

    def add_member(self, actor: Actor, project_id: str, given: NewMemberGiven) -> MemberTold:
        """Makes a user a member.

        Raises:
            NotFound: there is no user of this name.
            Conflict: the user is a member already.
        """
        with self.on.store.writing() as unit:
            _must_grant(unit, actor, project_id)
            user = unit.accounts.named(folded(given.username))
            if user is None:
                raise NotFound("there is no user of this name", pointer="/username")
            if unit.projects.membership(project_id, user.id) is not None:
                raise Conflict("the user is a member already", hint="change the role instead")
            membership = Membership(
                project_id=project_id, user_id=user.id, role=given.role, created=unit.now
            )
            unit.projects.put_member(membership)
            unit.note(_granted(actor, project_id, user.id, given.role))
            return _member(membership, user)

    def change_member(
        self, actor: Actor, project_id: str, user_id: str, given: MemberGiven
    ) -> MemberTold:
        """Changes a member's role.

        Raises:
            Conflict: nobody would own the project.
        """
        with self.on.store.writing() as unit:
            _must_grant(unit, actor, project_id)
            unit.projects.hold_members(project_id, Role.OWNER)
            membership = _membership(unit, project_id, user_id)
            membership.role = given.role
            unit.session.flush()
            _refuse_ownerless(unit, project_id)
            unit.note(_granted(actor, project_id, user_id, given.role))
            return _member(membership, unit.accounts.get(user_id))

    def remove_member(self, actor: Actor, project_id: str, user_id: str) -> None:
        """Takes a member out of the project. Raises as `change_member` does."""
        with self.on.store.writing() as unit:
            _must_grant(unit, actor, project_id)
            unit.projects.hold_members(project_id, Role.OWNER)
            unit.projects.remove_member(_membership(unit, project_id, user_id))
            _refuse_ownerless(unit, project_id)
            unit.note(actor.note("member.remove", f"user:{user_id}", project_id=project_id))


def _made(unit: Unit, actor: Actor, given: ProjectGiven) -> ProjectTold:
    _refuse_taken(unit, given.name)
    project = unit.projects.add(
        Project(name=given.name, description=given.description, created=unit.now, updated=unit.now)
    )
    unit.projects.put_member(
        Membership(project_id=project.id, user_id=actor.user_id, role=Role.OWNER, created=unit.now)
    )
    unit.note(actor.note("project.create", f"project:{project.id}", project_id=project.id))
    return _told(unit, actor, project)


def _told(unit: Unit, actor: Actor, project: Project) -> ProjectTold:
    return ProjectTold.model_validate(
        {
            "id": project.id,
            "name": project.name,
            "description": project.description,
            "role": unit.projects.role_of(project.id, actor.user_id),
            "created": project.created,
            "updated": project.updated,
            "version": project.version,
        }
    )


def _refuse_taken(unit: Unit, name: str, but: str | None = None) -> None:
    other = unit.projects.named(name)
    if other is not None and other.id != but:
        raise Conflict("this name is taken", hint="take another", pointer="/name")


def _must_grant(unit: Unit, actor: Actor, project_id: str) -> None:
    must(unit, actor, Permission.MEMBER_WRITE, project_id)
    unit.projects.get(project_id)
    must_be_confirmed(actor, unit.now)


def _membership(unit: Unit, project_id: str, user_id: str) -> Membership:
    membership = unit.projects.membership(project_id, user_id)
    if membership is None:
        raise no_such("member")
    return membership


def _refuse_ownerless(unit: Unit, project_id: str) -> None:
    if not any(member.role == Role.OWNER for member, _ in unit.projects.members(project_id)):
        raise Conflict("nobody would own the project", hint="make another owner first")


def _granted(actor: Actor, project_id: str, user_id: str, role: str) -> Note:
    return actor.note("member.grant", f"user:{user_id}", project_id=project_id, role=role)


def _member(membership: Membership, user: User) -> MemberTold:
    return MemberTold.model_validate(
        {
            "user_id": user.id,
            "username": user.username,
            "role": membership.role,
            "since": membership.created,
        }
    )
