"""How often is something tried again that may go well a moment later, and how long is the moment?

A deadlock's victim, a database that Azure is moving, a service that is too busy: each says so by its number. It is
tried at most three times more, each time after a wait that is drawn by chance and grows, so that those who were turned
away together do not come back together. Only what has handed over nothing yet is tried again, and nothing
that was stopped: a wait ends when its statement is cancelled.
"""

import random
import threading
import time
from dataclasses import dataclass, field

from ombudsman.connections.running import RunningStatements
from ombudsman.model.errors import Cancelled

MOST = 3
"""How many times something is tried again."""

_LONGEST_S = (0.5, 2.0, 8.0)
"""The longest wait before each."""


@dataclass
class Tries:
    """The tries of one statement, from now on, of this thread.

    `running` tells of requests to stop; `within_s`: seconds from now after which it is too late for another try.
    """

    running: RunningStatements
    within_s: float = 60.0
    made: int = 0
    _began: float = field(default_factory=time.monotonic)
    _thread: int = field(default_factory=threading.get_ident)
    _cancels: int = field(init=False)

    def __post_init__(self) -> None:
        self._cancels = self.running.cancels(self._thread)

    def once_more(self, *, sql: str | None = None) -> bool:
        """Waits for the next try; False when there is none left.

        Raises:
            Cancelled: the statement was to be stopped since its first try.
        """
        if self.made == MOST:
            return False
        wait_s = random.uniform(0.05, 1) * _LONGEST_S[self.made]  # noqa: S311 - nobody has to guess it
        if time.monotonic() - self._began + wait_s > self.within_s:
            return False
        self.made += 1
        if self.running.cancelled_within(wait_s, thread=self._thread, since=self._cancels):
            raise Cancelled("the statement was stopped while it waited to be tried again", sql=sql)
        return True
