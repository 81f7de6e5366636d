"""How much something is used: executions, what they cost, and when the last one was."""

import datetime as dt
import math
from dataclasses import dataclass


@dataclass
class Usage:
    """Sums over executions. Times in microseconds, reads in pages of 8 KB."""

    executions: int = 0
    duration_us: float = 0
    cpu_us: float = 0
    reads: float = 0
    failed: int = 0
    first_seen: dt.datetime | None = None
    last_seen: dt.datetime | None = None

    def add(self, other: "Usage") -> None:
        self.executions += other.executions
        self.duration_us += other.duration_us
        self.cpu_us += other.cpu_us
        self.reads += other.reads
        self.failed += other.failed
        seen = [each for each in (self.first_seen, other.first_seen) if each is not None]
        self.first_seen = min(seen, default=None)
        seen = [each for each in (self.last_seen, other.last_seen) if each is not None]
        self.last_seen = max(seen, default=None)

    @property
    def mean_ms(self) -> float:
        return self.duration_us / self.executions / 1_000 if self.executions else 0.0

    @property
    def weight(self) -> float:
        """How much it matters: often counts, and long counts a little more."""
        return self.executions * math.log1p(self.duration_us / max(self.executions, 1))
