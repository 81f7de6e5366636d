"""Executions of pipelines, written down so that no crash loses them.

A run belongs to whoever holds its lease. Every taking of the lease raises `attempt`, and whatever is written for a run
names the attempt it was made in: a writer that was overtaken finds that its number is no longer the run's.
"""

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ombudsman.studio.persistence.entities.base import Base, Document, Named, Versioned


def _to_project() -> ForeignKey:
    return ForeignKey("projects.id", ondelete="CASCADE")


def _to_run() -> ForeignKey:
    return ForeignKey("runs.id", ondelete="CASCADE")


def _to_user() -> ForeignKey:
    return ForeignKey("users.id")


class StoredRun(Named, Base):
    """One execution of a pipeline as it was. `number` counts the runs of its project."""

    __tablename__ = "runs"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        Index("ix_runs_status", "status"),
    )
    project_id: Mapped[str] = mapped_column(_to_project())
    pipeline_id: Mapped[str | None] = mapped_column(
        ForeignKey("pipelines.id", ondelete="SET NULL"), index=True
    )
    pipeline_name: Mapped[str]
    pipeline_version: Mapped[int]
    number: Mapped[int]
    status: Mapped[str]
    trigger: Mapped[str]
    """`person`, `again` or `schedule`."""
    schedule_id: Mapped[str | None] = mapped_column(
        ForeignKey("schedules.id", ondelete="SET NULL"), index=True
    )
    started_by: Mapped[str] = mapped_column(_to_user())
    started: Mapped[dt.datetime | None]
    finished: Mapped[dt.datetime | None]
    text: Mapped[str]
    """The pipeline file, as it was when the run was asked for."""
    pipeline: Mapped[Document | None]
    """Its steps as the first attempt made them of the tables it found. Later attempts keep to them, and runs again."""
    only: Mapped[list[str]]
    """Which of its steps; empty means all."""
    base_run_id: Mapped[str | None] = mapped_column(ForeignKey("runs.id", ondelete="SET NULL"))
    attempt: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0)
    """How many attempts in a row were lost with their workers, since a step was written down."""
    leased_by: Mapped[str | None]
    leased_until: Mapped[dt.datetime | None]
    cancel_requested: Mapped[dt.datetime | None]
    summary: Mapped[Document | None]
    problem: Mapped[Document | None]
    pinned: Mapped[bool] = mapped_column(default=False)
    """Somebody wants it kept, however old it gets."""


class RunStep(Base):
    """A step of a run, and what became of it."""

    __tablename__ = "run_steps"
    run_id: Mapped[str] = mapped_column(_to_run(), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step_id: Mapped[str]
    validator: Mapped[str]
    table: Mapped[str]
    status: Mapped[str]
    verdict: Mapped[str | None]
    attempt: Mapped[int]
    started: Mapped[dt.datetime | None]
    finished: Mapped[dt.datetime | None]
    found: Mapped[Document | None]
    problem: Mapped[Document | None]


class StepResult(Base):
    """What a step found, whole, written once in the transaction that ended the step."""

    __tablename__ = "step_results"
    __table_args__ = (
        ForeignKeyConstraint(
            ["run_id", "position"], ["run_steps.run_id", "run_steps.position"], ondelete="CASCADE"
        ),
    )
    run_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[Document]
    rows_file: Mapped[str | None]
    digest: Mapped[str]


class RunEvent(Base):
    """What happened in a run, in order, for those who watch; names and numbers, no values."""

    __tablename__ = "run_events"
    run_id: Mapped[str] = mapped_column(_to_run(), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    kind: Mapped[str]
    document: Mapped[Document]


class Schedule(Versioned, Base):
    """When a pipeline runs by itself. It runs with its owner's rights, as they are then."""

    __tablename__ = "schedules"
    project_id: Mapped[str] = mapped_column(_to_project(), index=True)
    pipeline_id: Mapped[str] = mapped_column(ForeignKey("pipelines.id", ondelete="CASCADE"))
    owner_id: Mapped[str] = mapped_column(_to_user())
    cron: Mapped[str]
    time_zone: Mapped[str]
    missed: Mapped[str]
    """What becomes of times that nobody was there for: `once` they are made up for by one run, or `skip`."""
    enabled: Mapped[bool] = mapped_column(default=True)
    disabled_because: Mapped[str | None]
    """Why the studio itself disabled it."""
    next_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    last_at: Mapped[dt.datetime | None]
    """When it was due last, or was found to have been; `next_at` always comes after it."""
    last_outcome: Mapped[str | None]
    """What became of it then."""
