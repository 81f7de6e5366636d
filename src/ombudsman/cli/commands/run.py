"""`ombudsman run`: a pipeline file, from reading to reports."""

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from ombudsman.cli.failures import DISAGREE, PASSED, UNMEASURED
from ombudsman.model.errors import SettingsError
from ombudsman.model.pipeline import Run, RunStatus
from ombudsman.model.result import SAMPLE_LIMIT
from ombudsman.pipeline.library import run as run_pipeline_file
from ombudsman.render.html import write_report
from ombudsman.render.junit import write_junit
from ombudsman.render.progress import LiveProgress
from ombudsman.render.results_json import write_json
from ombudsman.render.terminal import Detail, summary
from ombudsman.validators.registry import catalogue

RUNS = Path(".ombudsman") / "runs"

WHOLE = Detail(findings=SAMPLE_LIMIT, steps=sys.maxsize, passes=True, sql=True)

EXIT_CODES = {
    RunStatus.PASSED: PASSED,
    RunStatus.FAILED: DISAGREE,
    RunStatus.ERRORED: UNMEASURED,
    RunStatus.CANCELLED: UNMEASURED,
    RunStatus.RUNNING: UNMEASURED,
}


@dataclass(frozen=True)
class Outputs:
    """The files that a run should write."""

    json: Path | None = None
    junit: Path | None = None
    html: Path | None = None

    def check(self) -> None:
        """Makes the folders of those that were asked for, before hours are spent.

        Raises:
            SettingsError: one of them cannot be written.
        """
        for path in filter(None, (self.json, self.junit, self.html)):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise _not_written(path, error) from error
            if path.is_dir():
                raise SettingsError(f"{path} is a folder", hint="name a file in it")

    def write(self, run: Run) -> None:
        """Writes those that were asked for; one that cannot be written does not keep the others from it.

        Raises:
            SettingsError: at least one could not be written.
        """
        failures: list[SettingsError] = []
        writers: tuple[tuple[Path | None, Callable[[Path], None]], ...] = (
            (self.json, lambda path: write_json(run, path)),
            (self.junit, lambda path: write_junit(run, path)),
            (self.html, lambda path: write_report(run, path, titles())),
        )
        for path, write in writers:
            if path is None:
                continue
            try:
                write(path)
            except OSError as error:
                failures.append(_not_written(path, error))
        if failures:
            raise failures[0]


def _not_written(path: Path, error: OSError) -> SettingsError:
    return SettingsError(f"{path} cannot be written: {error.strerror}")


def run_file(
    path: Path,
    *,
    config: Path | None = None,
    only: Sequence[str] = (),
    jobs: int | None = None,
    outputs: Outputs = Outputs(),
    resume: bool = False,
    verbose: bool = False,
) -> int:
    """Runs the file's pipeline, writes the outputs, prints what became of it, and returns the exit code.

    The files come first: whoever reads what is printed may close the pipe early.
    """
    outputs.check()
    run = carry_out(path, config=config, only=only, jobs=jobs, resume=resume)
    try:
        outputs.write(run)
    finally:
        summary(run, Console(), detail=WHOLE if verbose else Detail(), titles=titles())
    return EXIT_CODES[run.status]


def carry_out(
    path: Path,
    *,
    config: Path | None = None,
    only: Sequence[str] = (),
    jobs: int | None = None,
    resume: bool = False,
    runs: Path = RUNS,
) -> Run:
    """Runs the file's pipeline with live progress on standard error, and records it under `runs`."""
    with LiveProgress(Console(file=sys.stderr)) as progress:
        return run_pipeline_file(
            path,
            config=config,
            only=only,
            jobs=jobs,
            listener=progress,
            folder=runs_folder(path, runs),
            resume=resume,
        )


def titles() -> dict[str, str]:
    """Each validator's question, for the reports."""
    return {name: validator.question for name, validator in catalogue().items()}


def runs_folder(path: Path, runs: Path = RUNS) -> Path:
    """Where the runs of a pipeline file are recorded."""
    return runs / (re.sub(r"[^\w.-]+", "_", path.stem).strip("._") or "pipeline")
