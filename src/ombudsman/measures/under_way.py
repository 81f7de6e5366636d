"""Work that takes long: it tells how far it is, and can be stopped. From any thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ombudsman.model.errors import Cancelled


@dataclass(frozen=True)
class HowFar:
    """What is being done (`sums`, `candidates`, `rows`), how much of it is done, and how much there is, if known."""

    stage: str
    done: int
    total: int | None


Watcher = Callable[[HowFar], None]


def nobody(how_far: HowFar) -> None:
    """Watches nothing."""


class UnderWay:
    """One piece of long work. The watcher is told of it in the threads that do it."""

    def __init__(self, watcher: Watcher = nobody) -> None:
        self._watcher = watcher
        self._is_stopped = False
        self._stops: list[Callable[[], None]] = []
        self._lock = threading.RLock()

    def stop(self) -> None:
        """Asks the work to end soon. Ask again until it has: what is between two steps has nothing to be stopped."""
        with self._lock:
            self._is_stopped = True
            for stop in self._stops:
                stop()

    def tell(self, how_far: HowFar) -> None:
        """Tells the watcher.

        Raises:
            Cancelled: the work was asked to stop.
        """
        if self._is_stopped:
            raise Cancelled("the comparison was stopped on request")
        self._watcher(how_far)

    @contextmanager
    def stopped_by(self, stop: Callable[[], None]) -> Iterator[None]:
        """While inside, whoever stops the work also calls this."""
        with self._lock:
            self._stops.append(stop)
        try:
            yield
        finally:
            with self._lock:
                self._stops.remove(stop)
