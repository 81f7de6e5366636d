"""Who did what, when, from where, and whether it was allowed: a chain that shows every gap.

An entry's digest is an HMAC over the digest before it and over all that it says. Whoever changes, removes or inserts an
entry would need the key to make the rest fit. The newest entries could be cut off unseen, together with `audit_head`:
so whoever has committed to the chain writes its end to the server's log, and the log's last word is looked for in it.
"""

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ombudsman.studio.persistence.entities.base import Document
from ombudsman.studio.persistence.entities.operations import AuditEntry, AuditHead
from ombudsman.studio.persistence.paging import PageOf, PageRequest, page_of

BEGINNING = "0" * 64
END_TOLD = "the audit log ends with entry %d, %s"
_BATCH = 1_000


class End(NamedTuple):
    """Where the chain ends: the last entry's number and digest."""

    number: int
    digest: str


@dataclass(frozen=True)
class Note:
    """What is to be said of one deed. `resource` is `noun:id`; `details` hold names and numbers, never a secret."""

    action: str
    resource: str = ""
    outcome: str = "done"
    actor_id: str | None = None
    actor_name: str = ""
    session_id: str | None = None
    token_id: str | None = None
    address: str = ""
    request_id: str = ""
    project_id: str | None = None
    details: Document = field(default_factory=dict)


class AuditLog:
    """The chain."""

    def __init__(self, session: Session, key: bytes) -> None:
        self.session = session
        self._key = key

    def append(self, notes: Sequence[Note], *, at: dt.datetime) -> End | None:
        """Adds entries, and answers the new end. Others who want to add wait until this transaction is over."""
        if not notes:
            return None
        head = self.session.scalars(select(AuditHead).with_for_update()).one()
        for note in notes:
            entry = AuditEntry(number=head.number + 1, at=at, digest="", **vars(note))
            entry.digest = self._digest(head.digest, entry)
            head.number, head.digest = entry.number, entry.digest
            self.session.add(entry)
        self.session.flush()
        return End(head.number, head.digest)

    def listed(self, asked: PageRequest, *, project_id: str | None = None) -> PageOf[AuditEntry]:
        """One page, the newest first; of one project, if it is named."""
        found = select(AuditEntry)
        if project_id is not None:
            found = found.where(AuditEntry.project_id == project_id)
        if asked.q:
            found = found.where(AuditEntry.action.contains(asked.q, autoescape=True))
        return page_of(
            self.session,
            found,
            asked,
            sorts={"number": AuditEntry.number},
            by_default="-number",
            unique=AuditEntry.number,
        )

    def first_broken(self, told: End | None = None) -> int | None:
        """The number of the first entry that is not what it was, or is missing; None when the chain is whole.

        Args:
            told: where the chain ended once, as somebody else remembers it.
        """
        digest, number = BEGINNING, 0
        while entries := self._after(number):
            for entry in entries:
                if entry.number != number + 1 or not hmac.compare_digest(
                    entry.digest, self._digest(digest, entry)
                ):
                    return number + 1
                digest, number = entry.digest, entry.number
            self.session.expunge_all()
        head = self.session.scalars(select(AuditHead)).one()
        if head.number != number or head.digest != digest:
            return number + 1
        if told is not None and told.digest != self._digest_of(told.number):
            return min(told.number, number + 1)
        return None

    def count(self) -> int:
        """How many entries there are."""
        return self.session.scalar(select(func.count()).select_from(AuditEntry)) or 0

    def _digest_of(self, number: int) -> str | None:
        return self.session.scalar(select(AuditEntry.digest).where(AuditEntry.number == number))

    def _after(self, number: int) -> Sequence[AuditEntry]:
        found = select(AuditEntry).where(AuditEntry.number > number)
        return self.session.scalars(found.order_by(AuditEntry.number).limit(_BATCH)).all()

    def _digest(self, before: str, entry: AuditEntry) -> str:
        columns = [column.key for column in AuditEntry.__table__.columns if column.key != "digest"]
        said = {name: getattr(entry, name) for name in columns}
        said["at"] = entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
        text = json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hmac.new(self._key, (before + text).encode(), hashlib.sha256).hexdigest()
