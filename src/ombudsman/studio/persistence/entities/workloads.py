"""What is asked of a source, as exports told it: patterns and figures, and no value of a statement."""

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ombudsman.studio.persistence.entities.base import Base, Document, Named


class StoredWorkload(Named, Base):
    """An export that was read, or is being read until `reading_until` at the latest.

    `summary` has the figures of tables, columns and the like; `suggestions` the checks that it asks for.
    """

    __tablename__ = "workloads"
    project_id: Mapped[str] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), index=True
    )
    connection_id: Mapped[str] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"))
    read_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str]
    status: Mapped[str]
    reading_until: Mapped[dt.datetime]
    summary: Mapped[Document | None]
    suggestions: Mapped[Document | None]
    problem: Mapped[Document | None]


class StoredPattern(Base):
    """Statements of a workload that are the same but for their values; the heaviest has the lowest position."""

    __tablename__ = "workload_patterns"
    workload_id: Mapped[str] = mapped_column(
        ForeignKey("workloads.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pattern_id: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str]
    executions: Mapped[int] = mapped_column(BigInteger)
    duration_ms: Mapped[float]
    reads: Mapped[int] = mapped_column(BigInteger)
    trouble: Mapped[str]
    """`none`, `answers_differ`, `will_not_run` on the target, or `unread` where it could not be parsed."""
    document: Mapped[Document]
