"""How far a comparison has come, for whoever watches."""

import threading
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """What is being done (`sums`, `candidates`, `rows`), how much of it is done, and how much there is, if known."""

    stage: str
    done: int
    total: int | None


Watcher = Callable[[Step], None]


def nobody(step: Step) -> None:
    """Watches nothing."""


class Progress:
    """Counts what is done, from any thread, and tells the watcher."""

    def __init__(self, watcher: Watcher = nobody) -> None:
        self._watcher = watcher
        self._lock = threading.Lock()
        self._stage = ""
        self._done = 0
        self._total: int | None = None

    def stage(self, name: str, total: int | None) -> None:
        """Begins a stage of so many rows or buckets."""
        with self._lock:
            self._stage, self._done, self._total = name, 0, total
            self._watcher(Step(name, 0, total))

    def step(self, count: int) -> None:
        """So many more are done."""
        with self._lock:
            self._done += count
            self._watcher(Step(self._stage, self._done, self._total))
