"""How is a secret kept in the store so that the store alone does not give it away?

AES-256-GCM under a data key, which is kept encrypted by the master key: to change the master key, data keys are
wrapped anew and nothing else moves. What a box belongs to (project, row, field) is authenticated with it, so a box that
somebody moved to another row does not open there.

A box is: one byte of version, the data key's id, twelve random bytes, and the cipher-text with its tag.
"""

import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ombudsman.model.errors import SettingsError
from ombudsman.studio.security.keys import KEY_BYTES, Keys, MasterKey

_VERSION = b"\x01"
_NONCE = 12
_ID = 26


@dataclass(frozen=True)
class WrappedKey:
    """A data key as it is kept: `wrapped` by the master key of this name."""

    key_id: str
    wrapped: bytes = field(repr=False)
    master: str


@dataclass(frozen=True)
class Place:
    """To what a secret belongs. `project_id` is empty for what belongs to a user."""

    project_id: str
    row_id: str
    field: str

    def bound(self, key_id: str) -> bytes:
        """What is authenticated with the secret."""
        return "|".join(("v1", self.project_id, self.row_id, self.field, key_id)).encode()


class Envelope:
    """Seals and opens secrets with the studio's keys."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    @property
    def newest(self) -> str:
        """The name of the master key that wraps new data keys."""
        return self._keys.masters[0].name

    def new_key(self, key_id: str) -> WrappedKey:
        """A data key of this id, wrapped by the newest master key."""
        return self._wrap(key_id, os.urandom(KEY_BYTES))

    def rewrapped(self, key: WrappedKey) -> WrappedKey:
        """The same data key, wrapped by the newest master key."""
        return self._wrap(key.key_id, self._unwrap(key))

    def seal(self, key: WrappedKey, secret: str, place: Place) -> bytes:
        """The secret as a box that opens at its place alone."""
        nonce = os.urandom(_NONCE)
        cipher = AESGCM(self._unwrap(key)).encrypt(nonce, secret.encode(), place.bound(key.key_id))
        return _VERSION + key.key_id.encode() + nonce + cipher

    def open(self, key: WrappedKey, box: bytes, place: Place) -> str:
        """What is in the box.

        Raises:
            SettingsError: it was changed, belongs elsewhere, or its key is not the one.
        """
        nonce, cipher = box[1 + _ID :][:_NONCE], box[1 + _ID + _NONCE :]
        try:
            plain = AESGCM(self._unwrap(key)).decrypt(nonce, cipher, place.bound(key.key_id))
        except (InvalidTag, ValueError):
            raise _unreadable() from None
        return plain.decode()

    def _wrap(self, key_id: str, secret: bytes) -> WrappedKey:
        nonce, master = os.urandom(_NONCE), self._keys.masters[0]
        cipher = self._cipher(master).encrypt(nonce, secret, _bound_key(key_id))
        return WrappedKey(key_id, nonce + cipher, master.name)

    def _unwrap(self, key: WrappedKey) -> bytes:
        master = self._keys.master(key.master)
        if master is None:
            raise SettingsError(
                f"the master key {key.master} that encrypts this is not there",
                hint="put it back into the key file; or start this server again with it in OVS_MASTER_KEY, "
                "and the older ones in OVS_MASTER_KEY_PREVIOUS",
            )
        nonce, cipher = key.wrapped[:_NONCE], key.wrapped[_NONCE:]
        try:
            return self._cipher(master).decrypt(nonce, cipher, _bound_key(key.key_id))
        except (InvalidTag, ValueError):
            raise _unreadable() from None

    def _cipher(self, master: MasterKey) -> AESGCM:
        return AESGCM(self._keys.derived("data keys", master))


def key_id_of(box: bytes) -> str:
    """Which data key a box needs.

    Raises:
        SettingsError: it is no box of ours.
    """
    if box[:1] != _VERSION or len(box) < 1 + _ID + _NONCE:
        raise _unreadable()
    return box[1 : 1 + _ID].decode("ascii", errors="replace")


def _bound_key(key_id: str) -> bytes:
    return f"v1|data key|{key_id}".encode()


def _unreadable() -> SettingsError:
    return SettingsError(
        "a secret in the store cannot be opened: it was changed, or moved",
        hint="set the secret again",
    )
