"""Projects, their members, and their mappings."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from sqlalchemy import Row, bindparam, select

from ombudsman.studio.persistence.entities.projects import Project, StoredMapping
from ombudsman.studio.persistence.entities.users import Membership, User
from ombudsman.studio.persistence.paging import PageOf, PageRequest, Sorts
from ombudsman.studio.persistence.rows import Rows, containing

_ROLE = select(Membership.role).where(
    Membership.project_id == bindparam("project_id"), Membership.user_id == bindparam("user_id")
)
"""Nearly every request asks this, so it is written once."""


class Projects(Rows[Project]):
    """The projects."""

    entity = Project
    noun = "project"
    sorts: ClassVar[Sorts] = {
        "name": Project.name,
        "created": Project.created,
        "updated": Project.updated,
    }
    by_default = "name"

    def listed(
        self, asked: PageRequest, *, member_id: str | None, only: str | None = None
    ) -> PageOf[Project]:
        """One page of the projects of a member; of all, when none is named. `only`: this project, at most."""
        found = select(Project).where(containing(Project.name, asked.q))
        if member_id is not None:
            mine = select(Membership.project_id).where(Membership.user_id == member_id)
            found = found.where(Project.id.in_(mine))
        if only is not None:
            found = found.where(Project.id == only)
        return self.page(found, asked)

    def named(self, name: str) -> Project | None:
        """The project of this name."""
        return self.session.scalar(select(Project).where(Project.name == name))

    # ------------------------------------------------------------ members

    def role_of(self, project_id: str, user_id: str) -> str | None:
        """The user's role in the project; None when the user is no member, or there is no such project."""
        return self.session.scalar(_ROLE, {"project_id": project_id, "user_id": user_id})

    def has_any(self, user_id: str, roles: Collection[str]) -> bool:
        """Whether the user has one of these roles in any project."""
        found = select(Membership.user_id).where(
            Membership.user_id == user_id, Membership.role.in_(list(roles))
        )
        return self.session.scalar(found.limit(1)) is not None

    def membership(self, project_id: str, user_id: str) -> Membership | None:
        """The user's membership."""
        return self.session.get(Membership, (project_id, user_id))

    def members(self, project_id: str) -> Sequence[Row[Membership, User]]:
        """The members with their users, by name."""
        found = select(Membership, User).join(User, User.id == Membership.user_id)
        return self.session.execute(
            found.where(Membership.project_id == project_id).order_by(User.folded_name)
        ).all()

    def hold_members(self, project_id: str, role: str) -> None:
        """Makes others wait who want to change the members of this role, until the transaction ends."""
        held = select(Membership.user_id).where(
            Membership.project_id == project_id, Membership.role == role
        )
        self.session.execute(held.order_by(Membership.user_id).with_for_update()).all()

    def put_member(self, membership: Membership) -> None:
        """Adds a member."""
        self.session.add(membership)
        self.session.flush()

    def remove_member(self, membership: Membership) -> None:
        """Removes a member."""
        self.session.delete(membership)
        self.session.flush()

    # ------------------------------------------------------------ mapping

    def mapping(self, project_id: str) -> StoredMapping | None:
        """The project's mapping, if one was saved."""
        return self.session.get(StoredMapping, project_id)

    def put_mapping(self, mapping: StoredMapping) -> StoredMapping:
        """Saves a mapping."""
        self.session.add(mapping)
        self.session.flush()
        return mapping
