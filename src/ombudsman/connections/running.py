"""The statements under way through one connection: who may stop them, and when.

A statement is stopped on request, or by the watchdog when its time is up and the server has not ended it by itself.
Stopping has two stages: the driver asks the server to stop, again and again, for one that is between two commands does
not hear; if the statement has not ended a second later, the ground is taken from under it (the socket is shut), for a
peer that acknowledges but never answers would hold us for ever.

Every request to stop is counted, too: who waits to try a statement again has nothing under way, and must hear of it.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

GRACE_S = 1.0
"""How long the server may take to end a statement by itself, and again to obey when it is asked to stop."""


AGAIN_S = 0.2
"""How long to wait before asking again."""


class Stop(StrEnum):
    """Why a statement was stopped."""

    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"


class RunningStatement:
    """One statement under way; `thread` is the one that began it."""

    def __init__(self, *, interrupt: Callable[[], None], abandon: Callable[[], None]) -> None:
        self.stopped: Stop | None = None
        self.thread = threading.get_ident()
        self._interrupt = interrupt
        self._abandon = abandon
        self._ended = False
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None

    def stop(self, reason: Stop) -> None:
        """Asks the server to stop the statement; does nothing when it has ended.

        Asking again gives it no more time: a server that was asked between two commands may not have heard.
        """
        with self._lock:
            if self._ended:
                return
            is_asked_again = self.stopped is not None
            self.stopped = self.stopped or reason
            self._interrupt()
            if not is_asked_again:
                self.later(AGAIN_S, lambda: self._insist(time.monotonic() + GRACE_S))

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Does something in a while, instead of what was to be done before, unless the statement ends."""
        with self._lock:
            if self._ended:
                return
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(seconds, act)
            self._timer.daemon = True
            self._timer.start()

    def end(self) -> None:
        """The statement has ended. Waits for a stop that is being asked for, so that it cannot hit the next one."""
        with self._lock:
            self._ended = True
            if self._timer is not None:
                self._timer.cancel()

    def _insist(self, until: float) -> None:
        """Asks again and again, for a server that was between two commands did not hear; at last gives up."""
        with self._lock:
            if self._ended:
                return
            self._interrupt()
            if time.monotonic() < until:
                self.later(AGAIN_S, lambda: self._insist(until))
            else:
                self._abandon()


class RunningStatements:
    """All statements under way through one connection. Safe to use from many threads."""

    def __init__(self, *, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._all: set[RunningStatement] = set()
        self._lock = threading.Lock()
        self._cancelled = threading.Condition(self._lock)
        self._cancels: Counter[int | None] = Counter()

    @contextmanager
    def watch(
        self, *, interrupt: Callable[[], None], abandon: Callable[[], None]
    ) -> Iterator[RunningStatement]:
        """Watches over what is done inside: it can be cancelled, and is stopped when its time is up."""
        statement = RunningStatement(interrupt=interrupt, abandon=abandon)
        with self._lock:
            self._all.add(statement)
        statement.later(self._timeout_s, lambda: statement.stop(Stop.TIMED_OUT))
        try:
            yield statement
        finally:
            statement.end()
            with self._lock:
                self._all.discard(statement)

    def cancel(self, *, of_thread: int | None = None) -> None:
        """Stops every statement that is under way now, or those alone that this thread has begun."""
        with self._lock:
            self._cancels[of_thread] += 1
            self._cancelled.notify_all()
            under_way = list(self._all)
        for statement in under_way:
            if of_thread is None or statement.thread == of_thread:
                statement.stop(Stop.CANCELLED)

    def cancels(self, thread: int) -> int:
        """How often what this thread has begun was to be stopped until now, alone or with everything else."""
        with self._lock:
            return self._count(thread)

    def cancelled_within(self, seconds: float, *, thread: int, since: int) -> bool:
        """Waits so long; True, at once, when this thread was cancelled more often than that."""
        with self._cancelled:
            return self._cancelled.wait_for(lambda: self._count(thread) > since, seconds)

    def _count(self, thread: int) -> int:
        return self._cancels[None] + self._cancels[thread]
