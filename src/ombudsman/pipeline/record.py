"""A run, written down as it goes: one file per step, the moment its result exists. So an interrupted run can go on.

    <folder>/run.json           what is run, since when, as of which moment
    <folder>/steps/0007.json    step 7 of the pipeline, finished
    <folder>/rows/0007.parquet  every difference that step 7 found, where it compared rows

A file is written beside its place and then moved there: it is whole or it is not there.
"""

import datetime as dt
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import ValidationError

from ombudsman.model.base import Frozen, Strict
from ombudsman.model.errors import NotFound, PipelineInvalid, SettingsError
from ombudsman.model.pipeline import Pipeline, Run, RunStatus, StepRun, StepStatus

JUDGED = frozenset({StepStatus.PASSED, StepStatus.FAILED})
FINAL = frozenset({RunStatus.PASSED, RunStatus.FAILED})

M = TypeVar("M", bound=Frozen)


class RunHeader(Frozen):
    """What stands in run.json."""

    id: str
    pipeline: Pipeline
    status: RunStatus
    started: dt.datetime
    finished: dt.datetime | None = None


class Record(Protocol):
    """Where a run is written down, step by step.

    A run whose record fails with an OSError goes on without it; any other error of its record ends the run.
    """

    @property
    def id(self) -> str: ...

    @property
    def started(self) -> dt.datetime: ...

    def judged(self) -> dict[str, StepRun]:
        """The steps that were judged in an earlier attempt, by id: they are not run again."""

    def write_step(self, step_run: StepRun) -> None:
        """Writes a finished step down, before anybody is told of it."""

    def rows_file(self, step_id: str) -> Path:
        """Where this step may write the rows that differ."""

    def end(self, run: Run) -> None:
        """Writes down what became of the run."""


class RunRecord:
    """The folder of one run: the `Record` of the library and the command line."""

    def __init__(self, folder: Path, header: RunHeader) -> None:
        self.folder = folder
        self.header = header

    @property
    def id(self) -> str:
        return self.header.id

    @property
    def started(self) -> dt.datetime:
        return self.header.started

    @classmethod
    def begin(cls, root: Path, pipeline: Pipeline, *, now: dt.datetime) -> "RunRecord":
        """A new folder under `root` for a new run.

        Raises:
            SettingsError: it cannot be made.
        """
        run_id = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        header = RunHeader(id=run_id, pipeline=pipeline, status=RunStatus.RUNNING, started=now)
        record = cls(root / run_id, header)
        try:
            (record.folder / "steps").mkdir(parents=True)
            _write(record.folder / "run.json", header.model_dump_json(indent=2))
        except OSError as error:
            raise SettingsError(
                f"the run cannot be recorded in {root}: {error.strerror}",
                hint="run it in a folder that you may write to",
            ) from error
        return record

    @classmethod
    def latest_unfinished(cls, root: Path, pipeline: Pipeline) -> "RunRecord":
        """The last run of a pipeline of this name under `root` that did not come to its end.

        Raises:
            NotFound: there is none.
            PipelineInvalid: the pipeline was changed since.
        """
        for record in reversed(recorded_runs(root)):
            header = record.header
            if header.status in FINAL or header.pipeline.name != pipeline.name:
                continue
            if not _same(header.pipeline, pipeline):
                raise PipelineInvalid(
                    f"the pipeline, or a table of it, was changed since run {header.id} began",
                    hint="run it afresh, without --resume (with --only, resume with the same --only)",
                )
            return record
        raise NotFound("there is no interrupted run to resume", hint="run it without --resume")

    def finished(self) -> Iterator[StepRun]:
        """The steps that came to an end, in the order of the pipeline; files that cannot be read are left out."""
        for path in sorted((self.folder / "steps").glob("*.json")):
            if (step_run := _read(StepRun, path)) is not None:
                yield step_run

    def judged(self) -> dict[str, StepRun]:
        """The steps that were judged already, by id. What errored, was skipped or cancelled is run again.

        So is a step whose file cannot be read, or speaks of another step than the pipeline's.
        """
        return judged_before(self.header.pipeline, self.finished())

    def write_step(self, step_run: StepRun) -> None:
        """Writes a finished step down."""
        number = self._number(step_run.step.id)
        _write(self.folder / "steps" / f"{number:04}.json", step_run.model_dump_json())

    def rows_file(self, step_id: str) -> Path:
        """Where this step may write the rows that differ."""
        return self.folder / "rows" / f"{self._number(step_id):04}.parquet"

    def _number(self, step_id: str) -> int:
        return next(i for i, s in enumerate(self.header.pipeline.steps) if s.id == step_id)

    def end(self, run: Run) -> None:
        """Writes down what became of the run."""
        self.header = self.header.model_copy(
            update={"status": run.status, "finished": run.finished}
        )
        _write(self.folder / "run.json", self.header.model_dump_json(indent=2))


def judged_before(pipeline: Pipeline, step_runs: Iterable[StepRun]) -> dict[str, StepRun]:
    """Those of the finished steps that were judged and are steps of this pipeline, by id, as they were asked for."""
    steps = {step.id: step for step in pipeline.steps}
    found: dict[str, StepRun] = {}
    for step_run in step_runs:
        step = steps.get(step_run.step.id)
        if step is None or step_run.status not in JUDGED:
            continue
        # Its severity became that of what was found.
        judged = step.model_copy(update={"severity": step_run.step.severity})
        if _same(judged, step_run.step):
            found[step.id] = step_run.model_copy(update={"step": judged})
    return found


def recorded_runs(root: Path) -> list[RunRecord]:
    """The runs recorded under `root`, the oldest first. A folder whose run.json cannot be read is left out."""
    headers = ((path.parent, _read(RunHeader, path)) for path in root.glob("*/run.json"))
    records = [RunRecord(folder, header) for folder, header in headers if header is not None]
    return sorted(records, key=lambda record: record.header.started)


def _read(model: type[M], path: Path) -> M | None:
    """What stands in a file; None when it cannot be read as such."""
    try:
        return model.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _same(one: Frozen | Strict, other: Frozen | Strict) -> bool:
    """Whether both are written alike: a decimal among the params comes back as a text."""
    return one.model_dump_json() == other.model_dump_json()


def _write(path: Path, text: str) -> None:
    beside = path.with_suffix(".part")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)  # noqa: PTH105 - atomic on every system
