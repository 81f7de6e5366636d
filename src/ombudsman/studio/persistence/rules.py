"""Business rules of projects."""

from typing import ClassVar

from sqlalchemy import select

from ombudsman.studio.persistence.entities.projects import Rule
from ombudsman.studio.persistence.paging import PageOf, PageRequest, Sorts
from ombudsman.studio.persistence.rows import Rows, containing


class Rules(Rows[Rule]):
    """The rules."""

    entity = Rule
    noun = "rule"
    sorts: ClassVar[Sorts] = {
        "name": Rule.name,
        "table": Rule.table,
        "created": Rule.created,
        "updated": Rule.updated,
    }
    by_default = "name"

    def listed(self, project_id: str, asked: PageRequest) -> PageOf[Rule]:
        """One page of a project's rules."""
        found = select(Rule).where(Rule.project_id == project_id, containing(Rule.name, asked.q))
        return self.page(found, asked)

    def named(self, project_id: str, name: str) -> Rule | None:
        """The project's rule of this name."""
        return self.session.scalar(
            select(Rule).where(Rule.project_id == project_id, Rule.name == name)
        )
