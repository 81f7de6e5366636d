"""What has to be done to the target so that it equals the source, read off what the verdict has found.

Works on the tables that `Verdict` leaves in the workspace for each portion of rows. A row that one side alone has is
inserted or deleted, one that differs gets its differing cells; what a policy forgives is left as it is. Of a key that
occurs several times no statement can tell the rows apart: its rows are deleted and those of the source inserted, and
where that would lose columns that were not compared, the script says so and leaves them alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyarrow as pa

from ombudsman.compare.cells import told_values
from ombudsman.compare.columns import ComparedColumn, Layout
from ombudsman.compare.repair_script import RepairScript
from ombudsman.compare.scratch import Scratch
from ombudsman.model import types
from ombudsman.model.equality import STRICT
from ombudsman.model.errors import Unsupported
from ombudsman.model.forms import FormKind, Scalar

_BOTH = "source_all > 0 AND target_all > 0"
_SINGLE = "source_all = 1 AND target_all = 1"
_TOGETHER = "there are {source:,} in the source and {target:,} in the target: mend them by hand"


def check_repairable(layout: Layout) -> None:
    """Whether statements can name the target's rows.

    Raises:
        Unsupported: they cannot, for a reason that the message says.
    """
    for column in layout.keys:
        if not _names_rows(column):
            raise Unsupported(
                f"no repair script can name rows by {column.name!r}: values that are equal in the comparison may be"
                " spelt otherwise in the target",
                hint="compare by another key, without a policy for it, or without a repair script",
            )


def _names_rows(column: ComparedColumn) -> bool:
    kind = column.form.kind
    if isinstance(column.target_type, types.Text):
        return kind is FormKind.TEXT and column.equality == STRICT
    return kind not in {FormKind.JSON, FormKind.XML}


class Repair:
    """Writes the statements for what a verdict finds, portion by portion."""

    def __init__(self, script: RepairScript, scratch: Scratch, layout: Layout) -> None:
        self._script = script
        self._scratch = scratch
        self._layout = layout
        self._keys = ", ".join(column.label for column in layout.keys)

    def of_keys(self, source: str, rejected: Mapping[ComparedColumn, bytearray], same: str) -> None:
        """Rows with a key, from the tables `odd` and `pairs`.

        Args:
            source: the table of the source's rows.
            rejected: of each column, which of the pairs have a cell that counts against the migration.
            same: the condition that rows `r` and `o` have one key.
        """
        self._gather_anew(rejected, same)
        self._delete("SELECT * FROM anew" if not self._script.lacks else None)
        self._delete(f"SELECT {self._keys} FROM odd WHERE source_all = 0")
        self._update(rejected, same)
        anew = "" if self._script.lacks else f" UNION ALL SELECT {self._keys} FROM anew"
        self._insert(
            f"SELECT r.* FROM {source} AS r SEMI JOIN"
            f" (SELECT {self._keys} FROM odd WHERE target_all = 0{anew}) AS o ON {same}"
        )
        if self._script.lacks:
            self._leave_alone(same)
        self._scratch.drop("anew")

    def _gather_anew(self, rejected: Mapping[ComparedColumn, bytearray], same: str) -> None:
        """The keys that occur several times, and under which something differs."""
        pairs = (
            f"SELECT r.r, {self._of('r')} FROM pairs AS r SEMI JOIN"
            f" (SELECT {self._keys} FROM odd WHERE {_BOTH} AND NOT ({_SINGLE})) AS o ON {same}"
        )
        differing = [
            batch.take(pa.array(places, pa.int64())).select(range(1, batch.num_columns))
            for batch in self._scratch.batches(pairs)
            if (places := _places(batch, rejected.values()))
        ]
        counted = f"SELECT {self._keys} FROM odd WHERE {_BOTH} AND source_left <> target_left"
        if differing:
            self._scratch.offer("differing_pairs", pa.Table.from_batches(differing))
            counted += f" UNION ALL SELECT {self._keys} FROM differing_pairs"
        self._scratch.run(f"CREATE TEMP TABLE anew AS SELECT DISTINCT * FROM ({counted})")

    def _delete(self, keys: str | None) -> None:
        for row in self._rows(keys, self._layout.keys) if keys else ():
            self._script.delete(row)

    def _insert(self, rows: str) -> None:
        for row in self._rows(rows, self._layout.columns):
            self._script.insert(row)

    def _update(self, rejected: Mapping[ComparedColumn, bytearray], same: str) -> None:
        """Rows that are there once on both sides."""
        columns = list(rejected)
        cells = "".join(f", r.s{column.place}" for column in columns)
        pairs = (
            f"SELECT r.r, {self._of('r')}{cells} FROM pairs AS r SEMI JOIN"
            f" (SELECT {self._keys} FROM odd WHERE {_SINGLE}) AS o ON {same}"
        )
        count = len(self._layout.keys)
        for batch in self._scratch.batches(pairs) if columns else ():
            chosen = batch.take(pa.array(_places(batch, rejected.values()), pa.int64()))
            places = chosen.column(0).to_pylist()
            values = _values(chosen.columns[1:], [*self._layout.keys, *columns])
            for place, row in zip(places, values, strict=True):
                cells_of_row = zip(columns, row[count:], strict=True)
                told = [(c, value) for c, value in cells_of_row if rejected[c][place]]
                self._script.update(row[:count], told)

    def _leave_alone(self, same: str) -> None:
        self._remarks(f"SELECT r.* FROM odd AS r SEMI JOIN anew AS o ON {same}")

    def _remarks(self, odd: str) -> None:
        counts = f"CAST(source_all AS BIGINT), CAST(target_all AS BIGINT) FROM ({odd})"
        for batch in self._scratch.batches(f"SELECT {self._keys}, {counts}"):
            for row, source, target in self._counted(batch):
                self._script.remark(_TOGETHER.format(source=source, target=target), row)

    # ------------------------------------------------------------ rows without a key

    def of_whole_rows(self) -> None:
        """Rows that are their own names, from the table `odd`."""
        counts = "CAST(source_all AS BIGINT), CAST(target_all AS BIGINT)"
        for batch in self._scratch.batches(f"SELECT {self._keys}, {counts} FROM odd"):
            for row, source, target in self._counted(batch):
                self._whole_row(row, source, target)

    def _whole_row(self, row: Sequence[Scalar], source: int, target: int) -> None:
        if source and target > source and self._script.lacks:
            self._script.remark(_TOGETHER.format(source=source, target=target), row)
            return
        if target > source:
            self._script.delete(row)
            target = 0
        for _ in range(source - target):
            self._script.insert(row)

    # ------------------------------------------------------------ reading

    def _counted(self, batch: pa.RecordBatch) -> Iterator[tuple[Sequence[Scalar], int, int]]:
        count = len(self._layout.keys)
        source, target = (batch.column(count + i).to_pylist() for i in (0, 1))
        return zip(_values(batch.columns[:count], self._layout.keys), source, target, strict=True)

    def _rows(self, sql: str, columns: Sequence[ComparedColumn]) -> Iterator[Sequence[Scalar]]:
        labels = ", ".join(column.label for column in columns)
        for batch in self._scratch.batches(f"SELECT {labels} FROM ({sql})"):
            yield from _values(batch.columns, columns)

    def _of(self, table: str) -> str:
        return ", ".join(f"{table}.{column.label}" for column in self._layout.keys)


def _places(batch: pa.RecordBatch, rejected: Iterable[bytearray]) -> list[int]:
    """The rows of a batch of pairs that have a cell which counts; its first column is the pair's number."""
    columns = list(rejected)
    numbers = batch.column(0).to_pylist()
    return [i for i, r in enumerate(numbers) if any(column[r] for column in columns)]


def _values(
    arrays: Sequence[pa.Array], columns: Sequence[ComparedColumn]
) -> Iterator[tuple[Scalar, ...]]:
    lists = [told_values(a, c) for a, c in zip(arrays, columns, strict=True)]
    return zip(*lists, strict=True)
