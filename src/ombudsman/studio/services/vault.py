"""Secrets on their way into the store and out of it, each under the data key of its project, bound to its row.

Whatever passes here is registered as a secret: it will not stand in the log.
"""

from ombudsman.model.errors import SettingsError
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.ids import new_id
from ombudsman.studio.persistence.entities.projects import DataKey
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.envelope import Envelope, Place, WrappedKey, key_id_of


class Vault:
    """Seals and opens in one transaction. What belongs to no project is sealed under the users' key."""

    def __init__(self, foundation: Foundation, unit: Unit) -> None:
        self._envelope: Envelope = foundation.envelope
        self._secrets = foundation.secrets
        self._unit = unit

    def seal(self, secret: str, *, project_id: str | None, row_id: str, field: str) -> bytes:
        """The secret as a box for this row."""
        self._secrets.add(secret)
        key = self._unit.facts.data_key_of(project_id) or self._new_key(project_id)
        return self._envelope.seal(_wrapped(key), secret, Place(project_id or "", row_id, field))

    def open(self, box: bytes, *, project_id: str | None, row_id: str, field: str) -> str:
        """What is in the box of this row.

        Raises:
            SettingsError: it cannot be opened.
        """
        key = self._unit.facts.data_key(key_id_of(box))
        if key is None or key.project_id != project_id:
            raise SettingsError(
                "a secret in the store cannot be opened: its key is not there",
                hint="set the secret again",
            )
        secret = self._envelope.open(_wrapped(key), box, Place(project_id or "", row_id, field))
        self._secrets.add(secret)
        return secret

    def rewrap_all(self) -> int:
        """Wraps every data key by the newest master key; how many were not yet. Safe to repeat at any time."""
        keys = self._unit.facts.data_keys_under_others(self._envelope.newest)
        for key in keys:
            moved = self._envelope.rewrapped(_wrapped(key))
            key.wrapped, key.master_key = moved.wrapped, moved.master
        return len(keys)

    def _new_key(self, project_id: str | None) -> DataKey:
        made = self._envelope.new_key(new_id())
        row = DataKey(
            id=made.key_id, project_id=project_id, wrapped=made.wrapped, master_key=made.master
        )
        return self._unit.facts.add_data_key(row, at=self._unit.now)


def _wrapped(row: DataKey) -> WrappedKey:
    return WrappedKey(row.id, row.wrapped, row.master_key)
