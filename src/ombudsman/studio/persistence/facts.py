"""Facts that the store itself remembers, and the keys that encrypt what is secret in it."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ombudsman.studio.persistence.entities.base import Document
from ombudsman.studio.persistence.entities.operations import Setting
from ombudsman.studio.persistence.entities.projects import DataKey


class Facts:
    """Named documents, and data keys."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, name: str) -> Document | None:
        """The fact of this name."""
        row = self.session.get(Setting, name)
        return None if row is None else row.value

    def put(self, name: str, value: Document) -> None:
        """Remembers a fact."""
        row = self.session.get(Setting, name)
        if row is None:
            self.session.add(Setting(name=name, value=value))
        else:
            row.value = value

    def data_key_of(self, project_id: str | None) -> DataKey | None:
        """The newest data key of a project; of users, when none is named."""
        same = (
            DataKey.project_id.is_(None) if project_id is None else DataKey.project_id == project_id
        )
        return self.session.scalar(select(DataKey).where(same).order_by(DataKey.id.desc()).limit(1))

    def data_key(self, key_id: str) -> DataKey | None:
        """The data key of this id."""
        return self.session.get(DataKey, key_id)

    def data_keys_under_others(self, master_key: str) -> Sequence[DataKey]:
        """The data keys that another master key still encrypts."""
        return self.session.scalars(select(DataKey).where(DataKey.master_key != master_key)).all()

    def add_data_key(self, row: DataKey, *, at: dt.datetime) -> DataKey:
        """Adds a data key."""
        row.created = at
        self.session.add(row)
        self.session.flush()
        return row
