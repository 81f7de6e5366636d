"""How often may somebody ask? So many times a minute, counted in this process; then they are told to come later."""

import time

from limits import RateLimitItemPerMinute
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
        limit = RateLimitItemPerMinute(per_minute)
        if not self._limiter.hit(limit, kind, who):
            reset, _ = self._limiter.get_window_stats(limit, kind, who)
            raise TooMany(retry_after_s=int(reset - time.time()) + 1, hint="come again later")
