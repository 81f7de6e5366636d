"""Reading the audit log: all of it, or what was done in one project."""

import datetime as dt
from typing import Any

from ombudsman.studio.fields import Id, Page, Told
from ombudsman.studio.persistence.entities.operations import AuditEntry
from ombudsman.studio.persistence.paging import PageRequest
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.service import Actor, Service, must


class AuditTold(Told):
    """Something that was done, or refused."""

    number: int
    at: dt.datetime
    actor_id: Id | None
    actor_name: str
    address: str
    request_id: str
    action: str
    outcome: str
    resource: str
    project_id: Id | None
    details: dict[str, Any]


class Audit(Service):
    """The audit log."""

    def listed(self, actor: Actor, project_id: str | None, asked: PageRequest) -> Page[AuditTold]:
        """The entries, the newest first; of one project, where it is named."""
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.AUDIT_READ, project_id)
            page = unit.audit.listed(asked, project_id=project_id)
            items = [AuditTold.model_validate(_told(row)) for row in page.items]
            return Page(items=items, total=page.total, next_cursor=page.next_cursor)


def _told(row: AuditEntry) -> dict[str, Any]:
    return {name: getattr(row, name) for name in AuditTold.model_fields}
