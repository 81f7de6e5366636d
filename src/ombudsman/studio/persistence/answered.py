"""Requests that carried an idempotency key, and what was answered."""

import datetime as dt

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ombudsman.studio.persistence.entities.base import Document
from ombudsman.studio.persistence.entities.operations import AnsweredRequest

KEPT = dt.timedelta(hours=48)


class Answered:
    """The answered requests."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def claim(self, user_id: str, key: str, fingerprint: str, at: dt.datetime) -> bool:
        """Takes the key for this transaction; False when another request has it.

        On PostgreSQL one that comes meanwhile waits here until the first has committed or given up.
        """
        self.session.execute(delete(AnsweredRequest).where(AnsweredRequest.created < at - KEPT))
        row = {"user_id": user_id, "key": key, "fingerprint": fingerprint, "created": at}
        dialect = sqlite if self.session.get_bind().dialect.name == "sqlite" else postgresql
        added = dialect.insert(AnsweredRequest).values(**row).on_conflict_do_nothing()
        return self.session.scalar(added.returning(AnsweredRequest.key)) is not None

    def find(self, user_id: str, key: str) -> AnsweredRequest | None:
        """What was answered to the request of this key."""
        found = select(AnsweredRequest).where(
            AnsweredRequest.user_id == user_id, AnsweredRequest.key == key
        )
        return self.session.scalar(found)

    def answer(self, user_id: str, key: str, answer: Document) -> None:
        """Keeps the answer."""
        self.session.execute(
            update(AnsweredRequest)
            .where(AnsweredRequest.user_id == user_id, AnsweredRequest.key == key)
            .values(answer=answer)
        )
