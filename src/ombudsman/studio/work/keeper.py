"""How a run is written down in the store: the `Record` of the studio.

Everything is written under the lease, in the transaction that checks it: the step's end together with its result and
with the events until then. What was found in rows goes to files of the attempt's own, so that two that believe to hold
one run never write into one file; the result names the file that counts.
"""

import datetime as dt
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ombudsman.model.errors import Problem
from ombudsman.model.pipeline import Pipeline, Run, RunStatus, StepRun, StepStatus
from ombudsman.pipeline.events import Event, RunFinished, ScanProgressed, StepFinished, StepStarted
from ombudsman.pipeline.record import judged_before
from ombudsman.studio.kept_rows import file_name
from ombudsman.studio.persistence.entities.base import Document
from ombudsman.studio.persistence.entities.runs import RunEvent, StepResult, StoredRun
from ombudsman.studio.persistence.runs import Lease, as_pending
from ombudsman.studio.persistence.store import Store
from ombudsman.studio.persistence.unit import Unit

FLUSH_AFTER_S = 0.5
"""So long an event may wait for others until it is written."""


Check = Callable[[Unit, str, str], None]
"""Raises when a user (the second id) may no longer run pipelines of a project (the first)."""


def _nothing(_unit: Unit, _project_id: str, _user_id: str) -> None:
    """Nobody loses a right."""


class RunKeeper:
    """One attempt at one run. `give_back` makes what was not judged stay open, for whoever takes the run next."""

    def __init__(
        self, store: Store, lease: Lease, folder: Path, *, check: Check = _nothing
    ) -> None:
        """`folder` is where rows are kept; `check` refuses a step of somebody who has lost the right to it."""
        self.store = store
        self.lease = lease
        self._check = check
        self.gives_back = False
        self._folder = folder / lease.run_id
        self._positions: dict[str, int] = {}
        self._pipeline: Pipeline | None = None
        self._lock = threading.Lock()
        self._events: list[Event] = []
        self._flushed = time.monotonic()
        with store.reading() as unit:
            run = unit.runs.get(lease.run_id)
            self._started = run.started or unit.now
            self._numbered = unit.runs.last_event(lease.run_id)
            self.text, self.only = run.text, tuple(run.only)
            self.project_id, self._started_by = run.project_id, run.started_by
            self.planned = None if run.pipeline is None else _pipeline(run)

    # ------------------------------------------------------------ the Record

    @property
    def id(self) -> str:
        return self.lease.run_id

    @property
    def started(self) -> dt.datetime:
        return self._started

    def judged(self) -> dict[str, StepRun]:
        """The steps that an earlier attempt judged."""
        assert self._pipeline is not None  # noqa: S101 - `plan` comes first
        with self.store.reading() as unit:
            documents = [each.document for each in unit.runs.results(self.id)]
        step_runs = [StepRun.model_validate_json(json.dumps(each)) for each in documents]
        return judged_before(self._pipeline, step_runs)

    def rows_file(self, step_id: str) -> Path:
        """A file of this attempt's own."""
        return self._folder / file_name(self._positions[step_id], self.lease.attempt)

    def write_step(self, step_run: StepRun) -> None:
        """Writes a step's end, its result, and the events until now, in one transaction."""
        if self.gives_back and step_run.status is StepStatus.CANCELLED:
            return
        position = self._positions[step_run.step.id]
        result = _result(self.lease, position, step_run) if step_run.result else None
        with self._writing() as unit:
            self._check(unit, self.project_id, self._started_by)
            unit.runs.write_step(self.lease, position, _changes(step_run), result)

    def end(self, run: Run) -> None:
        """Writes what became of the run, or gives it back."""
        with self._writing() as unit:
            if self.gives_back and run.status is RunStatus.CANCELLED:
                unit.runs.give_back(self.lease)
            else:
                unit.runs.end(self.lease, run.status, summary=_summary(run), problem=None)

    # ------------------------------------------------------------ the rest

    def plan(self, pipeline: Pipeline) -> None:
        """Writes down the steps that the run will have."""
        self._pipeline = pipeline
        self._positions = {step.id: place for place, step in enumerate(pipeline.steps)}
        steps = [
            as_pending(
                self.id, place, step_id=step.id, validator=step.validator, table=str(step.table)
            )
            for place, step in enumerate(pipeline.steps)
        ]
        with self.store.writing() as unit:
            self._check(unit, self.project_id, self._started_by)
            unit.runs.plan(self.lease, _document(pipeline), steps)

    def fail(self, problem: Problem) -> None:
        """Ends a run that could not begin: a side that cannot be reached, a pipeline that no longer fits."""
        told = problem.model_dump(mode="json")
        with self._writing() as unit:
            unit.runs.end(self.lease, RunStatus.ERRORED, summary=None, problem=told)

    def listen(self, event: Event) -> None:
        """Keeps an event; it is written with the next step, or by `flush`. The run's end writes its own."""
        if isinstance(event, RunFinished):
            return
        with self._lock:
            last = self._events[-1] if self._events else None
            if (
                isinstance(event, ScanProgressed)
                and isinstance(last, ScanProgressed)
                and last.scan_id == event.scan_id
            ):
                self._events[-1] = event
            else:
                self._events.append(event)
        self.flush(after_s=FLUSH_AFTER_S)

    def flush(self, *, after_s: float = 0.0) -> None:
        """Writes the events that wait, if the last time is at least so long ago."""
        if self._events and time.monotonic() - self._flushed >= after_s:
            with self._writing():
                pass

    @contextmanager
    def _writing(self) -> Iterator[Unit]:
        """A transaction, with the events until now in it. They are forgotten once it is committed, and not before."""
        with self._lock:
            with self.store.writing() as unit:
                self._write_events(unit)
                yield unit
            self._numbered += len(self._events)
            self._events.clear()
            self._flushed = time.monotonic()

    def _write_events(self, unit: Unit) -> None:
        """Numbers are given here, for the attempt that holds the run alone appends to it."""
        if not self._events:
            return
        begun = {
            self._positions[event.step_id]: event.at
            for event in self._events
            if isinstance(event, StepStarted)
        }
        if begun:
            unit.runs.begin_steps(self.lease, begun)
        unit.runs.add_events(
            self.lease,
            [
                RunEvent(
                    run_id=self.id,
                    number=self._numbered + place,
                    at=event.at,
                    kind=type(event).__name__,
                    document=_told(event),
                )
                for place, event in enumerate(self._events, start=1)
            ],
        )


