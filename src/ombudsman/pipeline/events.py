"""What happens while a run goes on, told to whoever listens: a progress bar, a log, a browser.

Events are facts about the past, in order. They carry names and numbers, never values of a table.
"""

import datetime as dt
from collections.abc import Callable

from ombudsman.model.base import Frozen
from ombudsman.model.pipeline import RunStatus, StepRun
from ombudsman.model.tables import Side, TableRef


class RunStarted(Frozen):
    """`resumed` counts the steps whose results were taken over from an earlier, interrupted run."""

    at: dt.datetime
    run_id: str
    pipeline: str
    steps: int
    resumed: int = 0


class StepStarted(Frozen):
    at: dt.datetime
    step_id: str


class StepFinished(Frozen):
    """A step has its last status: passed, failed, errored, skipped or cancelled."""

    at: dt.datetime
    step_run: StepRun


class ScanStarted(Frozen):
    """One statement begins, or one comparison of rows. `rows_expected` is the catalogue's estimate of what it reads."""

    at: dt.datetime
    scan_id: int
    side: Side
    table: TableRef
    questions: int
    rows_expected: int | None = None


class ScanProgressed(Frozen):
    """A comparison of rows, begun as `scan_id`, is so far: so many of the stage's rows (or buckets) are done."""

    at: dt.datetime
    scan_id: int
    stage: str
    done: int
    total: int | None = None


class ScanFinished(Frozen):
    """The statement of `scan_id` ended, well or not."""

    at: dt.datetime
    scan_id: int
    ms: float
    failed: bool = False


class RunFinished(Frozen):
    at: dt.datetime
    run_id: str
    status: RunStatus


Event = (
    RunStarted
    | StepStarted
    | StepFinished
    | ScanStarted
    | ScanProgressed
    | ScanFinished
    | RunFinished
)
Listener = Callable[[Event], None]


def nobody(event: Event) -> None:
    """A listener that does not listen."""
