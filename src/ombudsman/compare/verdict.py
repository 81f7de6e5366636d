"""The verdict on rows of both sides that lie in the workspace, typed: which differ, and in which cells.

A side is a table or view with the columns `c0`, `c1` ... of the layout, keys first, and `h`, a hash of all of them. The
hash only finds the rows that have no partner; what is said of these is said by comparing their values.

Rows are matched as a multiset. Rows that are the same on both sides cancel; of what is left under one key, as many as
there are on both sides are paired and compared cell by cell, and the rest are lone rows where the other side has no row
of this key, else duplicates. A NULL in a key is a value like others.
"""

from collections.abc import Callable
from itertools import compress

import pyarrow as pa

from ombudsman.compare.alike_keys import AlikeKeys
from ombudsman.compare.columns import ComparedColumn, Layout
from ombudsman.compare.differences import Differences
from ombudsman.compare.repair import Repair
from ombudsman.compare.scratch import Scratch
from ombudsman.model.counts import counted
from ombudsman.model.result import Kind

_MADE = ("unmatched", "odd", "source_left", "target_left", "pairs")


class Verdict:
    """Judges tables of the workspace, one pair of tables after another."""

    def __init__(
        self,
        scratch: Scratch,
        layout: Layout,
        differences: Differences,
        *,
        repair: Repair | None = None,
    ) -> None:
        self._scratch = scratch
        self._layout = layout
        self._differences = differences
        self._repair = repair
        self._keys = [column.label for column in layout.keys]
        self._alike = AlikeKeys(scratch, layout)
        self._repeated = 0

    def of(
        self,
        source: str,
        target: str,
        *,
        narrowed: Callable[[pa.ChunkedArray], None] | None = None,
    ) -> None:
        """Judges the tables of these names, and tells the differences.

        `narrowed` is given the keys under which something differs, where they are of one column, and may leave no rows
        in the two tables but theirs.

        Raises:
            Enough: no more differences are wanted.
            WorkspaceFailed, Unconvertible: as `Scratch.run`.
        """
        scratch = self._scratch
        names = ", ".join([*(self._keys if self._layout.has_key else ()), "h"])
        scratch.drop(*_MADE)
        scratch.run(
            f"CREATE TEMP TABLE unmatched AS SELECT {names}, SUM(n) AS n FROM"
            f" (SELECT {names}, 1 AS n FROM {source} UNION ALL SELECT {names}, -1 FROM {target})"
            f" GROUP BY {names} HAVING SUM(n) <> 0"
        )
        (rows,) = scratch.row("SELECT COUNT(*) FROM unmatched")
        if rows and self._layout.has_key:
            if narrowed is not None:
                (key,) = self._keys
                narrowed(scratch.table(f"SELECT DISTINCT {key} FROM unmatched").column(key))
            self._under_keys(source, target)
        elif rows:
            self._whole_rows(source, target)
        scratch.drop(*_MADE)
        self._differences.enough()

    def notes(self) -> tuple[str, ...]:
        """What is to be said of the keys of all that was judged."""
        return tuple(filter(None, [self._alike.note(), self._repeated_note()]))

    def _repeated_note(self) -> str | None:
        if not self._repeated:
            return None
        told = counted(self._repeated, "key")
        return (
            f"the key is not unique: {told} under which rows differ occur{'s' if self._repeated == 1 else ''} several"
            " times on a side; as many rows as both sides have of a key were paired"
        )

    # ------------------------------------------------------------ rows with a key

    def _under_keys(self, source: str, target: str) -> None:
        scratch, keys = self._scratch, ", ".join(self._keys)
        totals = " UNION ALL ".join(
            f"SELECT {keys}, {s} AS s, {t} AS t FROM {table} AS r SEMI JOIN unmatched AS u ON {self._same('r', 'u')}"
            for table, s, t in ((source, 1, 0), (target, 0, 1))
        )
        scratch.run(
            f"CREATE TEMP TABLE odd AS SELECT * FROM"
            f" (SELECT {keys}, SUM(GREATEST(n, 0)) AS source_left, SUM(GREATEST(-n, 0)) AS target_left"
            f" FROM unmatched GROUP BY {keys}) AS o"
            f" JOIN (SELECT {self._as('k')}, SUM(s) AS source_all, SUM(t) AS target_all"
            f" FROM ({totals}) GROUP BY {keys}) AS a ON {self._same('o', 'a', 'k')}"
        )
        self._alike.gather("odd")
        (repeated,) = scratch.row("SELECT COUNT(*) FROM odd WHERE source_all > 1 OR target_all > 1")
        self._repeated += repeated
        self._lone_rows(Kind.ROW_MISSING_IN_TARGET, "source_left", "target_all")
        self._lone_rows(Kind.ROW_MISSING_IN_SOURCE, "target_left", "source_all")
        self._duplicates()
        self._pairs(source, target)

    def _lone_rows(self, kind: Kind, left: str, on_the_other_side: str) -> None:
        """Every row of a key that the other side has nowhere."""
        keys = ", ".join(self._keys)
        for batch in self._scratch.batches(
            f"SELECT {keys} FROM (SELECT {keys}, UNNEST(RANGE(CAST({left} AS BIGINT))) FROM odd"
            f" WHERE {on_the_other_side} = 0)"
        ):
            self._differences.lone_rows(kind, batch)
            self._stop_if_enough()

    def _duplicates(self) -> None:
        keys = ", ".join(self._keys)
        for batch in self._scratch.batches(
            f"SELECT {keys}, CAST(source_all AS BIGINT), CAST(target_all AS BIGINT) FROM odd"
            " WHERE source_left <> target_left AND source_all > 0 AND target_all > 0"
        ):
            self._tell_duplicates(batch)
            self._stop_if_enough()

    def _stop_if_enough(self) -> None:
        """In the midst of a portion, unless its repair is still to be written."""
        if self._repair is None:
            self._differences.enough()

    def _tell_duplicates(self, batch: pa.RecordBatch) -> None:
        count = len(self._keys)
        source, target = (batch.column(count + i).to_pylist() for i in (0, 1))
        self._differences.duplicated(batch.select(range(count)), source, target)

    def _pairs(self, source: str, target: str) -> None:
        """What is left under one key on both sides, compared cell by cell."""
        scratch, others = self._scratch, self._layout.others
        self._leave("source_left", source, "u.n")
        self._leave("target_left", target, "-u.n")
        cells = "".join(f", s.{c.label} AS s{c.place}, t.{c.label} AS t{c.place}" for c in others)
        keys = ", ".join(f"s.{key}" for key in self._keys)
        scratch.run(
            f"CREATE TEMP TABLE pairs AS SELECT ROW_NUMBER() OVER () - 1 AS r, {keys}{cells}"
            f" FROM source_left AS s JOIN target_left AS t ON {self._same('s', 't')} AND s.turn = t.turn"
        )
        unlike = {c: f"s{c.place} IS DISTINCT FROM t{c.place}" for c in others}
        counts = "".join(f", COUNT(*) FILTER ({each})" for each in unlike.values())
        (count, *found) = scratch.row(f"SELECT COUNT(*){counts} FROM pairs")
        differing = bytearray(count)
        by_column: dict[ComparedColumn, bytearray] = {}
        keys = ", ".join(self._keys)
        for column in compress(others, found):
            cells = f"s{column.place}, t{column.place}"
            for batch in scratch.batches(
                f"SELECT r, {keys}, {cells} FROM pairs WHERE {unlike[column]}"
            ):
                of_keys = batch.select(range(1, len(self._keys) + 1))
                rejected = self._differences.cells(
                    column,
                    of_keys,
                    batch.column(batch.num_columns - 2),
                    batch.column(batch.num_columns - 1),
                )
                if not rejected:
                    continue
                in_column = by_column.setdefault(column, bytearray(count if self._repair else 0))
                for row in batch.column(0).take(pa.array(rejected, pa.int64())).to_pylist():
                    differing[row] = 1
                    if self._repair:
                        in_column[row] = 1
        self._differences.differing_rows(sum(differing))
        if self._repair:
            self._repair.of_keys(source, by_column, self._same("r", "o"))

    def _leave(self, name: str, table: str, surplus: str) -> None:
        """The rows of a side that have no partner, numbered under their key."""
        keys = ", ".join(f"r.{key}" for key in self._keys)
        numbered = (
            f"SELECT r.*, ROW_NUMBER() OVER (PARTITION BY {keys}, r.h) AS copy, {surplus} AS surplus"
            f" FROM {table} AS r JOIN unmatched AS u ON {self._same('r', 'u')} AND r.h = u.h AND {surplus} > 0"
        )
        self._scratch.run(
            f"CREATE TEMP TABLE {name} AS SELECT *, ROW_NUMBER() OVER (PARTITION BY {', '.join(self._keys)}"
            f" ORDER BY h, copy) AS turn FROM ({numbered}) WHERE copy <= surplus"
        )

    def _same(self, one: str, other: str, prefix: str = "") -> str:
        return " AND ".join(
            f"{one}.{key} IS NOT DISTINCT FROM {other}.{prefix}{key}" for key in self._keys
        )

    def _as(self, prefix: str) -> str:
        return ", ".join(f"{key} AS {prefix}{key}" for key in self._keys)

    # ------------------------------------------------------------ rows without a key

    def _whole_rows(self, source: str, target: str) -> None:
        """Rows are their own names: how often does each side have them?"""
        keys = ", ".join(self._keys)
        both = " UNION ALL ".join(
            f"SELECT {keys}, {s} AS s, {t} AS t FROM {table} SEMI JOIN unmatched USING (h)"
            for table, s, t in ((source, 1, 0), (target, 0, 1))
        )
        self._scratch.run(
            f"CREATE TEMP TABLE odd AS SELECT {keys}, SUM(s) AS source_all, SUM(t) AS target_all,"
            f" SUM(s) AS source_left, SUM(t) AS target_left FROM ({both}) GROUP BY {keys}"
            " HAVING SUM(s) <> SUM(t)"
        )
        self._lone_rows(Kind.ROW_MISSING_IN_TARGET, "source_left", "target_all")
        self._lone_rows(Kind.ROW_MISSING_IN_SOURCE, "target_left", "source_all")
        self._duplicates()
        if self._repair:
            self._repair.of_whole_rows()
