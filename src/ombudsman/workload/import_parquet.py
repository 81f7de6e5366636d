"""The rows of a Parquet export, batch by batch."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ombudsman.model.errors import SettingsError

ROWS_AT_ONCE = 500


def parquet_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row with its number, counted from 1.

    Raises:
        SettingsError: it is broken or cut off; a Parquet file has its table of contents at its end.
    """
    number = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(ROWS_AT_ONCE):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise SettingsError(
            f"{path} cannot be read as Parquet, from row {number + 1}",
            hint="it may be cut off: write it again",
        ) from error
