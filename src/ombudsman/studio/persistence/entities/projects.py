"""What a team works on: projects, and in them connections, the mapping, pipelines with their versions, and rules."""

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ombudsman.studio.persistence.entities.base import Base, Document, Named, Versioned


def _to_project() -> ForeignKey:
    return ForeignKey("projects.id", ondelete="CASCADE")


def _to_pipeline() -> ForeignKey:
    return ForeignKey("pipelines.id", ondelete="CASCADE")


def _to_user() -> ForeignKey:
    return ForeignKey("users.id")


class Project(Versioned, Base):
    """A migration: who works on it stands in its memberships."""

    __tablename__ = "projects"
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")


class Connection(Versioned, Base):
    """A way to a database: `settings` without secrets, and the secrets in an encrypted box bound to this row.

    `status` is what the last test said; it is emptied when the settings change.
    """

    __tablename__ = "connections"
    __table_args__ = (UniqueConstraint("project_id", "name"),)
    project_id: Mapped[str] = mapped_column(_to_project())
    name: Mapped[str]
    engine: Mapped[str]
    settings: Mapped[Document]
    secret_box: Mapped[bytes | None] = mapped_column(LargeBinary)
    secret_fields: Mapped[list[str]]
    secret_set: Mapped[dt.datetime | None]
    status: Mapped[Document | None]


class StoredCatalogue(Base):
    """What a connection's database said of its own tables when it was asked last."""

    __tablename__ = "catalogues"
    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connections.id", ondelete="CASCADE"), primary_key=True
    )
    read_at: Mapped[dt.datetime]
    document: Mapped[Document]


class StoredMapping(Base):
    """Which table and column answers which, as one document of the project."""

    __tablename__ = "mappings"
    project_id: Mapped[str] = mapped_column(_to_project(), primary_key=True)
    document: Mapped[Document]
    updated: Mapped[dt.datetime]
    updated_by: Mapped[str] = mapped_column(_to_user())
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class StoredPipeline(Versioned, Base):
    """A pipeline; `version` is the number of its newest text."""

    __tablename__ = "pipelines"
    __table_args__ = (UniqueConstraint("project_id", "name"),)
    project_id: Mapped[str] = mapped_column(_to_project())
    name: Mapped[str]
    steps: Mapped[int]


class PipelineVersion(Base):
    """The text of a pipeline as it was saved once; never changed."""

    __tablename__ = "pipeline_versions"
    pipeline_id: Mapped[str] = mapped_column(_to_pipeline(), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str]
    saved: Mapped[dt.datetime]
    saved_by: Mapped[str] = mapped_column(_to_user())
    note: Mapped[str] = mapped_column(default="")


class Rule(Versioned, Base):
    """A business condition over a source table. `approved` says that somebody else than its author read it."""

    __tablename__ = "rules"
    __table_args__ = (UniqueConstraint("project_id", "name"),)
    project_id: Mapped[str] = mapped_column(_to_project())
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    table: Mapped[str]
    severity: Mapped[str]
    dialect: Mapped[str]
    params: Mapped[Document]
    author_id: Mapped[str] = mapped_column(_to_user())
    approved: Mapped[dt.datetime | None]
    approved_by: Mapped[str | None] = mapped_column(_to_user())


class DataKey(Named, Base):
    """What encrypts the secrets of one project (or, without one, of users), itself encrypted by the master key."""

    __tablename__ = "data_keys"
    project_id: Mapped[str | None] = mapped_column(_to_project(), unique=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    master_key: Mapped[str]
