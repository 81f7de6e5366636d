"""How far is the run? A listener that draws it while it goes on.

Everything shown was reported: steps that ended, scans that run, the rows of the scans that ended, as the catalogue
estimated them, and how far a comparison of rows is. Nothing moves that did not happen. On an output that is no terminal
there is no drawing; there a line for each finished step can be had.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ombudsman.model.pipeline import RunStatus
from ombudsman.pipeline.events import (
    Event,
    RunFinished,
    RunStarted,
    ScanFinished,
    ScanProgressed,
    ScanStarted,
    StepFinished,
)
from ombudsman.render.numbers import counted, duration, elapsed_ms, short_number
from ombudsman.render.sentences import outcome
from ombudsman.render.values import visible
from ombudsman.render.words import ERROR, FAIL, WARN, Look, look_of

STAGES = {
    "sums": "summing both sides",
    "candidates": "looking at what differs",
    "rows": "comparing rows",
    "second look": "looking again at what differs",
}
"""What a comparison of rows is doing."""


class LiveProgress:
    """A listener for the events of one run; a context manager that clears its drawing when it ends.

    It may be called from any thread. `lines` prints a line for each finished step on outputs that are no terminal.
    `clock` gives seconds; only differences of it are used.
    """

    def __init__(
        self,
        console: Console,
        *,
        lines: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._lines = lines and not console.is_terminal
        self._clock = clock
        self._lock = threading.Lock()
        self._live: Live | None = None
        self._began = clock()
        self._steps = 0
        self._resumed = 0
        self._ended: Counter[Look] = Counter()
        self._running: dict[int, int] = {}
        self._comparisons: dict[int, ScanProgressed] = {}
        self._rows = 0
        self._status: RunStatus | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live = Live(
                get_renderable=self._drawing,
                console=self._console,
                transient=True,
                refresh_per_second=8,
            )
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def __call__(self, event: Event) -> None:
        """Takes note of an event."""
        with self._lock:
            self._note(event)
        if self._lines and isinstance(event, StepFinished):
            self._console.print(self._line(event))

    def _note(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._began = self._clock()
                self._steps, self._resumed = event.steps, event.resumed
            case StepFinished():
                self._ended[look_of(event.step_run)] += 1
            case ScanStarted():
                self._running[event.scan_id] = event.rows_expected or 0
            case ScanProgressed():
                self._comparisons[event.scan_id] = event
            case ScanFinished():
                self._comparisons.pop(event.scan_id, None)
                rows = self._running.pop(event.scan_id, 0)
                self._rows += 0 if event.failed else rows
            case RunFinished():
                self._status = event.status
            case _:
                pass

    def _line(self, event: StepFinished) -> Text:
        look = look_of(event.step_run)
        icon = look.plain_icon if self._console.options.ascii_only else look.icon
        ms = elapsed_ms(event.step_run.started, event.step_run.finished)
        with self._lock:
            place = f"[{self._done()}/{self._steps}]"
        took = f" ({duration(ms)})" if ms is not None else ""
        name = visible(event.step_run.step.id)
        return Text(f"{place} {icon} {look.word}  {name}: {outcome(event.step_run)}{took}")

    def _drawing(self) -> RenderableType:
        with self._lock:
            parts = self._parts()
            bar = ProgressBar(total=max(self._steps, 1), completed=self._done(), width=None)
        row = Table.grid(padding=(0, 1), expand=True)
        row.add_column(ratio=1, min_width=8)
        row.add_column(no_wrap=True)
        row.add_row(bar, Text(" · ").join(parts))
        return row

    def _parts(self) -> list[Text]:
        seconds = self._clock() - self._began
        parts = [Text(f"{self._done()}/{self._steps} steps")]
        parts += [
            Text(f"{look.icon} {self._ended[look]}", style=look.style)
            for look in (FAIL, ERROR, WARN)
            if self._ended[look]
        ]
        if self._running:
            parts.append(Text(counted(len(self._running), "scan")))
        parts += [Text(_how_far(each)) for each in self._comparisons.values()]
        if self._rows:
            parts.append(Text(f"~{short_number(self._rows)} rows"))
            if seconds >= 1:
                parts.append(Text(f"{short_number(self._rows / seconds)}/s"))
        if left := self._left_ms(seconds):
            parts.append(Text(f"{duration(left)} left"))
        return parts

    def _left_ms(self, seconds: float) -> float | None:
        """A guess by the steps that ended; none before the first of this run has."""
        ended = self._ended.total()
        if not ended or self._status is not None:
            return None
        return seconds * 1000 / ended * max(self._steps - self._done(), 0)

    def _done(self) -> int:
        return min(self._resumed + self._ended.total(), self._steps)


def _how_far(event: ScanProgressed) -> str:
    of = f" of {short_number(event.total)}" if event.total else ""
    return f"{STAGES.get(event.stage, event.stage)} {short_number(event.done)}{of}"
