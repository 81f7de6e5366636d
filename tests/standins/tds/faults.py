"""What goes wrong on purpose? Failures that a test plants, each bound to statements by what they contain."""

import re
import threading
from dataclasses import dataclass


@dataclass
class Fault:
    """What happens to statements that match, so many times."""

    pattern: str
    error: int | None = None
    text: str = ""
    severity: int = 16
    delay: float = 0.0
    """Seconds; a cancel ends the wait."""
    drop_after_rows: int | None = None
    """The connection breaks after the batch of rows in which this many were sent."""
    waits_for_lock: bool = False
    """As if another held a lock: it waits as long as LOCK_TIMEOUT says, then error 1222."""
    times: int = 1


DEADLOCK = 1205
_TEXTS = {
    1205: "Transaction (Process ID 51) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.",
    1222: "Lock request time out period exceeded.",
    3960: "Snapshot isolation transaction aborted due to update conflict.",
    40501: "The service is currently busy. Retry the request after 10 seconds.",
}


class Faults:
    """The failures that wait for their statement."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._guard = threading.Lock()

    def plant(self, fault: Fault) -> None:
        if fault.error is not None and not fault.text:
            fault.text = _TEXTS.get(fault.error, "A failure that a test planted.")
        with self._guard:
            self._waiting.append(fault)

    def clear(self) -> None:
        with self._guard:
            self._waiting.clear()

    def take(self, statement: str) -> Fault | None:
        """The failure that this statement meets, if any."""
        with self._guard:
            for fault in self._waiting:
                if fault.times > 0 and re.search(fault.pattern, statement, re.IGNORECASE):
                    fault.times -= 1
                    return fault
        return None
