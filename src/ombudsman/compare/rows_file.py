"""The differing rows as Parquet, in long form: one line per difference, written as they are found.

The file takes its name when it is whole. A comparison that is stopped leaves none behind.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
from pyarrow import parquet

from ombudsman.compare.unfinished import Unfinished
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
        self._file = Unfinished(path, "the differing rows")
        self._writer: parquet.ParquetWriter | None = None
        self.restart()

    def restart(self) -> None:
        """Forgets what was written."""
        self._close()
        self._lines = 0
        with self._file.writing():
            self._writer = parquet.ParquetWriter(self._file.part, SCHEMA, compression="zstd")

    def write(self, columns: Sequence[Sequence[str | None]]) -> None:
        """Lines, column by column in the schema's order.

        Raises:
            WorkspaceFailed: there is no room for them.
        """
        assert self._writer is not None  # noqa: S101 - it is open
        arrays = [pa.array(each, pa.string()) for each in columns]
        with self._file.writing():
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
            if error is None:
                self._close()
                self._file.done()
            else:
                with suppress(WorkspaceFailed):  # why it ended is told, not what followed from it
                    self._close()
        finally:
            self._file.gone()

    def _close(self) -> None:
        if self._writer is not None:
            with self._file.writing():
                self._writer.close()
