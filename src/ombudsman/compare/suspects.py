"""Which rows of a range are not plainly the same on both sides?

Most are, and need no more than to be seen to be. So before rows are typed and matched, sums of buckets set aside those
that agree, as where rows are hashed at a distance. And where both sides send a column in one type, its values are
hashed as they came: what is equal before it is typed is equal afterwards.
"""

import pyarrow as pa
import pyarrow.compute as pc

from ombudsman.compare.columns import ComparedColumn
from ombudsman.compare.scratch import Scratch
from ombudsman.compare.side import ComparedSide
from ombudsman.compare.sums import Buckets
from ombudsman.compare.typed import DIGITS_OF_ONE_HALF, has_halves

Tables = tuple[pa.Table, pa.Table]
"""The raw rows of source and target, columns named as the layout numbers them."""


class Suspects:
    """Leaves of both sides' raw rows those that may differ. Rows are named by one whole number."""

    def __init__(
        self,
        sides: tuple[ComparedSide, ComparedSide],
        scratch: Scratch,
        buckets: Buckets,
        *,
        plain_decimals: bool,
    ) -> None:
        self._sides = sides
        self._scratch = scratch
        self._buckets = buckets
        self._plain_decimals = plain_decimals

    def of(self, tables: Tables) -> Tables:
        """The rows of all buckets whose sums differ.

        Raises:
            WorkspaceFailed, Unconvertible: as `Scratch.run`.
        """
        layout = self._sides[0].layout
        (key,) = layout.keys
        as_sent = frozenset(c for c in layout.others if _is_sent_alike(c, tables))
        shift = self._buckets.shift
        hashes = []
        for side, table, sign in zip(self._sides, tables, (1, -1), strict=True):
            name = f"{side.side}_came"
            self._scratch.offer(name, table)
            rows = side.typed_select(name, plain_decimals=self._plain_decimals, as_sent=as_sent)
            hashes.append(f"SELECT {key.label} >> {shift} AS bucket, {sign} AS n, h FROM ({rows})")
        differing = self._scratch.table(
            f"SELECT bucket FROM ({' UNION ALL '.join(hashes)}) GROUP BY bucket"
            " HAVING SUM(n) <> 0 OR BIT_XOR(h) <> 0 OR SUM(n * CAST(h >> 32 AS BIGINT)) <> 0"
            " OR SUM(n * CAST(h & 4294967295 AS BIGINT)) <> 0"
        )
        return self._chosen(tables, differing.column("bucket"), shift)

    def named(self, tables: Tables, keys: pa.ChunkedArray) -> Tables:
        """The rows of these keys."""
        return self._chosen(tables, keys, 0)

    def _chosen(self, tables: Tables, wanted: pa.ChunkedArray, shift: int) -> Tables:
        (key,) = self._sides[0].layout.keys
        source, target = (
            table.filter(pc.is_in(_shifted(table.column(key.label), shift), value_set=wanted))
            for table in tables
        )
        return source, target


def _shifted(keys: pa.ChunkedArray, shift: int) -> pa.ChunkedArray:
    wide = keys.cast(pa.int64())
    return pc.shift_right(wide, pa.scalar(shift, pa.int64())) if shift else wide


def _is_sent_alike(column: ComparedColumn, tables: Tables) -> bool:
    """Whether both sides say the same of the column's type, in their words and in Arrow's, and it hashes well."""
    source, target = (table.schema.field(column.label).type for table in tables)
    return (
        bool(source == target)
        and column.source_type == column.target_type
        and not (has_halves(column) or _is_wide_decimal(source))
    )


def _is_wide_decimal(sent: pa.DataType) -> bool:
    """Whether numbers came in two halves, whose hashes cancel, though their column needs but one."""
    return bool(pa.types.is_decimal(sent) and sent.precision > DIGITS_OF_ONE_HALF)
