"""What time is it? Handed in wherever somebody needs to know, so that tests can move it."""

import datetime as dt
from collections.abc import Callable

Clock = Callable[[], dt.datetime]
"""Tells the present moment, in UTC."""


def utc_now() -> dt.datetime:
    """The present moment."""
    return dt.datetime.now(dt.UTC)
