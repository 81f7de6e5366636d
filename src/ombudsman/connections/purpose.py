"""What a statement is for: told to engines that keep a history of what they were asked, for those who read it.

It goes beside the statement, never into its text.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_purpose: ContextVar[str | None] = ContextVar("purpose", default=None)

LONGEST = 500


@contextmanager
def purpose(words: str) -> Iterator[None]:
    """All statements of this thread are asked for this, while it lasts."""
    token = _purpose.set(words[:LONGEST])
    try:
        yield
    finally:
        _purpose.reset(token)


def current_purpose() -> str | None:
    """What a statement that is asked now, in this thread, is for."""
    return _purpose.get()
