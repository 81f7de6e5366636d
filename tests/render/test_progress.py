import datetime as dt
import io
import threading

from rich.console import Console
from tests.render import runs

from ombudsman.model.pipeline import RunStatus
from ombudsman.model.tables import Side
from ombudsman.pipeline.events import (
    Event,
    RunFinished,
    RunStarted,
    ScanFinished,
    ScanProgressed,
    ScanStarted,
    StepFinished,
    StepStarted,
)
from ombudsman.render.terminal import LiveProgress

AT = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def scan(scan_id: int, rows: int | None) -> ScanStarted:
    return ScanStarted(
        at=AT,
        scan_id=scan_id,
        side=Side.SOURCE,
        table=runs.ref("shop.orders"),
        questions=3,
        rows_expected=rows,
    )


def story() -> list[Event]:
    return [
        RunStarted(at=AT, run_id="r", pipeline="p", steps=6, resumed=1),
        StepStarted(at=AT, step_id="orders_count"),
        scan(1, 2_000_000),
        scan(2, 1_000_000),
        scan(3, None),
        scan(4, 500_000),
        ScanFinished(at=AT, scan_id=1, ms=900),
        ScanFinished(at=AT, scan_id=4, ms=900, failed=True),
        StepFinished(at=AT, step_run=runs.lost_rows()),
        StepFinished(at=AT, step_run=runs.fine()),
    ]


def terminal(width: int = 120) -> Console:
    return Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)


def drawn(progress: LiveProgress, console: Console) -> str:
    with console.capture() as capture:
        console.print(progress._drawing())
    return capture.get()


def test_it_shows_steps_failures_scans_rows_rate_and_what_is_left():
    console, clock = terminal(), Clock()
    progress = LiveProgress(console, clock=clock)
    for event in story():
        progress(event)
    clock.seconds += 4
    told = "3/6 steps · ✕ 1 · 2 scans · ~2.0 M rows · 500 k/s · 6.0 s left"
    assert told in drawn(progress, console)


def test_it_shows_how_far_a_comparison_of_rows_is_until_it_ends():
    console, progress = terminal(160), LiveProgress(terminal(160), clock=Clock())
    for event in (*story(), far("sums", 0, None), far("rows", 1_200_000, 5_000_000)):
        progress(event)
    assert " · 2 scans · comparing rows 1.2 M of 5.0 M · " in drawn(progress, console)
    progress(ScanFinished(at=AT, scan_id=2, ms=900))
    assert "comparing" not in drawn(progress, console)


def far(stage: str, done: int, total: int | None) -> ScanProgressed:
    return ScanProgressed(at=AT, scan_id=2, stage=stage, done=done, total=total)


def test_it_fits_80_columns():
    console, clock = terminal(80), Clock()
    progress = LiveProgress(console, clock=clock)
    for event in story():
        progress(event)
    clock.seconds += 4000
    lines = drawn(progress, console).splitlines()
    assert len(lines) == 1
    assert len(lines[0]) <= 80


def test_nothing_is_guessed_before_anything_happened():
    console = terminal()
    progress = LiveProgress(console, clock=Clock())
    progress(RunStarted(at=AT, run_id="r", pipeline="p", steps=4))
    text = drawn(progress, console)
    assert "0/4 steps" in text
    assert "left" not in text
    assert "rows" not in text


def test_a_pipe_gets_nothing_unless_lines_are_asked_for():
    out = io.StringIO()
    with LiveProgress(Console(file=out, width=120)) as progress:
        for event in story():
            progress(event)
    assert out.getvalue() == ""


def test_lines_tell_each_finished_step():
    out = io.StringIO()
    with LiveProgress(Console(file=out, width=120), lines=True) as progress:
        for event in [*story(), RunFinished(at=AT, run_id="r", status=RunStatus.FAILED)]:
            progress(event)
    assert out.getvalue().splitlines() == [
        "[2/6] ✕ Fail  orders_count: 120431 rows in source, 120428 in target (1.2 s)",
        "[3/6] ✓ Pass  orders_nulls: 3 figures agree (310 ms)",
    ]


def test_the_drawing_is_gone_at_the_end_and_events_may_come_from_many_threads():
    console = terminal()
    with LiveProgress(console) as progress:
        progress(RunStarted(at=AT, run_id="r", pipeline="p", steps=40))
        threads = [
            threading.Thread(target=progress, args=(StepFinished(at=AT, step_run=runs.fine()),))
            for _ in range(40)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert "40/40 steps" in drawn(progress, console)
    assert progress._live is None
