"""How often may somebody ask? So many times a minute, counted in this process; then they are told to come later."""

import time

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from ombudsman.studio.errors import TooMany


class Rates:
    """The counters of one process. Safe to use from many threads."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def take(self, kind: str, who: str, per_minute: int) -> None:
        """Counts a request.

        Raises:
            TooMany: it is one too many.
        """
        self._take(RateLimitItemPerMinute(per_minute), kind, who)

    def take_hourly(self, kind: str, who: str, per_hour: int) -> None:
        """Counts a request of a dear kind. Raises as `take`."""
        self._take(RateLimitItemPerHour(per_hour), kind, who)

    def _take(self, limit: RateLimitItem, kind: str, who: str) -> None:
        if not self._limiter.hit(limit, kind, who):
            reset, _ = self._limiter.get_window_stats(limit, kind, who)
            raise TooMany(retry_after_s=int(reset - time.time()) + 1, hint="come again later")
