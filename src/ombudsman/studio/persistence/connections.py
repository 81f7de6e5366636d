"""Connections of projects."""

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from sqlalchemy import select, update

from ombudsman.studio.persistence.entities.base import Document
from ombudsman.studio.persistence.entities.projects import Connection, StoredCatalogue
from ombudsman.studio.persistence.paging import PageOf, PageRequest, Sorts
from ombudsman.studio.persistence.rows import Rows, containing


class Connections(Rows[Connection]):
    """The connections."""

    entity = Connection
    noun = "connection"
    sorts: ClassVar[Sorts] = {
        "name": Connection.name,
        "engine": Connection.engine,
        "created": Connection.created,
        "updated": Connection.updated,
    }
    by_default = "name"

    def listed(self, project_id: str, asked: PageRequest) -> PageOf[Connection]:
        """One page of a project's connections."""
        found = select(Connection).where(
            Connection.project_id == project_id, containing(Connection.name, asked.q)
        )
        return self.page(found, asked)

    def named(self, project_id: str, name: str) -> Connection | None:
        """The project's connection of this name."""
        found = select(Connection).where(
            Connection.project_id == project_id, Connection.name == name
        )
        return self.session.scalar(found)

    def names(self, project_id: str) -> Sequence[str]:
        """What the project's connections are called."""
        found = select(Connection.name).where(Connection.project_id == project_id)
        return self.session.scalars(found.order_by(Connection.name)).all()

    def catalogue(self, connection_id: str) -> StoredCatalogue | None:
        """What the database said of its tables, if it was asked."""
        return self.session.get(StoredCatalogue, connection_id)

    def put_catalogue(self, connection_id: str, document: Document, at: dt.datetime) -> None:
        """Keeps what the database said, in place of what it said before."""
        row = StoredCatalogue(connection_id=connection_id, document=document, read_at=at)
        self.session.merge(row)
        self.session.flush()

    def put_status(self, connection: Connection, status: Document) -> None:
        """Remembers what a test said of the settings as they were read; no edit, so the version stays."""
        same = (Connection.id == connection.id, Connection.version == connection.version)
        self.session.execute(update(Connection).where(*same).values(status=status))
