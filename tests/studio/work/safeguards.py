"""What keeps runs safe, to be taken away one at a time: a test that stays green without a safeguard does not guard it.

Taken away in the process of a worker that a test has begun, and nowhere else.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_

from ombudsman.studio.persistence import store
from ombudsman.studio.persistence.entities.runs import StoredRun
from ombudsman.studio.persistence.runs import OPEN, Lease, Runs


def no_fence() -> None:
    """Who held a run once may write in it for as long as it is under way."""

    def held(_: Runs, lease: Lease) -> ColumnElement[bool]:
        return and_(StoredRun.id == lease.run_id, StoredRun.status == "running")

    setattr(Runs, "_held", held)  # noqa: B010 - a method of another form, on purpose


def no_leases() -> None:
    """A run that is under way can be taken at any time."""

    def free(_: Runs, _now: object = None) -> ColumnElement[bool]:
        return StoredRun.status.in_(OPEN)

    setattr(Runs, "_free", free)  # noqa: B010 - as above


def no_turns() -> None:
    """On SQLite, who will write does not wait for a turn (BEGIN IMMEDIATE)."""

    def begin(transaction: Any) -> None:
        transaction.exec_driver_sql("BEGIN")

    store._begin = begin


WITHOUT: Mapping[str, Callable[[], None]] = {
    "fence": no_fence,
    "leases": no_leases,
    "turns": no_turns,
}
