"""Passwords as argon2id hashes, and how many are computed at once.

A hash costs 46 MiB and some fifty milliseconds on purpose. So only a few are computed at the same time: a flood of
sign-ins waits, or is told to come again, and does not eat the machine.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ombudsman.studio.errors import TooMany
from ombudsman.studio.security.password_rules import LONGEST, normalised

_WAIT_S = 10


def _slots() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(2 * (os.cpu_count() or 1))


@dataclass(frozen=True)
class Passwords:
    """Hashes and verifies passwords. `memory_kib` and `passes` are argon2id's; tests take the least allowed."""

    memory_kib: int = 47_104
    passes: int = 2
    _turns: threading.BoundedSemaphore = field(default_factory=_slots, repr=False, compare=False)

    @property
    def _hasher(self) -> PasswordHasher:
        return PasswordHasher(time_cost=self.passes, memory_cost=self.memory_kib, parallelism=1)

    def hash(self, password: str) -> str:
        """What the store keeps of a password."""
        with self._turn():
            return self._hasher.hash(normalised(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether it is the password of this hash. Without one it takes as long, and is not."""
        if len(password) > LONGEST:
            return False
        with self._turn():
            try:
                self._hasher.verify(stored or self._nobodys, normalised(password))
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash should be made anew, stronger."""
        return self._hasher.check_needs_rehash(stored)

    @property
    def _nobodys(self) -> str:
        """A hash of no password with the same cost, so that an unknown user takes as long as a known one."""
        return (
            f"$argon2id$v=19$m={self.memory_kib},t={self.passes},p=1"
            "$bm9ib2R5J3Mgc2FsdCEhIQ$bm9ib2R5IGtub3dzIHRoaXMgcGFzc3dvcmQgLSBubyBvbmU"
        )

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=_WAIT_S):
            raise TooMany("too many people are signing in just now", retry_after_s=_WAIT_S)
        try:
            yield
        finally:
            self._turns.release()
