"""Files of what runs found: made beside the store, handed out once, and gone with the last byte.

A file is made whole before the first byte leaves, so that what goes wrong is told as a problem and not by a file that
ends too early. It has no name on the disk: a server that dies leaves no values of rows behind.
"""

import json
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Annotated, Any, Literal

import pyarrow as pa
from pydantic import Field

from ombudsman.compare.rows_file import SCHEMA
from ombudsman.compare.stored_rows import Sought, StoredRows
from ombudsman.model.errors import WorkspaceFailed
from ombudsman.studio.errors import TooMany
from ombudsman.studio.fields import Given, Words
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.persistence.entities.runs import StepResult, StoredRun
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.masks import Mask
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.evidence import report_bytes, results_bytes, write_evidence
from ombudsman.studio.services.export_cells import portable
from ombudsman.studio.services.export_files import MEDIA_TYPES, Format, Target, write_lines
from ombudsman.studio.services.service import Actor, Service
from ombudsman.studio.services.sight import REASON, Reason, mask_for
from ombudsman.studio.services.step_results import (
    findings_of,
    refuse_masked_search,
    rows_file,
)
from ombudsman.studio.services.stored_run import (
    refuse_unfinished,
    seen_run,
    step_and_result,
    whole_run,
)

AT_ONCE = 2
"""How many files are made at the same time; a server answers others beside."""

MIB = 2**20
STALE_S = 24 * 3_600
"""No file takes so long to be made."""

_places = threading.BoundedSemaphore(AT_ONCE)

FINDINGS = pa.schema(
    [
        pa.field(name, pa.string())
        for name in (
            *("step", "validator", "table", "kind", "cause", "side", "column", "key"),
            *("source", "target", "message"),
        )
    ]
)


_Word = Annotated[Words, Field(max_length=300)]


class RowsExport(Given):
    """Which differences of a step go into a file, and of which form it is."""

    format: Format
    kinds: list[_Word] = Field(default=[], max_length=50)
    columns: list[_Word] = Field(default=[], max_length=200)
    causes: list[_Word] = Field(default=[], max_length=50)
    key: _Word | None = Field(default=None, description="A text that the key holds.")
    reason: Reason | None = Field(default=None, description=REASON)


class RunExport(Given):
    """As which file a run is wanted: its findings as lines, its results, its report, or the pack of both."""

    format: Literal["csv", "xlsx", "parquet", "json", "html", "evidence"]
    reason: Reason | None = Field(default=None, description=REASON)


@dataclass
class Export:
    """A file that was made. Whoever takes it closes it."""

    file: IO[bytes] = field(repr=False)
    name: str
    media_type: str
    bytes: int
    masked: bool


