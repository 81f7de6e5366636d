"""How often was it tried of late, and who must wait? The counting behind `security/throttle.py`.

An attempt is counted before its password is looked at, so that many at once gain nothing. One that did not fail takes
back what it counted itself and nothing else: whoever signs in cannot set the counters of others back, nor end a wait
that others brought about. Only the counter of this account at this address is forgotten, by a sign-in that is complete.

Codes of a second factor are counted by themselves, for there are few of them: whoever knows the password and tries
codes from many places soon waits for the account, unless its owner has signed in from there.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from ombudsman.studio.errors import TooMany
from ombudsman.studio.persistence.entities.users import LoginAttempts, User
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.throttle import Attempt, Limit, counter_key
from ombudsman.studio.services.service import Service


@dataclass(frozen=True)
class Counted:
    """An attempt that was counted.

    `user` is who it names, if there is such a user; `known_address`, whether that user has signed in from there;
    `blocks`, until when each of its counters blocks because of it, if it does; `wait`, how long the next must wait.
    """

    attempt: Attempt
    user: User | None
    known_address: bool
    blocks: Mapping[str, dt.datetime | None]
    wait: dt.timedelta


class Tries(Service):
    """Counts what is tried, and makes those wait who failed too often."""

    def count(self, attempt: Attempt) -> Counted:
        """Counts an attempt, and lets it pass.

        Raises:
            TooMany: it comes too early; then it is not counted.
        """
        with self.on.store.writing() as unit:
            user = unit.accounts.named(attempt.account)
            known = user is not None and unit.sign_ins.was_here_before(user.id, attempt.address)
            limits = self._by_key(attempt.limits(known_address=known))
            rows = _passable(unit, limits)
            waits = {key: _one_more(rows[key], limit, unit.now) for key, limit in limits.items()}
            blocks = {key: row.blocked_until for key, row in rows.items()}
            return Counted(attempt, user, known, blocks, max(waits.values()))

    def count_code(self, unit: Unit, counted: Counted, *, right: bool) -> None:
        """Counts a wrong code that came with the right password.

        Raises:
            TooMany: too many were wrong of late; then a right one must wait as well.
        """
        limits = self._by_key(counted.attempt.code_limits(known_address=counted.known_address))
        rows = _passable(unit, limits)
        if not right:
            for key, limit in limits.items():
                _one_more(rows[key], limit, unit.now)

    def take_back(self, unit: Unit, counted: Counted) -> None:
        """The attempt was none of those that are counted."""
        for key, row in unit.attempts.of(counted.blocks).items():
            row.failures = max(0, row.failures - 1)
            if row.blocked_until == counted.blocks[key]:
                row.blocked_until = None

    def succeeded(self, unit: Unit, counted: Counted) -> None:
        """The attempt was its owner's: what failed for this account from this address is forgotten."""
        self.take_back(unit, counted)
        unit.attempts.forget([self.key(counted.attempt.own)])

    def key(self, told: str) -> str:
        """The name under which the store counts."""
        return counter_key(told, self.on.keys.counters)

    def _by_key(self, limits: Mapping[str, Limit]) -> dict[str, Limit]:
        return {self.key(told): limit for told, limit in limits.items()}


def _passable(unit: Unit, limits: Mapping[str, Limit]) -> dict[str, LoginAttempts]:
    """The counters, held until the transaction ends, if none of them blocks now."""
    if not limits:
        return {}
    rows = unit.attempts.held(limits, at=unit.now)
    blocked = [row.blocked_until for row in rows.values() if row.blocked_until is not None]
    wait = max((until - unit.now for until in blocked), default=dt.timedelta(0))
    if wait > dt.timedelta(0):
        raise TooMany("too many failed sign-ins", retry_after_s=int(wait.total_seconds()) + 1)
    return rows


def _one_more(row: LoginAttempts, limit: Limit, now: dt.datetime) -> dt.timedelta:
    if now - row.since > limit.window:
        row.failures, row.since = 0, now
    row.failures += 1
    wait = limit.wait(row.failures)
    row.blocked_until = now + wait if wait else None
    return wait
