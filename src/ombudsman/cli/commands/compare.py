"""`ombudsman compare`: two tables, row by row."""

import shlex
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from ombudsman.cli.commands.output import say
from ombudsman.cli.commands.run import EXIT_CODES, titles
from ombudsman.measures.under_way import HowFar
from ombudsman.model.equality import Equality
from ombudsman.model.errors import SettingsError, did_you_mean
from ombudsman.model.explain import explain
from ombudsman.model.pipeline import Run
from ombudsman.model.result import Verdict
from ombudsman.model.rows import CauseGroup
from ombudsman.model.tables import TableRef
from ombudsman.pipeline.compare import compared_run
from ombudsman.render.html import write_report
from ombudsman.render.progress import STAGES
from ombudsman.render.results_json import write_step_json
from ombudsman.render.rows_told import GROUPS_SHOWN, causes_told, manner_told
from ombudsman.render.terminal import Detail, summary

SAMPLE_LINES = 12


@dataclass(frozen=True)
class Files:
    """The files that a comparison should write."""

    json: Path | None = None
    html: Path | None = None
    rows: Path | None = None
    repair: Path | None = None

    def check(self) -> None:
        """Raises SettingsError when one of them cannot be written; its folder is made."""
        for path in filter(None, (self.json, self.html, self.rows, self.repair)):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise SettingsError(f"{path} cannot be written: {error.strerror}") from error
            if path.is_dir():
                raise SettingsError(f"{path} is a folder", hint="name a file in it")

    def write(self, run: Run) -> None:
        """Writes the reports; what differs, and what would mend it, is written while it is found."""
        writers: tuple[tuple[Path | None, Callable[[Path], None]], ...] = (
            (self.json, lambda path: write_step_json(run, path)),
            (self.html, lambda path: write_report(run, path, titles())),
        )
        for path, write in writers:
            if path is None:
                continue
            try:
                write(path)
            except OSError as error:
                raise SettingsError(f"{path} cannot be written: {error.strerror}") from error


def compare(
    source: str,
    target: str,
    *,
    params: dict[str, Any],
    accept: Sequence[str] = (),
    mapping: Path | None = None,
    config: Path | None = None,
    files: Files = Files(),
) -> int:
    """Compares two tables, writes the files, prints what differs, and returns the exit code."""
    files.check()
    sides = side_and_table(source), side_and_table(target)
    everywhere, columns = accepted(accept)
    with LiveSteps(Console(file=sys.stderr)) as progress:
        run = compared_run(
            *sides[0],
            *sides[1],
            params=params,
            equality=everywhere,
            column_equality=columns,
            mapping=mapping,
            config=config,
            rows_file=files.rows,
            repair_file=files.repair,
            watcher=progress,
        )
    try:
        files.write(run)
    finally:
        detail = Detail(findings=SAMPLE_LINES, passes=True)
        summary(run, Console(), detail=detail, titles=titles())
        _tell_manner(run)
        _tell_acceptances(run)
    return EXIT_CODES[run.status]


def _tell_manner(run: Run) -> None:
    """How equal rows were compared; of others the details tell it."""
    result = run.steps[0].result
    if result is not None and result.rows is not None and result.verdict is Verdict.PASSED:
        for line in (*causes_told(result.rows), *manner_told(result.rows), *result.notes):
            say(line)


def _tell_acceptances(run: Run) -> None:
    """The settings that would accept what differs, as this command takes them."""
    result = run.steps[0].result
    words = (
        acceptances(result.rows.groups) if result is not None and result.rows is not None else ()
    )
    if words:
        say("To accept a cause, compare again with one of:")
    for each in words:
        say(f"  {each}")


def acceptances(groups: Iterable[CauseGroup]) -> tuple[str, ...]:
    """`--accept name:letter_case=ignored` for each cause that a policy would forgive, those of most cells first.

    What would take a transformation has its place in the mapping, and is not among them.
    """
    told: dict[str, None] = {}
    for group in groups:
        for setting in group.settings:
            policy = yaml.safe_load(setting).get("equality", {})
            words = (f"{group.column}:{name}={_spelt(value)}" for name, value in policy.items())
            told[" ".join(f"--accept {shlex.quote(each)}" for each in words)] = None
    return tuple(filter(None, told))[:GROUPS_SHOWN]


def _spelt(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def side_and_table(written: str) -> tuple[str, TableRef]:
    """`CONNECTION:schema.table`, or a URL that ends in `#schema.table`.

    Raises:
        SettingsError: it is neither.
    """
    is_url = "://" in written
    name, mark, table = written.rpartition("#" if is_url else ":")
    if not mark or not name or not table:
        told = "a URL" if is_url else repr(written)  # it may hold a password
        raise SettingsError(
            f"{told} does not say which table",
            hint="write CONNECTION:schema.table, or a URL that ends in #schema.table",
        )
    try:
        return name, TableRef.parse(table)
    except ValueError:
        told = "what stands behind the #" if is_url else repr(table)
        raise SettingsError(f"{told} is not of the form schema.table") from None


def accepted(written: Sequence[str]) -> tuple[Equality | None, dict[str, Equality]]:
    """What is forgiven everywhere, and in single columns: `field=value` and `column:field=value`.

    Raises:
        SettingsError: there is no such field, or the value is none of it.
    """
    said: dict[str | None, dict[str, Any]] = {}
    for each in written:
        left, mark, value = each.partition("=")
        column, _, name = left.rpartition(":")
        if not mark or name not in Equality.model_fields:
            hint = did_you_mean(name, Equality.model_fields) or "write letter_case=ignored"
            raise SettingsError(f"--accept {each}: there is no {name!r} to accept", hint=hint)
        said.setdefault(column or None, {})[name] = _value(each, value)
    made = {column: _equality(fields) for column, fields in said.items()}
    return made.pop(None, None), {str(column): each for column, each in made.items()}


def _value(written: str, value: str) -> Any:
    try:
        return yaml.safe_load(value)
    except yaml.YAMLError:
        raise SettingsError(f"--accept {written}: {value!r} is no value") from None


def _equality(fields: dict[str, Any]) -> Equality:
    try:
        return Equality.model_validate(fields)
    except ValidationError as error:
        told = "; ".join(f"{each.path[-1]}: {each.message}" for each in explain(error, Equality))
        raise SettingsError(f"--accept {told}") from None


class LiveSteps:
    """Draws how far a comparison is, on a terminal alone."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,.0f}{task.fields[of]}{task.fields[rate]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._stage = ""
        self._began = time.monotonic()

    def __enter__(self) -> "LiveSteps":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, how_far: HowFar) -> None:
        if how_far.stage != self._stage or self._task is None:
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._stage, self._began = how_far.stage, time.monotonic()
            self._task = self._progress.add_task(
                STAGES.get(how_far.stage, how_far.stage), of="", rate=""
            )
        seconds = time.monotonic() - self._began
        rate = f"  {how_far.done / seconds:,.0f}/s" if seconds > 1 else ""
        of = f" of {how_far.total:,}" if how_far.total else ""
        self._progress.update(
            self._task, completed=how_far.done, total=how_far.total, of=of, rate=rate
        )
