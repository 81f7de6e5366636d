"""`ombudsman workload`: what the business asks of the database."""

from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from ombudsman.cli.commands.output import say
from ombudsman.cli.failures import DISAGREE, PASSED, UNMEASURED
from ombudsman.connections.named import connected
from ombudsman.mapping.file import read_mapping
from ombudsman.metadata.export import read_catalogue_file
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.errors import SettingsError
from ombudsman.model.tables import Catalogue
from ombudsman.pipeline.session import Session
from ombudsman.render.replay_page import print_replay, write_replay_json
from ombudsman.render.workload_json import write_workload_json
from ombudsman.render.workload_page import print_workload
from ombudsman.workload.analyze import analyze as analyzed
from ombudsman.workload.export_statements import export_sql
from ombudsman.workload.import_notes import ImportNotes
from ombudsman.workload.read_export import read_export, read_live
from ombudsman.workload.replay import Outcome
from ombudsman.workload.replay import replay as replayed
from ombudsman.workload.workload import Workload

_WHOLE_LINE = 10_000


def print_export_sql(kind: str, *, days: int) -> None:
    """Prints the statement that exports a workload, for a file or a pipe."""
    print(export_sql(kind, days=days), end="")  # noqa: T201 - for a file or a pipe


def analyze(
    file: Path | None,
    *,
    connection: str | None,
    metadata: Path | None,
    live: str | None,
    days: int,
    encoding: str | None,
    json: Path | None,
    top: int,
    config: Path | None,
) -> None:
    """Analyzes an export, or the live views of a connection; prints the page, writes the JSON."""
    if (file is None) == (live is None):
        raise SettingsError(
            "give an export, or --live with a connection",
            hint="`ombudsman workload export-sql` prints the SQL that makes one",
        )
    if live is not None and connection is None:
        raise SettingsError(
            "--live needs --connection", hint="name the server whose views are read"
        )
    if file is not None:
        catalogue = catalogue_for(connection, metadata, config, beside=file)
        workload = workload_of(file, catalogue, encoding=encoding)
    else:
        assert connection is not None  # noqa: S101 - judged above
        workload = _live(connection, metadata, export_sql(live or "", days=days), config)
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(width=_WHOLE_LINE, highlight=False)
    print_workload(workload, console, lines=top)
    if json is not None:
        try:
            write_workload_json(workload, json)
        except OSError as error:
            raise SettingsError(f"{json} cannot be written: {error.strerror}") from error
        say(f"written to {json}")


def workload_of(
    file: Path, catalogue: Catalogue | None, *, encoding: str | None = None
) -> Workload:
    """An export analyzed; what of it could not be read stands in the notes."""
    notes = ImportNotes()
    workload = analyzed(read_export(file, notes, encoding=encoding), catalogue)
    workload.notes += notes.told()
    if not notes.rows:
        workload.notes.append(f"{file} holds no statement")
    return workload


def catalogue_for(
    connection: str | None,
    metadata: Path | None,
    config: Path | None,
    *,
    beside: Path | None = None,
) -> Catalogue | None:
    """The catalogue of a connection or of a file; None where neither is named."""
    if connection is not None and metadata is not None:
        raise SettingsError("give --connection or --metadata, and not both")
    if metadata is not None:
        return read_catalogue_file(metadata)
    if connection is None:
        return None
    with connected(connection, config, beside=beside) as opened, opened.open() as reader:
        return read_catalogue(reader, None)


def _live(name: str, metadata: Path | None, sql: str, config: Path | None) -> Workload:
    notes = ImportNotes()
    with connected(name, config) as connection, connection.open() as reader:
        catalogue = read_catalogue_file(metadata) if metadata else read_catalogue(reader, None)
        workload = analyzed(read_live(reader, sql, notes), catalogue)
    workload.notes += notes.told()
    return workload


def replay(
    file: Path,
    source: str,
    target: str,
    *,
    mapping: Path | None,
    top: int,
    encoding: str | None,
    json: Path | None,
    config: Path | None,
) -> int:
    """Replays the heaviest patterns of an export on both sides; returns the exit code."""
    written = read_mapping(mapping) if mapping else None
    with ExitStack() as stack:
        here = stack.enter_context(connected(source, config, beside=file))
        there = stack.enter_context(connected(target, config, beside=file))
        session = stack.enter_context(Session(here, there, written))
        workload = workload_of(file, session.source, encoding=encoding)
        found = replayed(workload, session.tables, session.readers, top=top)
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(width=_WHOLE_LINE, highlight=False)
    print_replay(found, console)
    for note in workload.notes:
        say(note)
    if json is not None:
        try:
            write_replay_json(found, json)
        except OSError as error:
            raise SettingsError(f"{json} cannot be written: {error.strerror}") from error
        say(f"written to {json}")
    outcomes = {each.outcome for each in found.replayed}
    if Outcome.ERRORED in outcomes:
        return UNMEASURED
    return DISAGREE if Outcome.DIFFERENT in outcomes else PASSED
