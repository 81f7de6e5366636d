"""An export as a stream of statements, whatever its format.

What a file is, its first bytes tell; its name may say what it likes. Rows come one by one: a file of any size needs the
memory of its largest row.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from ombudsman.connections.reader import Reader
from ombudsman.model.errors import SettingsError
from ombudsman.workload.export_columns import ExportColumns, columns_meant
from ombudsman.workload.import_csv import csv_rows
from ombudsman.workload.import_json import json_rows
from ombudsman.workload.import_notes import ImportNotes
from ombudsman.workload.import_parquet import parquet_rows
from ombudsman.workload.import_text import HEAD, ExportText, beginning
from ombudsman.workload.import_xml import xml_rows
from ombudsman.workload.import_zip import opened_zip
from ombudsman.workload.recorded import Recorded

Lines = Iterable[tuple[int, Mapping[str, Any]]]

_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")
_ZIP, _PARQUET = b"PK", b"PAR1"


def read_export(
    path: Path, notes: ImportNotes, *, encoding: str | None = None
) -> Iterator[Recorded]:
    """The statements of a CSV, JSON, XML or Parquet file, or of such files in a zip archive.

    Args:
        path: The export.
        notes: Where to tell what could not be read; whole when the last statement was given.
        encoding: That of a text file; by default what the file itself tells, else UTF-8.

    Raises:
        SettingsError: the file cannot be read, or no column of it holds statements.
    """
    try:
        with path.open("rb") as raw:
            head = raw.read(HEAD)
            raw.seek(0)
            if head.startswith(_PARQUET):
                yield from statements(parquet_rows(path), notes)
            elif head.startswith(_ZIP):
                yield from _zipped(path, notes, encoding)
            else:
                yield from statements(_rows(raw, head, notes, encoding), notes)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except SettingsError as error:
        if str(path) in error.message:
            raise
        raise SettingsError(f"{path}: {error.message}", hint=error.hint) from error


def read_live(reader: Reader, sql: str, notes: ImportNotes) -> Iterator[Recorded]:
    """The statements that the views of a running server tell; `sql` is one of ours (`export_statements.py`).

    Raises:
        QueryFailed: the views cannot be read, most often for want of rights.
    """
    got = reader.query(sql)
    rows = (
        (number, dict(zip(got.columns, row, strict=True)))
        for number, row in enumerate(got.rows, start=1)
    )
    yield from statements(rows, notes)


def statements(rows: Lines, notes: ImportNotes) -> Iterator[Recorded]:
    """The rows as statements; the columns are those of the first row, and of those that have other ones."""
    columns: ExportColumns | None = None
    names: dict[str, None] = {}
    for line, row in rows:
        if columns is None or not names.keys() >= row.keys():
            names |= dict.fromkeys(row)
            if (
                "text" not in columns_meant(names)
                and columns is None
                and _is_no_statement(row, line, notes)
            ):
                continue
            columns = ExportColumns(names, notes)
        recorded = columns.recorded(row, line)
        if recorded is not None:
            yield recorded


def _is_no_statement(row: Mapping[str, Any], line: int, notes: ImportNotes) -> bool:
    """An event of another kind, such as the one that says how the session began."""
    if "timestamp" in row and "package" in row:
        notes.damage("there is no statement in it", line)
        return True
    return False


def _zipped(path: Path, notes: ImportNotes, encoding: str | None) -> Iterator[Recorded]:
    with opened_zip(path) as (archive, files):
        problem: SettingsError | None = None
        before = notes.rows
        for file in files:
            with archive.open(file) as packed:
                head = packed.read(HEAD)
            try:
                with archive.open(file) as packed:
                    yield from statements(_rows(packed, head, notes, encoding), notes)
            except SettingsError as error:
                problem = SettingsError(f"{file.filename}: {error.message}", hint=error.hint)
                notes.say(f"{file.filename} is not read: {error.message}")
        if problem is not None and notes.rows == before:
            raise problem


def _rows(raw: IO[bytes], head: bytes, notes: ImportNotes, encoding: str | None) -> Lines:
    if _NO_TEXT.search(beginning(head)):
        raise SettingsError(
            "it is no text", hint="an export is CSV, JSON, XML, Parquet or a zip of such files"
        )
    text = ExportText(raw, head, notes, encoding)
    match beginning(head)[:1]:
        case "[" | "{":
            return json_rows(text.parts(), notes)
        case "<":
            return xml_rows(text.parts(), notes)
        case _:
            return csv_rows(text.lines(), notes)
