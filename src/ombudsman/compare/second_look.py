"""A second look at what differs, where a side was not read as of one moment.

A table that is written to while it is read can differ from itself: its sums are of one moment, its rows of another. So
the rows that differ are read again at the end, on both sides, and what differs no longer is gone: it is no finding, and
only its number is told. This does not find what the first look missed, and what differs twice may still be on its way.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

import pyarrow as pa
from sqlalchemy import ColumnElement, and_, or_

from ombudsman.compare.cells import cell_form
from ombudsman.compare.columns import ComparedColumn
from ombudsman.compare.differences import DIFFERING_KEPT, DifferingKeys
from ombudsman.compare.progress import Progress
from ombudsman.compare.python_values import python_value
from ombudsman.compare.scratch import Scratch
from ombudsman.compare.side import ComparedSide
from ombudsman.compare.verdict import Verdict
from ombudsman.model.equality import STRICT
from ombudsman.model.forms import FormKind, Scalar
from ombudsman.model.tables import Side

KEYS_PER_STATEMENT = 500

_SOUGHT = {FormKind.INTEGER, FormKind.TEXT, FormKind.UUID, FormKind.DATE}
"""Keys whose rows are found again by their value, however the side spells it."""


class SecondLook:
    """Reads rows that differed once more, and lets a verdict judge them.

    `first` gathers the keys that differ at first, `second` those that differ again.
    """

    def __init__(self, sides: tuple[ComparedSide, ComparedSide]) -> None:
        self.first = DifferingKeys()
        self.second = DifferingKeys()
        self._sides = sides
        self._layout = sides[0].layout

    @property
    def _unpinned(self) -> list[Side]:
        return [side.side for side in self._sides if not side.is_pinned]

    @property
    def is_due(self) -> bool:
        """Whether a side was not pinned, something differs, and rows can be sought by their keys."""
        return bool(self._unpinned and self.first) and self._hindrance() is None

    def judge(
        self, scratch: Scratch, verdict: Verdict, progress: Progress, *, plain_decimals: bool
    ) -> None:
        """Judges the rows of the keys that differed. Raises as `Verdict.of`."""
        progress.stage("second look", len(self.first))
        for keys in self._portions():
            scratch.offer("sought", self._table(keys))
            for side in self._sides:
                self._bring(side, keys, scratch, plain_decimals=plain_decimals)
            verdict.of(*(f"{side.side}_typed" for side in self._sides))
            progress.step(len(keys))

    def note(self) -> str | None:
        """What came of it; None when none was needed."""
        if not self._unpinned or not (self.first or self.first.too_many):
            return None
        which = f"the {' and the '.join(self._unpinned)} {'was' if len(self._unpinned) == 1 else 'were'} not pinned"
        if hindrance := self._hindrance():
            return f"no second look, although {which}: {hindrance}; what differs may have been written meanwhile"
        looked, gone = len(self.first), len(self.first) - len(self.second)
        told = "all differ still" if not gone else f"{gone:,} of them gone on second look"
        return f"{looked:,} differing {'key was' if looked == 1 else 'keys were'} read again, for {which}: {told}"

    def _hindrance(self) -> str | None:
        if not self._layout.has_key:
            return "rows without a key cannot be sought"
        for key in self._layout.keys:
            if not self._is_sought(key):
                return f"rows cannot be sought by {key.name!r}, whose values each side may spell its own way"
        if self.first.too_many:
            return f"more than {DIFFERING_KEPT:,} keys differ"
        return None

    def _is_sought(self, key: ComparedColumn) -> bool:
        ours, theirs = key.types
        is_spelt = key.form.kind is FormKind.DATE and "sqlite" in {s.engine for s in self._sides}
        is_forgiven = key.form.kind is FormKind.TEXT and key.equality != STRICT
        alike = ours.kind == theirs.kind and key.form.kind in _SOUGHT
        return alike and not is_spelt and not is_forgiven

    # ------------------------------------------------------------ reading

    def _portions(self) -> Iterator[list[tuple[Scalar, ...]]]:
        keys = iter(self.first)
        while portion := list(islice(keys, KEYS_PER_STATEMENT)):
            yield portion

    def _bring(
        self,
        side: ComparedSide,
        keys: Sequence[tuple[Scalar, ...]],
        scratch: Scratch,
        *,
        plain_decimals: bool,
    ) -> None:
        """The side's rows of these keys; a collation that finds more than was sought is corrected here."""
        scratch.offer(f"{side.side}_raw", side.table(side.rows(self._sought(side, keys))))
        typed = side.typed_select(f"{side.side}_raw", plain_decimals=plain_decimals)
        same = " AND ".join(
            f"r.{key.label} IS NOT DISTINCT FROM k.{key.label}" for key in self._layout.keys
        )
        scratch.view(
            f"{side.side}_typed", f"SELECT r.* FROM ({typed}) AS r SEMI JOIN sought AS k ON {same}"
        )

    def _sought(
        self, side: ComparedSide, keys: Sequence[tuple[Scalar, ...]]
    ) -> ColumnElement[bool]:
        if len(self._layout.keys) > 1:
            return or_(
                *(and_(*map(self._is, self._columns(side), self._layout.keys, row)) for row in keys)
            )
        ((column,), (key,)) = self._columns(side), self._layout.keys
        values = [_literal(value, key) for (value,) in keys if value is not None]
        nulls = [column.is_(None)] if len(values) < len(keys) else []
        return or_(column.in_(values), *nulls)

    def _columns(self, side: ComparedSide) -> list[ColumnElement[Any]]:
        return [side.column(key) for key in self._layout.keys]

    def _is(
        self, column: ColumnElement[Any], key: ComparedColumn, value: Scalar
    ) -> ColumnElement[bool]:
        return column.is_(None) if value is None else column == _literal(value, key)

    def _table(self, keys: Sequence[tuple[Scalar, ...]]) -> pa.Table:
        """The keys in the types of the workspace."""
        columns = zip(*keys, strict=True)
        return pa.table(
            {
                key.label: _array(list(values), key)
                for key, values in zip(self._layout.keys, columns, strict=True)
            }
        )


def _array(values: list[Scalar], key: ComparedColumn) -> pa.Array:
    if key.form.kind is FormKind.DATE:
        return pa.array(values, pa.int32()).cast(pa.date32())
    return pa.array(values) if any(v is not None for v in values) else pa.array(values, pa.string())


def _literal(value: Scalar, key: ComparedColumn) -> Any:
    found = python_value(value, cell_form(key))
    return UUID(found) if key.form.kind is FormKind.UUID and isinstance(found, str) else found
