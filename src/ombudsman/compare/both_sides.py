"""Threads in which both sides are asked at once.

When one of them fails, or nobody wants the rest, what the others have under way is stopped where it runs: no server
works for an answer that is not read.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from types import TracebackType
from typing import Any, Self, TypeVar

from ombudsman.compare.side import ComparedSide

T = TypeVar("T")

_AGAIN_S = 0.1
"""How often a thread is asked to stop: between two statements it has nothing to be stopped."""


class BothSides:
    """A context manager: whoever leaves it by an error leaves nothing running."""

    def __init__(self, sides: tuple[ComparedSide, ComparedSide], *, threads: int = 2) -> None:
        self._sides = sides
        self._pool = ThreadPoolExecutor(max_workers=threads)
        self._futures: set[Future[Any]] = set()
        self._busy: dict[int, ComparedSide] = {}
        self._lock = threading.Lock()

    def ask(self, work: Callable[[ComparedSide], T]) -> list[Future[T]]:
        """Begins the work on both sides; further work waits for a thread. What it is for goes along with it."""
        asked = [
            self._pool.submit(copy_context().run, self._carry_out, side, work)
            for side in self._sides
        ]
        self._futures.update(asked)
        return asked

    def answers(self, asked: Sequence[Future[T]]) -> tuple[T, T]:
        """Both answers. Raises what the first that failed has raised, at once."""
        done, _ = wait(asked, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()
        self._futures.difference_update(asked)
        source, target = (future.result() for future in asked)
        return source, target

    def _carry_out(self, side: ComparedSide, work: Callable[[ComparedSide], T]) -> T:
        thread = threading.get_ident()
        with self._lock:
            self._busy[thread] = side
        try:
            return work(side)
        finally:
            with self._lock:
                del self._busy[thread]

    def _stop(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        while wait(self._futures, timeout=_AGAIN_S).not_done:
            with self._lock:
                busy = dict(self._busy)
            for thread, side in busy.items():
                side.reader.connection.running.cancel(of_thread=thread)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._stop()
        self._pool.shutdown()


def of_both(
    sides: tuple[ComparedSide, ComparedSide], work: Callable[[ComparedSide], T]
) -> tuple[T, T]:
    """What the work makes of source and target, at once. Raises what the first that failed has raised."""
    with BothSides(sides) as both:
        return both.answers(both.ask(work))