class Exports(Service):
    """Files of what runs found."""

    def rows(self, actor: Actor, run_id: str, position: int, given: RowsExport) -> Export:
        """The differences of a step.

        Raises:
            NotFound: it wrote none down, or they are not kept any more.
            ExportTooLarge: the file would be larger than it may be.
            TooMany: others are being made just now.
        """
        sought = Sought(tuple(given.kinds), tuple(given.columns), tuple(given.causes), given.key)
        if given.reason is None:
            refuse_masked_search(sought)
        with self.on.store.reading() as unit:
            run = seen_run(unit, actor, run_id, Permission.EXPORT_EXECUTE)
            step, result = step_and_result(unit, run_id, position)
            about = _about(actor, unit, run, given.reason) | {"step": step.step_id}
            name = f"{_name(run)}-{_safe(step.step_id)}-rows.{given.format}"
            stored = StoredRows(rows_file(self.on, result))
        with stored:
            mask = self._mask(actor, run_id, f"rows of step {position}", given)

            def write(target: Target) -> None:
                batches = stored.batches(sought)
                seen = batches if mask is None else (mask.lines(each) for each in batches)
                write_lines(given.format, target, seen, SCHEMA)

            return self._made(name, given.format, about, write, masked=mask is not None)

    def run(self, actor: Actor, run_id: str, given: RunExport) -> Export:
        """A run that is over: its findings as lines, or its results and report.

        Raises:
            Conflict: it is not over.
            ExportTooLarge: the file would be larger than it may be.
            TooMany: others are being made just now.
        """
        with self.on.store.reading() as unit:
            run = seen_run(unit, actor, run_id, Permission.EXPORT_EXECUTE)
            refuse_unfinished(run)
            about, named = _about(actor, unit, run, given.reason), _name(run)
        mask = self._mask(actor, run_id, "run", given)
        with self.on.store.reading() as unit:
            told = whole_run(unit, unit.runs.get(run_id), mask)
            results = (
                unit.runs.results(run_id) if given.format in {"csv", "xlsx", "parquet"} else ()
            )
            lines = [_finding_lines(each, mask) for each in results]

        def write(target: Target) -> None:
            match given.format:
                case "html":
                    target.file.write(report_bytes(told))
                case "json":
                    target.file.write(results_bytes(told))
                case "evidence":
                    write_evidence(target.file, told, about)
                case "csv" | "xlsx" | "parquet":
                    write_lines(given.format, target, lines, FINDINGS)

        ending = "zip" if given.format == "evidence" else given.format
        what = {"html": "report", "json": "results", "evidence": "evidence"}
        name = f"{named}-{what.get(given.format, 'findings')}.{ending}"
        return self._made(name, given.format, about, write, masked=mask is not None)

    def _mask(
        self, actor: Actor, run_id: str, what: str, given: RowsExport | RunExport
    ) -> Mask | None:
        return mask_for(
            self.on,
            actor,
            run_id,
            Permission.EXPORT_EXECUTE,
            what=what,
            reason=given.reason,
            form=given.format,
        )

    def _made(
        self,
        name: str,
        form: str,
        about: dict[str, str],
        write: Callable[[Target], None],
        *,
        masked: bool,
    ) -> Export:
        if not _places.acquire(blocking=False):
            raise TooMany("other files are being made", retry_after_s=10, hint="come again later")
        try:
            with _nameless(self.on) as (file, folder):
                most = self.on.settings.ovs_export_most_mib * MIB
                target = Target(file, folder, about, most)
                write(target)
                size = file.seek(0, 2)
                target.check(size)
                file.seek(0)
                return Export(file, name, MEDIA_TYPES[form], size, masked)
        finally:
            _places.release()


@contextmanager
def _nameless(on: Foundation) -> Iterator[tuple[IO[bytes], Path]]:
    """A file without a name, and a folder for what its making needs; the file stays open unless that fails."""
    parent = _folder(on)
    try:
        parent.mkdir(mode=0o700, exist_ok=True)
        sweep_exports(on)
        with tempfile.TemporaryDirectory(dir=parent) as folder:
            file = tempfile.TemporaryFile(dir=parent)  # noqa: SIM115 - whoever takes the export closes it
            try:
                yield file, Path(folder)
            except BaseException:
                file.close()
                raise
    except OSError as error:
        raise WorkspaceFailed(
            f"the file cannot be written: {error.strerror}", hint="make room in the data folder"
        ) from None


def sweep_exports(on: Foundation) -> None:
    """Removes what a server left that died while it made a workbook."""
    long_ago = time.time() - STALE_S
    for each in _folder(on).glob("*"):
        with suppress(FileNotFoundError):  # its own export has just removed it
            if each.stat().st_mtime < long_ago:
                shutil.rmtree(each, ignore_errors=True)


def _folder(on: Foundation) -> Path:
    return on.settings.data_folder / "exports"


def _finding_lines(result: StepResult, mask: Mask | None) -> pa.RecordBatch:
    """The findings of a step as lines of texts."""
    told = [
        {
            "step": each.step_id,
            **{name: _text(getattr(each, name)) for name in FINDINGS.names if name != "step"},
        }
        for each in findings_of(result, mask)
    ]
    return pa.RecordBatch.from_pylist(told, schema=FINDINGS)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else portable(value)
    return json.dumps(value)


def _about(actor: Actor, unit: Unit, run: StoredRun, reason: str | None) -> dict[str, str]:
    """What a file says of itself; whoever passes plain values on is named in it."""
    told = {
        "run": run.id,
        "number": str(run.number),
        "pipeline": run.pipeline_name,
        "exported": unit.now.isoformat(timespec="seconds"),
        "exported by": actor.username,
        "values of rows": "masked" if reason is None else "plain",
    }
    return told if reason is None else told | {"reason": reason}


def _name(run: StoredRun) -> str:
    return f"run-{run.number}"


def _safe(text: str) -> str:
    """A name as a part of a file's name, on any system and in any header."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", text)[:60].strip("_") or "step"
