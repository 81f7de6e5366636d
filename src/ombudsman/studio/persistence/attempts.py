"""How often a sign-in failed of late, by whatever key the throttle counts."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ombudsman.studio.persistence.entities.users import LoginAttempts


class Attempts:
    """The counters."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def of(self, keys: Iterable[str]) -> dict[str, LoginAttempts]:
        """The counters of these keys that are there, held until the transaction ends."""
        found = select(LoginAttempts).where(LoginAttempts.key.in_(list(keys)))
        rows = self.session.scalars(found.order_by(LoginAttempts.key).with_for_update())
        return {row.key: row for row in rows}

    def held(self, keys: Iterable[str], *, at: dt.datetime) -> dict[str, LoginAttempts]:
        """The counters of all these keys, those that are new begun now. Two who begin the same begin one."""
        wanted = list(keys)
        dialect = sqlite if self.session.get_bind().dialect.name == "sqlite" else postgresql
        begun = [{"key": key, "failures": 0, "since": at} for key in sorted(wanted)]
        self.session.execute(dialect.insert(LoginAttempts).values(begun).on_conflict_do_nothing())
        return self.of(wanted)

    def forget(self, keys: Iterable[str]) -> None:
        """Sets counters back to nothing."""
        self.session.execute(delete(LoginAttempts).where(LoginAttempts.key.in_(list(keys))))

    def sweep(self, before: dt.datetime) -> None:
        """Forgets what began before a moment."""
        self.session.execute(delete(LoginAttempts).where(LoginAttempts.since < before))
