"""Lines of text as a file: CSV, a workbook, Parquet or JSON, written a batch at a time.

Memory does not grow with the lines. The file's size is bounded: one that becomes larger is given up.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import pyarrow as pa
from pyarrow import parquet

from ombudsman.studio.errors import ExportTooLarge
from ombudsman.studio.services.export_cells import portable, quoted

Format = Literal["csv", "xlsx", "parquet", "json"]

MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "evidence": "application/zip",
}

SHEET_LINES = 1_048_575
"""How many lines a sheet holds below its header."""

CELL_LETTERS = 32_767
"""How many letters a cell of a sheet holds."""

_CUT = " [...]"


@dataclass
class Target:
    """Where a file is written, what is said about it inside, and how many bytes it may have."""

    file: IO[bytes]
    folder: Path
    about: Mapping[str, str]
    most_bytes: int
    _content: int = 0

    def counted(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The batches, as long as there is room for them."""
        for batch in batches:
            self._content += batch.nbytes
            self.check(self._content)
            yield batch
            self.check(self.file.tell())

    def check(self, size: int) -> None:
        """Refuses a file of more bytes than it may have."""
        if size > self.most_bytes:
            raise ExportTooLarge(
                f"the file would have more than {self.most_bytes // 2**20:,} MiB",
                hint="take fewer: filter by kind, column or cause (or raise OVS_EXPORT_MOST_MIB)",
            )


def write_lines(
    form: Format, target: Target, batches: Iterable[pa.RecordBatch], schema: pa.Schema
) -> None:
    """Writes lines, all of whose columns are texts.

    Raises:
        ExportTooLarge: there are too many.
    """
    _WRITERS[form](target, target.counted(batches), schema)


def _csv(target: Target, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
    target.file.write((",".join(map(quoted, schema.names)) + "\r\n").encode())
    for batch in batches:
        lines = (",".join(map(quoted, line)) + "\r\n" for line in _lines(batch))
        target.file.write("".join(lines).encode("utf-8", "backslashreplace"))


def _json(target: Target, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
    target.file.write(b'{"about": ' + json.dumps(target.about).encode() + b',\n"lines": [')
    between = "\n"
    for batch in batches:
        told = []
        for line in _lines(batch):
            told.append(between + json.dumps(dict(zip(schema.names, line, strict=True))))
            between = ",\n"
        target.file.write("".join(told).encode())
    target.file.write(b"\n]}\n")


def _parquet(target: Target, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
    told = {f"ombudsman.{name}": portable(value) for name, value in target.about.items()}
    described = schema.with_metadata(told)
    with parquet.ParquetWriter(target.file, described, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


def _xlsx(target: Target, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
    """A workbook: the lines as texts, never as formulas, numbers or links; beside them what became of them."""
    import xlsxwriter

    options = {
        "constant_memory": True,
        "tmpdir": str(target.folder),
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    book = xlsxwriter.Workbook(target.file, options)
    sheet, about = book.add_worksheet("Lines"), book.add_worksheet("About")
    bold = book.add_format({"bold": True})
    for place, name in enumerate(schema.names):
        sheet.write_string(0, place, name, bold)
    sheet.freeze_panes(1, 0)
    try:
        told = _write_sheet(sheet, batches)
    except BaseException:
        for each in (sheet, about):  # the library keeps the files of its rows open
            each.row_data_fh.close()
        raise
    for row, (name, value) in enumerate({**target.about, **told}.items()):
        about.write_string(row, 0, name, bold)
        about.write_string(row, 1, _cell(value))
    book.close()


def _write_sheet(sheet: Any, batches: Iterable[pa.RecordBatch]) -> dict[str, str]:
    """Writes lines below a header, and says how many, and what the form had no room for."""
    written, lines, cut = 0, 0, 0
    for line in (line for batch in batches for line in _lines(batch)):
        lines += 1
        if lines > SHEET_LINES:
            continue
        written += 1
        for place, text in enumerate(line):
            if text is not None:
                cut += len(text) > CELL_LETTERS
                sheet.write_string(written, place, _cell(text))
    told = {"lines": f"{written:,} of {lines:,}"}
    if written < lines:
        left = f"{lines - written:,} lines, for a sheet has no more; take CSV or Parquet"
        told["left out"] = left
    if cut:
        told["cut"] = f"{cut:,} texts of more than {CELL_LETTERS:,} letters; take CSV or Parquet"
    return told


def _cell(text: str) -> str:
    fits = len(text) <= CELL_LETTERS
    return portable(text if fits else text[: CELL_LETTERS - len(_CUT)] + _CUT)[:CELL_LETTERS]


def _lines(batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    return zip(*(column.to_pylist() for column in batch.columns), strict=True)


_Writer = Callable[[Target, Iterable[pa.RecordBatch], pa.Schema], None]
_WRITERS: Mapping[str, _Writer] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "parquet": _parquet,
    "json": _json,
}
