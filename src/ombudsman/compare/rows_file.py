"""The differing rows as Parquet, in long form: one line per difference, written as they are found.

The file takes its name when it is whole. A comparison that is stopped leaves none behind.
"""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
from pyarrow import parquet

from ombudsman.model.errors import WorkspaceFailed

SCHEMA = pa.schema(
    [
        pa.field("kind", pa.string(), nullable=False),
        pa.field("cause", pa.string()),
        pa.field("key", pa.string()),
        pa.field("column", pa.string()),
        pa.field("target_column", pa.string()),
        pa.field("source", pa.string()),
        pa.field("target", pa.string()),
    ]
)
"""`key` is a JSON array of texts, the key columns in order; `column` is empty for whole rows. Values are texts."""


class RowsFile:
    """A Parquet file of differences that is being written. A context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._unfinished = path.with_name(path.name + ".part")
        self._lines = 0
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = parquet.ParquetWriter(self._unfinished, SCHEMA, compression="zstd")

    def write(self, columns: Sequence[Sequence[str | None]]) -> None:
        """Lines, column by column in the schema's order."""
        arrays = [pa.array(each, pa.string()) for each in columns]
        with _told(self.path):
            self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=SCHEMA))
        self._lines += len(columns[0])

    @property
    def lines(self) -> int:
        """How many differences were written."""
        return self._lines

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            with _told(self.path):
                self._writer.close()
                if error is None:
                    self._unfinished.replace(self.path)
        finally:
            self._unfinished.unlink(missing_ok=True)


class _told:  # noqa: N801 - reads as what it does
    """The disk's errors as ours."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, OSError):
            raise WorkspaceFailed(
                f"cannot write the differing rows to {self._path}: {error.strerror or 'no room'}",
                hint="name a folder that can be written, with room for a line per difference",
            ) from None
