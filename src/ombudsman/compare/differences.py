"""What a row comparison finds, as it finds it: whole counts, a sample of findings, and every difference in a file."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from ombudsman.compare.causes import CauseCounts, Judgement, judge_column
from ombudsman.compare.cells import TEMPORAL, cell_form, told_values, values
from ombudsman.compare.columns import ComparedColumn, Layout
from ombudsman.compare.rows_file import RowsFile
from ombudsman.model.forms import Form, Scalar, shown
from ombudsman.model.result import SAMPLE_LIMIT, Finding, Kind
from ombudsman.model.rows import Cause

DIFFERING_KEPT = 10_000
"""How many keys of differing rows are kept."""

_SAMPLE_PER_CAUSE = 25
"""How many findings of one column and cause are kept: a frequent cause must not crowd out a rare one."""

_as_json = json.JSONEncoder(ensure_ascii=False).encode
"""Made once: `json.dumps` would make an encoder for every row."""


class Enough(Exception):
    """As many rows differ as were asked for."""


class DifferingKeys:
    """The keys of rows that differ, as long as they are few. `too_many`: they were not, and none was kept."""

    def __init__(self) -> None:
        self.too_many = False
        self._keys: dict[tuple[Scalar, ...], None] = {}

    def add(self, keys: Iterable[tuple[Scalar, ...]]) -> None:
        if self.too_many:
            return
        self._keys.update(dict.fromkeys(keys))
        if len(self._keys) > DIFFERING_KEPT:
            self.too_many = True
            self._keys.clear()

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[tuple[Scalar, ...]]:
        return iter(self._keys)


class Differences:
    """Counts and samples the differences of one comparison.

    `limit` is how many differing rows are enough, `keys` gathers the keys of those that differ.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        rows_file: RowsFile | None = None,
        keys: DifferingKeys | None = None,
        limit: int | None = None,
    ) -> None:
        self.found: Counter[Kind] = Counter()
        self.columns: defaultdict[str, Counter[Cause]] = defaultdict(Counter)
        self.accepted: defaultdict[str, Counter[Cause]] = defaultdict(Counter)
        self.causes = CauseCounts()
        self.findings: list[Finding] = []
        self._layout = layout
        self._rows_file = rows_file
        self._keys = keys
        self._limit = limit
        self._sampled: Counter[object] = Counter()

    @property
    def rows(self) -> int:
        """How many rows differ in one way or another."""
        return self.found.total()

    def enough(self) -> None:
        """Raises `Enough` when no more differences are wanted."""
        if self._limit is not None and self.rows >= self._limit:
            raise Enough

    def lone_rows(self, kind: Kind, keys: pa.RecordBatch) -> None:
        """Rows that one side alone has; `keys` are their key columns."""
        count = keys.num_rows
        self.found[kind] += count
        self._gather(keys)
        self._write(kind, keys, [None] * count, [None] * count)
        for key in self._to_show(kind, keys):
            self._keep(Finding(kind=kind, key=key))

    def duplicated(
        self, keys: pa.RecordBatch, source: Sequence[int], target: Sequence[int]
    ) -> None:
        """Rows that both sides have, but not as often as each other. What is too much on one side counts."""
        kind = Kind.ROW_DUPLICATED
        self.found[kind] += sum(abs(s - t) for s, t in zip(source, target, strict=True))
        self._gather(keys)
        self._write(kind, keys, [str(n) for n in source], [str(n) for n in target])
        for key, s, t in zip(self._to_show(kind, keys), source, target, strict=False):
            self._keep(Finding(kind=kind, key=key, source=s, target=t))

    def cells(
        self, column: ComparedColumn, keys: pa.RecordBatch, source: pa.Array, target: pa.Array
    ) -> list[int]:
        """Cells of one column that are not the same, row by row.

        Returns:
            The places of those that count against the migration: the others are accepted, or the same after all.
        """
        judged = judge_column(
            values(source, column), values(target, column), cell_form(column), column.equality
        )
        self.causes.add(column.name, judged)
        rejected = [i for i, each in enumerate(judged) if each is not None and not each.accepted]
        self._count(column.name, judged)
        if rejected:
            self._gather(keys, rejected)
            sources, targets = told_values(source, column), told_values(target, column)
            self._tell_cells(column, keys, rejected, sources, targets, judged)
        return rejected

    def differing_rows(self, count: int) -> None:
        """So many rows are on both sides and have a cell that counts against the migration."""
        if count:
            self.found[Kind.VALUE_DIFFERS] += count

    def judged_again(self, first: "Differences") -> None:
        """What these count are rows that were read a second time: what is accepted was counted by the first look."""
        self.accepted = first.accepted
        self.causes = self.causes.judged_again(first.causes)

    # ------------------------------------------------------------ telling

    def _gather(self, keys: pa.RecordBatch, places: Sequence[int] | None = None) -> None:
        if self._keys is not None:
            chosen = keys if places is None else keys.take(pa.array(places, pa.int64()))
            columns = zip(self._layout.keys, chosen.columns, strict=True)
            self._keys.add(zip(*(values(a, c) for c, a in columns), strict=True))

    def _count(self, column: str, judged: Sequence[Judgement | None]) -> None:
        for (cause, accepted), count in Counter(
            (each.cause, each.accepted) for each in judged if each is not None
        ).items():
            (self.accepted if accepted else self.columns)[column][cause] += count

    def _tell_cells(
        self,
        column: ComparedColumn,
        keys: pa.RecordBatch,
        chosen: list[int],
        sources: list[Scalar],
        targets: list[Scalar],
        judged: Sequence[Judgement | None],
    ) -> None:
        form = cell_form(column)
        if self._rows_file is not None:
            of_rows = keys if len(chosen) == keys.num_rows else keys.take(pa.array(chosen))
            self._rows_file.write(
                [
                    [Kind.VALUE_DIFFERS.value] * len(chosen),
                    [judged[i].cause.value for i in chosen],  # type: ignore[union-attr]
                    self._key_texts(of_rows),
                    [column.name] * len(chosen),
                    [column.target_name] * len(chosen),
                    [shown(sources[i], form) for i in chosen],
                    [shown(targets[i], form) for i in chosen],
                ]
            )
        for i in chosen:
            each = judged[i]
            assert each is not None  # noqa: S101 - it was rejected
            tag = (column.name, each.cause)
            if self._sampled[tag] >= _SAMPLE_PER_CAUSE:
                continue
            self._sampled[tag] += 1
            self._keep(
                Finding(
                    kind=Kind.VALUE_DIFFERS,
                    cause=each.cause,
                    column=column.name,
                    key=self._values(keys.slice(i, 1))[0],
                    source=_told(sources[i], form),
                    target=_told(targets[i], form),
                    detail=each.detail,
                )
            )

    def _write(
        self,
        kind: Kind,
        keys: pa.RecordBatch,
        source: Sequence[str | None],
        target: Sequence[str | None],
    ) -> None:
        if self._rows_file is None or not keys.num_rows:
            return
        nothing = [None] * keys.num_rows
        self._rows_file.write(
            [
                [kind.value] * keys.num_rows,
                nothing,
                self._key_texts(keys),
                nothing,
                nothing,
                source,
                target,
            ]
        )

    def _key_texts(self, keys: pa.RecordBatch) -> list[str]:
        """JSON arrays of texts."""
        columns = [
            [shown(value, cell_form(column)) for value in values(array, column)]
            for column, array in zip(self._layout.keys, keys.columns, strict=True)
        ]
        return [_as_json(row) for row in zip(*columns, strict=True)]

    def _to_show(self, kind: Kind, keys: pa.RecordBatch) -> list[tuple[Any, ...]]:
        """The keys of those rows of which there is room in the sample."""
        room = max(SAMPLE_LIMIT - self._sampled[kind], 0)
        few = keys.slice(0, room)
        self._sampled[kind] += few.num_rows
        return self._values(few)

    def _values(self, keys: pa.RecordBatch) -> list[tuple[Any, ...]]:
        columns = []
        for column, array in zip(self._layout.keys, keys.columns, strict=True):
            form = cell_form(column)
            columns.append([_told(value, form) for value in values(array, column)])
        return list(zip(*columns, strict=True))

    def _keep(self, finding: Finding) -> None:
        self.findings.append(finding)


def _told(value: Scalar, form: Form) -> Any:
    """The value as a finding carries it: moments by their names, the rest as it is."""
    return shown(value, form) if form.kind in TEMPORAL else value
