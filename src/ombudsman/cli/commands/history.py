"""`ombudsman history`: the runs of a pipeline until now, and the figures in them that are unusual."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from ombudsman.cli.commands.output import listing, say
from ombudsman.cli.commands.run import runs_folder
from ombudsman.model.errors import SettingsError
from ombudsman.model.pipeline import StepStatus
from ombudsman.model.tables import Side
from ombudsman.pipeline.history import FigureHistory, History, PastRun, read_history
from ombudsman.pipeline.unusual import LEAST_DAYS, Oddity, Unusual
from ombudsman.render.values import shown

LAST = 10
"""How many runs, and how many values of a figure, the terminal shows."""

MOST_UNUSUAL = 30
"""How many unusual values the terminal shows, the latest first; the JSON has them all."""


def show_history(
    pipeline: Path, *, step: str | None, runs: Path | None, json_file: Path | None
) -> None:
    """Prints the past of a pipeline, and writes it as JSON where a file is named."""
    history = read_history(runs or runs_folder(pipeline), step=step)
    if json_file is not None:
        _write(history, json_file)
    _tell_runs(history)
    if step is not None:
        _tell_figures(history.figures)
    _tell_unusual(history)


def _write(history: History, path: Path) -> None:
    try:
        path.write_text(history.model_dump_json(indent=2), encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error


def _tell_runs(history: History) -> None:
    first, last = history.runs[0], history.runs[-1]
    number = len(history.runs)
    runs = "1 run" if number == 1 else f"{number:,} runs"
    say(f"{history.pipeline}: {runs}, {first.started:%Y-%m-%d} to {last.started:%Y-%m-%d}")
    listing(
        ("Run", "Started", "Status", "Passed", "Failed", "Other", "Seconds"),
        [_run_cells(run) for run in history.runs[-LAST:]],
        right=("Passed", "Failed", "Other", "Seconds"),
    )


def _run_cells(run: PastRun) -> Sequence[str]:
    passed, failed = (run.steps.get(each, 0) for each in (StepStatus.PASSED, StepStatus.FAILED))
    others = sum(run.steps.values()) - passed - failed
    seconds = "" if run.finished is None else f"{(run.finished - run.started).total_seconds():,.1f}"
    return (
        run.id,
        f"{run.started:%Y-%m-%d %H:%M}",
        run.status.value,
        *map(str, (passed, failed, others)),
        seconds,
    )


def _tell_figures(figures: Sequence[FigureHistory]) -> None:
    for figure in figures:
        say("")
        say(f"{figure.name}, {figure.table}")
        listing(
            ("Started", "Source", "Target", ""),
            [
                (
                    f"{each.at:%Y-%m-%d %H:%M}",
                    shown(each.source),
                    shown(each.target),
                    "" if each.agrees else "differs",
                )
                for each in figure.observed[-LAST:]
            ],
            right=("Source", "Target"),
        )


def _tell_unusual(history: History) -> None:
    say("")
    found = [
        (each.day, figure, side, each)
        for figure in history.figures
        for side, values in figure.unusual.items()
        for each in values
    ]
    if not found:
        days = len({run.started.date() for run in history.runs})
        say(
            "No figure was unusual."
            if days > LEAST_DAYS
            else f"A figure can be called unusual after {LEAST_DAYS} days with a run; until now: {days}."
        )
        return
    found.sort(key=lambda each: each[0], reverse=True)
    more = len(found) - MOST_UNUSUAL
    say("Unusual, the latest first" + (f" ({more:,} more)" if more > 0 else ""))
    listing(
        ("Day", "Step", "Figure", "Side", "Value", "Expected", "Times the usual deviation"),
        [_unusual_cells(*each) for each in found[:MOST_UNUSUAL]],
        right=("Value", "Expected", "Times the usual deviation"),
    )


def _unusual_cells(
    day: dt.date, figure: FigureHistory, side: Side, unusual: Unusual
) -> Sequence[str]:
    both = Side.TARGET not in figure.unusual and all(
        each.source == each.target for each in figure.observed
    )
    told_day = f"since {day}" if unusual.oddity is Oddity.NEW_LEVEL else str(day)
    return (
        told_day,
        figure.step,
        figure.name,
        "both" if both else side.value,
        f"{unusual.value:,.6g}",
        f"{unusual.expected:,.6g}",
        f"{unusual.times_usual:+.1f}",
    )
