"""How somebody in another thread ends a run: a person who cancels it, or a server that shuts down."""

import threading
from collections.abc import Callable


class StopSwitch:
    """Asked once, it stays asked: a run that has not begun yet ends as soon as it does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requested = False
        self._act: Callable[[], None] | None = None

    @property
    def requested(self) -> bool:
        return self._requested

    def request(self) -> None:
        """Asks for the end. Returns at once; the run stops its statements and ends as cancelled."""
        with self._lock:
            self._requested = True
            act = self._act
        if act is not None:
            act()

    def bind(self, act: Callable[[], None]) -> None:
        """What is done when the end is asked for; at once, if it was asked for already."""
        with self._lock:
            self._act = act
            requested = self._requested
        if requested:
            act()
