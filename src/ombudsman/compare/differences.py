"""What a row comparison finds, as it finds it: whole counts, a sample of findings, and every difference in a file."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from ombudsman.compare.causes import CauseCounts, Judgement, judge_column
from ombudsman.compare.columns import ComparedColumn, Layout
from ombudsman.compare.rows_file import RowsFile
from ombudsman.compare.typed import is_half_text
from ombudsman.model.forms import Form, FormKind, Scalar, shown
from ombudsman.model.result import SAMPLE_LIMIT, Finding, Kind
from ombudsman.model.rows import Cause

_SAMPLE_PER_CAUSE = 25
"""How many findings of one column and cause are kept: a frequent cause must not crowd out a rare one."""

_TEMPORAL = {FormKind.DATE, FormKind.TIME, FormKind.TIMESTAMP, FormKind.INSTANT}


class Enough(Exception):
    """As many rows differ as were asked for."""


class Differences:
    """Counts and samples the differences of one comparison. `limit` is how many differing rows are enough."""

    def __init__(
        self, layout: Layout, *, rows_file: RowsFile | None = None, limit: int | None = None
    ) -> None:
        self.found: Counter[Kind] = Counter()
        self.columns: defaultdict[str, Counter[Cause]] = defaultdict(Counter)
        self.accepted: defaultdict[str, Counter[Cause]] = defaultdict(Counter)
        self.causes = CauseCounts()
        self.findings: list[Finding] = []
        self._layout = layout
        self._rows_file = rows_file
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
        self._write(kind, keys, [None] * count, [None] * count)
        for values in self._to_show(kind, keys):
            self._keep(Finding(kind=kind, key=values))

    def duplicated(
        self, keys: pa.RecordBatch, source: Sequence[int], target: Sequence[int]
    ) -> None:
        """Rows that both sides have, but not as often as each other. What is too much on one side counts."""
        kind = Kind.ROW_DUPLICATED
        self.found[kind] += sum(abs(s - t) for s, t in zip(source, target, strict=True))
        self._write(kind, keys, [str(n) for n in source], [str(n) for n in target])
        for values, s, t in zip(self._to_show(kind, keys), source, target, strict=False):
            self._keep(Finding(kind=kind, key=values, source=s, target=t))

    def cells(
        self, column: ComparedColumn, keys: pa.RecordBatch, source: pa.Array, target: pa.Array
    ) -> list[int]:
        """Cells of one column that are not the same, row by row.

        Returns:
            The places of those that count against the migration: the others are accepted, or the same after all.
        """
        form = cell_form(column)
        sources, targets = scalars(source, form), scalars(target, form)
        judged = judge_column(sources, targets, form, column.equality)
        self.causes.add(column.name, judged)
        rejected = [i for i, each in enumerate(judged) if each is not None and not each.accepted]
        self._count(column.name, judged)
        if rejected:
            self._tell_cells(column, form, keys, rejected, sources, targets, judged)
        return rejected

    def differing_rows(self, count: int) -> None:
        """So many rows are on both sides and have a cell that counts against the migration."""
        self.found[Kind.VALUE_DIFFERS] += count

    # ------------------------------------------------------------ telling

    def _count(self, column: str, judged: Sequence[Judgement | None]) -> None:
        for (cause, accepted), count in Counter(
            (each.cause, each.accepted) for each in judged if each is not None
        ).items():
            (self.accepted if accepted else self.columns)[column][cause] += count

    def _tell_cells(
        self,
        column: ComparedColumn,
        form: Form,
        keys: pa.RecordBatch,
        chosen: list[int],
        sources: list[Scalar],
        targets: list[Scalar],
        judged: Sequence[Judgement | None],
    ) -> None:
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
                if len(self._sampled) > len(self._layout.others):
                    break
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
            [shown(value, cell_form(column)) for value in scalars(array, cell_form(column))]
            for column, array in zip(self._layout.keys, keys.columns, strict=True)
        ]
        return [json.dumps(row, ensure_ascii=False) for row in zip(*columns, strict=True)]

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
            columns.append([_told(value, form) for value in scalars(array, form)])
        return list(zip(*columns, strict=True))

    def _keep(self, finding: Finding) -> None:
        self.findings.append(finding)


def cell_form(column: ComparedColumn) -> Form:
    """The form of the values that the workspace hands out: times to the microsecond, or to the nanosecond."""
    form = column.form
    if is_half_text(column):
        return Form(kind=FormKind.TEXT)
    if form.kind in _TEMPORAL and form.kind is not FormKind.DATE:
        return form.model_copy(update={"digits": 9 if form.digits > 6 else 6})
    return form


def scalars(array: pa.Array, form: Form) -> list[Scalar]:
    """The workspace's typed values as canonical ones."""
    if form.kind in _TEMPORAL:
        if pa.types.is_date32(array.type):
            array = array.cast(pa.int32())
        return list(array.cast(pa.int64()).to_pylist())
    values = array.to_pylist()
    if form.kind is FormKind.DECIMAL and pa.types.is_string(array.type):
        return [None if value is None else Decimal(value) for value in values]
    return list(values)


def _told(value: Scalar, form: Form) -> Any:
    """The value as a finding carries it: moments by their names, the rest as it is."""
    return shown(value, form) if form.kind in _TEMPORAL else value
