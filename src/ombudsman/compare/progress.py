"""How far a comparison has come: counted by the threads that do it."""

import threading

from ombudsman.measures.under_way import HowFar, UnderWay


class Progress:
    """Counts what is done, and tells whoever watches. What it tells of can be stopped."""

    def __init__(self, under_way: UnderWay) -> None:
        self.under_way = under_way
        self._lock = threading.Lock()
        self._stage = ""
        self._done = 0
        self._total: int | None = None

    def stage(self, name: str, total: int | None) -> None:
        """Begins a stage of so many rows or buckets. Raises as `step`."""
        with self._lock:
            self._stage, self._done, self._total = name, 0, total
            self._tell()

    def step(self, count: int) -> None:
        """So many more are done.

        Raises:
            Cancelled: the comparison was asked to stop.
        """
        with self._lock:
            self._done += count
            self._tell()

    def _tell(self) -> None:
        self.under_way.tell(HowFar(self._stage, self._done, self._total))
