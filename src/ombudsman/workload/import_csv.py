"""The rows of a CSV export.

Traps: SQL Server's own tools leave line breaks in texts unquoted unless they are told to quote, so that one row becomes
many with too few columns; a file that is cut off ends within quotes, or with too few columns; a line `sep=;` before the
header tells Excel the separator.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ombudsman.model.errors import SettingsError
from ombudsman.workload.export_columns import columns_meant
from ombudsman.workload.import_notes import ImportNotes

LONGEST = 64 * 1024 * 1024
"""Characters of one value at most; a plan has some millions."""

_EXCEL = re.compile("\ufeff?sep=(.)", re.IGNORECASE)
_SEPARATORS = (",", ";", "\t", "|")


def csv_rows(lines: Iterable[str], notes: ImportNotes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row with the line on which it begins.

    Raises:
        SettingsError: there is no header.
    """
    source = enumerate(lines, start=1)
    told, separator = _next_filled(source), None
    if told is not None and (match := _EXCEL.fullmatch(told[1].strip())):
        told, separator = _next_filled(source), match[1]
    if told is None:
        raise SettingsError("the export is empty", hint="it begins with the names of its columns")
    header_line, header = told
    separator, names = _header(header, (separator,) if separator else _SEPARATORS)
    # A limit of the process: Python's own is less than a long statement.
    csv.field_size_limit(LONGEST)
    reader = csv.reader((line for _, line in source), delimiter=separator, strict=True)
    for line, row in _rows(reader, notes, header_line):
        if not row:
            continue
        if len(row) != len(names):
            notes.damage(_unlike(row, names), line)
            continue
        yield line, dict(zip(names, row, strict=True))


def _next_filled(lines: Iterator[tuple[int, str]]) -> tuple[int, str] | None:
    return next((each for each in lines if each[1].strip("\ufeff \t\r\n")), None)


def _rows(reader: Any, notes: ImportNotes, header_line: int) -> Iterator[tuple[int, Sequence[str]]]:
    while True:
        line = header_line + reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            is_cut = "end of data" in str(error)
            notes.damage("the file is cut off in it" if is_cut else "its quotes do not fit", line)
            continue
        yield line, row


def _header(line: str, separators: Sequence[str]) -> tuple[str, list[str]]:
    """The separator by which most columns have a meaning, and the names."""
    tried = [(each, next(csv.reader([line], delimiter=each))) for each in separators]
    best = max(tried, key=lambda pair: (len(columns_meant(pair[1])), len(pair[1])))
    return best[0], [name.strip().lstrip("\ufeff") for name in best[1]]


def _unlike(row: Sequence[str], names: Sequence[str]) -> str:
    if len(row) > len(names):
        return "it has more values than there are columns"
    return "it has fewer values than there are columns: cut off, or a text with a line break that is not quoted"
