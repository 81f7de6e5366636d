"""What does a session remember? Its options, and the variables of a batch."""

from dataclasses import dataclass, field
from typing import Any

from tests.standins.tds.types import SqlType

SNAPSHOT = "SNAPSHOT"
ISOLATION_LEVELS = {
    "READ UNCOMMITTED": 1,
    "READ COMMITTED": 2,
    "REPEATABLE READ": 3,
    "SERIALIZABLE": 4,
    SNAPSHOT: 5,
}
"""Their numbers in sys.dm_exec_sessions."""


class Cancelled(Exception):
    """The client asked to stop."""


@dataclass
class Variable:
    """A parameter or a declared variable."""

    type: SqlType
    value: Any = None


@dataclass
class Options:
    """What SET sets."""

    counts: bool = True
    implicit: bool = False
    aborts: bool = False
    isolation: str = "READ COMMITTED"
    lock_timeout_ms: int = -1
    describes_only: bool = False
    identity_insert: str | None = None
    others: dict[str, str] = field(default_factory=dict)
