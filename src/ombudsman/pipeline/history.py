"""What did the runs of a pipeline say until now, and which of their figures are unusual?

Read from the folder where runs are recorded (see `record`). A figure that is alike on both sides is told once.
"""

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ombudsman.model.base import Frozen
from ombudsman.model.errors import NotFound, did_you_mean
from ombudsman.model.pipeline import RunStatus, Step, StepStatus
from ombudsman.model.result import Figure, KeyValues, Value
from ombudsman.model.tables import Side, TableRef
from ombudsman.pipeline.record import RunHeader, RunRecord, recorded_runs
from ombudsman.pipeline.unusual import Unusual, unusual_values

MOST_RUNS = 400
"""How many runs are looked at unless more are asked for: with one a day, more than a year."""


class PastRun(Frozen):
    """A run that came to its end, and what became of its steps."""

    id: str
    status: RunStatus
    started: dt.datetime
    finished: dt.datetime | None
    steps: dict[StepStatus, int]


class Observed(Frozen):
    """What one run said of a figure."""

    run: str
    at: dt.datetime
    source: Value = None
    target: Value = None
    agrees: bool


class FigureHistory(Frozen):
    """One figure of one step over one table through the runs, oldest first, and where it was unusual.

    A step that was pointed at another table meanwhile has one history over each.
    `unusual` is told of the source's values, and of the target's too where they are not the same.
    """

    step: str
    table: TableRef
    figure: str
    column: str | None = None
    key: KeyValues = ()
    observed: tuple[Observed, ...]
    unusual: dict[Side, tuple[Unusual, ...]]

    @property
    def name(self) -> str:
        """The figure as a person calls it: `sum of Amount (2024, AT)`."""
        of = f" of {self.column}" if self.column else ""
        key = f" ({', '.join(map(str, self.key))})" if self.key else ""
        return f"{self.figure}{of}{key}"


class History(Frozen):
    """The past of a pipeline: its runs, oldest first, and its figures in the order of the steps."""

    pipeline: str
    runs: tuple[PastRun, ...]
    figures: tuple[FigureHistory, ...]


def read_history(folder: Path, *, step: str | None = None, most_runs: int = MOST_RUNS) -> History:
    """The history of the pipeline whose runs are recorded in `folder`.

    Args:
        folder: What `run(folder=...)` wrote into.
        step: Only the figures of this step.
        most_runs: The latest so many runs.

    Raises:
        NotFound: no run was recorded there, or the step stands in none of them.
    """
    records = [each for each in recorded_runs(folder) if each.header.finished is not None]
    if not records:
        raise NotFound(
            f"no run that came to its end is recorded in {folder}",
            hint="run the pipeline first, in the folder where you ask for its history",
        )
    gatherer = _Gatherer()
    runs = [gatherer.take(record, step) for record in records[-most_runs:]]
    if step is not None and step not in gatherer.steps:
        raise NotFound(
            f"no run recorded in {folder} has a step {step!r}",
            hint=did_you_mean(step, gatherer.steps),
        )
    return History(
        pipeline=records[-1].header.pipeline.name,
        runs=tuple(runs),
        figures=tuple(gatherer.figures()),
    )


_Name = tuple[str, TableRef, str, str | None, str]


class _Gatherer:
    """Gathers figures run by run."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self._figures: dict[_Name, Figure] = {}
        self._observed: dict[_Name, list[Observed]] = {}

    def take(self, record: RunRecord, wanted: str | None) -> PastRun:
        header = record.header
        counts: dict[StepStatus, int] = {}
        for step_run in record.finished():
            step = step_run.step
            if step.id not in self.steps:
                self.steps.append(step.id)
            counts[step_run.status] = counts.get(step_run.status, 0) + 1
            if step_run.result is None or wanted not in {None, step.id}:
                continue
            for figure in step_run.result.figures:
                self._add(header, step, figure)
        return PastRun(
            id=header.id,
            status=header.status,
            started=header.started,
            finished=header.finished,
            steps=counts,
        )

    def _add(self, header: RunHeader, step: Step, figure: Figure) -> None:
        name = (step.id, step.table, figure.name, figure.column, repr(figure.key))
        self._figures.setdefault(name, figure)
        self._observed.setdefault(name, []).append(
            Observed(
                run=header.id,
                at=header.started,
                source=figure.source,
                target=figure.target,
                agrees=figure.agrees,
            )
        )

    def figures(self) -> Iterator[FigureHistory]:
        for name in sorted(self._figures, key=lambda each: self.steps.index(each[0])):
            figure, observed = self._figures[name], self._observed[name]
            yield FigureHistory(
                step=name[0],
                table=name[1],
                figure=figure.name,
                column=figure.column,
                key=figure.key,
                observed=tuple(observed),
                unusual=_unusual(figure.name, observed),
            )


def _unusual(figure: str, observed: Sequence[Observed]) -> dict[Side, tuple[Unusual, ...]]:
    found = {
        Side.SOURCE: unusual_values(_daily(figure, ((each.at, each.source) for each in observed)))
    }
    if any(each.source != each.target for each in observed):
        found[Side.TARGET] = unusual_values(
            _daily(figure, ((each.at, each.target) for each in observed))
        )
    return {side: values for side, values in found.items() if values}


def _daily(figure: str, values: Iterable[tuple[dt.datetime, Any]]) -> dict[dt.date, float]:
    """The last number of each day. What is no number has no history."""
    numbers = ((at.date(), _number(figure, value)) for at, value in values)
    return {day: number for day, number in numbers if number is not None}


def _number(figure: str, value: Any) -> float | None:
    """A figure's value as a number. Exact numbers are recorded as texts; the least of a text column is one too."""
    match value:
        case bool() | None:
            return None
        case int() | float():
            number = float(value)
        case str() if figure not in {"min", "max"}:
            try:
                number = float(Decimal(value))
            except InvalidOperation:
                return None
        case _:
            return None
    return number if math.isfinite(number) else None
