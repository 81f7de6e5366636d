"""One transaction, with what can be asked and changed in it, noun by noun.

The audit is part of it: `note` says what is done, and the entries are chained and written last. No audit, no change.
"""

import datetime as dt
from functools import cached_property

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from ombudsman.studio.persistence.accounts import Accounts
from ombudsman.studio.persistence.answered import Answered
from ombudsman.studio.persistence.attempts import Attempts
from ombudsman.studio.persistence.audit import AuditLog, End, Note
from ombudsman.studio.persistence.connections import Connections
from ombudsman.studio.persistence.entities.base import Versioned
from ombudsman.studio.persistence.entities.projects import StoredMapping
from ombudsman.studio.persistence.facts import Facts
from ombudsman.studio.persistence.old_runs import OldRuns
from ombudsman.studio.persistence.pipelines import Pipelines
from ombudsman.studio.persistence.projects import Projects
from ombudsman.studio.persistence.rules import Rules
from ombudsman.studio.persistence.runs import Runs
from ombudsman.studio.persistence.schedules import Schedules
from ombudsman.studio.persistence.sign_ins import SignIns
from ombudsman.studio.persistence.workloads import Workloads


class Unit:
    """A transaction under way; `now` is its moment."""

    def __init__(self, session: Session, *, now: dt.datetime, audit_key: bytes) -> None:
        self.session = session
        self.now = now
        self._audit_key = audit_key
        self._notes: list[Note] = []

    def note(self, note: Note) -> None:
        """What the audit will say of this transaction, if it commits."""
        self._notes.append(note)

    def edited(self, row: Versioned | StoredMapping) -> None:
        """Writes an edit: the row's version goes up, also when it says what it said before."""
        row.updated = self.now
        flag_modified(row, "updated")
        self.session.flush()

    def close(self) -> End | None:
        """Writes what was noted; where the audit log ends then, if it grew. Called once, before the commit."""
        self.session.flush()
        return self.audit.append(self._notes, at=self.now)

    @cached_property
    def audit(self) -> AuditLog:
        return AuditLog(self.session, self._audit_key)

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.session)

    @cached_property
    def sign_ins(self) -> SignIns:
        return SignIns(self.session)

    @cached_property
    def attempts(self) -> Attempts:
        return Attempts(self.session)

    @cached_property
    def answered(self) -> Answered:
        return Answered(self.session)

    @cached_property
    def facts(self) -> Facts:
        return Facts(self.session)

    @cached_property
    def projects(self) -> Projects:
        return Projects(self.session)

    @cached_property
    def connections(self) -> Connections:
        return Connections(self.session)

    @cached_property
    def pipelines(self) -> Pipelines:
        return Pipelines(self.session)

    @cached_property
    def runs(self) -> Runs:
        return Runs(self.session)

    @cached_property
    def rules(self) -> Rules:
        return Rules(self.session)

    @cached_property
    def workloads(self) -> Workloads:
        return Workloads(self.session)

    @cached_property
    def schedules(self) -> Schedules:
        return Schedules(self.session)

    @cached_property
    def old_runs(self) -> OldRuns:
        return OldRuns(self.session)