def _document(pipeline: Pipeline) -> Document:
    """The pipeline as JSON. A severity that a step does not say itself stays unsaid when it is read again."""
    document = pipeline.model_dump(mode="json")
    for step, written in zip(pipeline.steps, document["steps"], strict=True):
        if "severity" not in step.model_fields_set:
            del written["severity"]
    return document


def _pipeline(run: StoredRun) -> Pipeline:
    return Pipeline.model_validate_json(json.dumps(run.pipeline))


def _changes(step_run: StepRun) -> dict[str, object]:
    verdict, problem = step_run.verdict, step_run.problem
    return {
        "status": step_run.status.value,
        "verdict": None if verdict is None else verdict.value,
        "started": step_run.started,
        "finished": step_run.finished,
        "found": {kind.value: count for kind, count in step_run.found.items()},
        "problem": None if problem is None else problem.model_dump(mode="json"),
    }


def _result(lease: Lease, position: int, step_run: StepRun) -> StepResult:
    document = _whole(step_run.model_dump(mode="json"))
    rows = step_run.result.rows if step_run.result else None
    return StepResult(
        run_id=lease.run_id,
        position=position,
        document=document,
        rows_file=rows.rows_file if rows else None,
        digest=digest(document),
    )


def _whole(value: Any) -> Any:
    """What can be told as UTF-8: half of a surrogate pair, which some databases keep, becomes U+FFFD."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_whole(key): _whole(each) for key, each in value.items()}
        case list():
            return [_whole(each) for each in value]
    return value


TIMED = ("started", "finished")
"""What two faultless executions of one step do not have in common, beside the statements and the durations."""


def digest(document: Document) -> str:
    """What a step said, in few letters: equal for two executions that found the same."""
    said = {key: value for key, value in document.items() if key not in TIMED}
    if isinstance(result := said.get("result"), dict):
        said["result"] = {key: value for key, value in result.items() if key != "statements"}
        if isinstance(rows := said["result"].get("rows"), dict):
            unlike = {"seconds", "rows_file", "repair_file"}
            said["result"]["rows"] = {k: v for k, v in rows.items() if k not in unlike}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _summary(run: Run) -> Document:
    """The run in numbers, for lists."""
    counts: dict[str, int] = {}
    for step_run in run.steps:
        counts[step_run.status.value] = counts.get(step_run.status.value, 0) + 1
    return {
        "steps": counts,
        "snapshot": None if run.snapshot is None else run.snapshot.model_dump(mode="json"),
        "coverage": [each.model_dump(mode="json") for each in run.coverage],
    }


def _told(event: Event) -> Document:
    """An event without what the result holds: names and numbers."""
    if not isinstance(event, StepFinished):
        return event.model_dump(mode="json", exclude={"at"})
    step_run = event.step_run
    return {
        "step_id": step_run.step.id,
        "status": step_run.status.value,
        "found": {kind.value: count for kind, count in step_run.found.items()},
    }
