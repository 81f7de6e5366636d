"""What keeps the studio honest: who did what, which request was answered already, and a few facts about itself."""

import datetime as dt

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from ombudsman.studio.persistence.entities.base import Base, Document


class AuditEntry(Base):
    """Something that was done, or refused. Each entry's digest covers the one before it: a gap or a change shows.

    There are no foreign keys, for the log outlives what it speaks of. The store refuses to change or delete entries.
    """

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_project_id_number", "project_id", "number"),)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    actor_id: Mapped[str | None]
    actor_name: Mapped[str]
    session_id: Mapped[str | None]
    token_id: Mapped[str | None]
    address: Mapped[str]
    request_id: Mapped[str]
    action: Mapped[str]
    outcome: Mapped[str]
    resource: Mapped[str]
    project_id: Mapped[str | None]
    details: Mapped[Document]
    digest: Mapped[str]


class AuditHead(Base):
    """The end of the chain, one row: whoever adds an entry holds it until the transaction ends."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str]


class AnsweredRequest(Base):
    """A request that carried an idempotency key, and its answer, for when it comes again."""

    __tablename__ = "answered_requests"
    user_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    answer: Mapped[Document | None]
    created: Mapped[dt.datetime] = mapped_column(index=True)


class Setting(Base):
    """A fact that the store itself must remember."""

    __tablename__ = "settings"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Document]
