"""How do a million rows become bytes in a second? Column by column, never cell by cell.

Every column of an Arrow batch becomes pieces: one run of bytes per row, of one width or of many. The pieces of all
columns are then woven into rows by NumPy, which knows where each run begins.
"""

from collections.abc import Sequence
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from tests.standins.tds.cells import Cells, encode
from tests.standins.tds.types import SqlType

ROW = 0xD1
Bytes = npt.NDArray[np.uint8]
Lengths = npt.NDArray[np.int64]


def rows(batch: pa.RecordBatch, types: Sequence[SqlType]) -> bytes:
    """The ROW tokens of a batch."""
    count = batch.num_rows
    if not count:
        return b""
    pieces = [Cells.fixed(np.full((count, 1), ROW, dtype=np.uint8))]
    for column, sql_type in zip(batch.columns, types, strict=True):
        pieces.extend(encode(column, sql_type))
    return _woven(_merged(pieces), count)


def _merged(pieces: list[Cells]) -> list[Cells]:
    """Neighbours of one width each become one piece, for each piece costs a pass."""
    merged: list[Cells] = []
    for piece in pieces:
        if merged and piece.matrix is not None and merged[-1].matrix is not None:
            merged[-1] = Cells.fixed(np.hstack([merged[-1].matrix, piece.matrix]))
        else:
            merged.append(piece)
    return merged


def _woven(pieces: list[Cells], count: int) -> bytes:
    if len(pieces) == 1 and pieces[0].matrix is not None:
        return pieces[0].matrix.tobytes()
    lengths = [piece.row_lengths(count) for piece in pieces]
    ends = np.cumsum(reduce(np.add, lengths))
    out = np.empty(int(ends[-1]), dtype=np.uint8)
    position = np.concatenate(([0], ends[:-1]))
    for piece, of_rows in zip(pieces, lengths, strict=True):
        piece.put(out, position, of_rows)
        position = position + of_rows
    return out.tobytes()
