"""One side of a comparison: how its rows are asked for, and how they come into the workspace.

The rows of a side are asked for with their columns numbered as the layout numbers them (`c0`, `c1` ...), in the side's
own types; the workspace makes them alike.
"""

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Select, func, select

from ombudsman.compare.columns import ComparedColumn, Layout
from ombudsman.compare.typed import typed
from ombudsman.compare.verdict import hash_of
from ombudsman.connections.reader import Reader, Rows
from ombudsman.measures.relation import Relation
from ombudsman.model import types
from ombudsman.model.result import Statement
from ombudsman.model.tables import Side
from ombudsman.sql.expressions import count_of

STATEMENTS_KEPT = 200
"""How many statements a side keeps as evidence; the others are counted."""


@dataclass
class ComparedSide:
    """One side's table, its reader, and what is asked of it. `filters` hold for every question."""

    side: Side
    relation: Relation
    reader: Reader
    layout: Layout
    filters: tuple[ColumnElement[bool], ...] = ()
    statements: list[Statement] = field(default_factory=list)
    statements_left_out: int = 0

    @property
    def engine(self) -> str:
        return self.reader.connection.engine

    @property
    def is_duckdb(self) -> bool:
        """Whether the side is read by the DuckDB of this program, whose hashes are the workspace's own."""
        return self.engine == "duckdb"

    def data_type(self, column: ComparedColumn) -> types.DataType:
        return column.source_type if self.side is Side.SOURCE else column.target_type

    def column(self, column: ComparedColumn) -> ColumnElement[Any]:
        """The column as this side's expression."""
        return self.relation.column(column.name)

    def rows(self, *more: ColumnElement[bool]) -> Select[Any]:
        """The select of the rows that fulfil the filters, with all columns of the layout."""
        chosen = [self.column(c).label(c.label) for c in self.layout.columns]
        return select(*chosen).select_from(self.relation.from_clause).where(*self.filters, *more)

    def typed_select(self, table: str, *, plain_decimals: bool) -> str:
        """What the workspace makes of a table of raw rows: the same columns typed, and their hash `h`."""
        columns = {
            c.label: typed(c.label, c, self.data_type(c), plain_decimals=plain_decimals)
            for c in self.layout.columns
        }
        inner = ", ".join(f"{expression} AS {label}" for label, expression in columns.items())
        return f"SELECT *, {hash_of(list(columns))} AS h FROM (SELECT {inner} FROM {table})"

    def whole(self, statement: Select[Any]) -> str:
        """A statement as this side's whole SQL, to be put into another."""
        return self.reader.sql(statement)

    def query(self, statement: Select[Any] | str) -> Rows:
        """All rows of a small answer; the statement is kept as evidence."""
        got = self.reader.query(statement)
        self._keep(got.sql, got.started, got.ms, len(got.rows), got.query_id)
        return got

    def stream(self, statement: Select[Any], *, evidence: bool = True) -> "Stream":
        """The rows of a statement as Arrow; kept as evidence when it has ended."""
        return Stream(self, statement, evidence=evidence)

    def table(self, statement: Select[Any]) -> pa.Table:
        """The rows of a statement in memory."""
        return self.stream(statement).table()

    @cached_property
    def version(self) -> str:
        """The product and its version, as the engine says."""
        return self.reader.version()

    def rows_expected(self) -> int:
        """About how many rows there are: as the catalogue says, else counted."""
        estimate = self.relation.table.row_estimate
        return self._count() if estimate is None or self._is_filtered else estimate

    def extent(self) -> tuple[int | None, int | None, int]:
        """The least and the greatest key, and about how many rows there are."""
        key = self.column(self.layout.keys[0])
        estimate = None if self._is_filtered else self.relation.table.row_estimate
        asked = [func.min(key).label("least"), func.max(key).label("greatest")]
        if estimate is None:
            asked.append(count_of().label("rows"))
        (found,) = self.query(self._over(*asked)).rows
        return found[0], found[1], found[2] if estimate is None else estimate

    def _count(self) -> int:
        return int(self.query(self._over(count_of().label("rows"))).rows[0][0])

    def _over(self, *asked: ColumnElement[Any]) -> Select[Any]:
        return select(*asked).select_from(self.relation.from_clause).where(*self.filters)

    @property
    def _is_filtered(self) -> bool:
        mapping = self.relation.mapping
        own = mapping.source_where if self.side is Side.SOURCE else mapping.target_where
        return bool(self.filters or mapping.where or own)

    @property
    def can_seek(self) -> bool:
        """Whether rows of a range of the key are found without reading the whole table."""
        if self.is_duckdb:
            return True
        table, (first, *_) = self.relation.table, self.layout.keys
        name = self.relation.names[first.name]
        leading = [key.columns[:1] for key in (table.primary_key, *table.unique_keys) if key]
        leading += [index.columns[:1] for index in table.indexes]
        return (name,) in leading

    def _keep(
        self, sql: str, started: dt.datetime, ms: float, rows: int, query_id: str | None = None
    ) -> None:
        if len(self.statements) >= STATEMENTS_KEPT:
            self.statements_left_out += 1
            return
        self.statements.append(
            Statement(
                side=self.side,
                sql=sql,
                started=started,
                ms=ms,
                rows=rows,
                query_id=query_id,
                snapshot=self.reader.snapshot,
            )
        )


class Stream:
    """The rows of one statement on their way. Read it once."""

    def __init__(self, side: ComparedSide, statement: Select[Any], *, evidence: bool) -> None:
        self._side = side
        self._statement = statement
        self._evidence = evidence
        self.rows = 0

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, a batch at a time; columns named as the layout numbers them."""
        started, clock = dt.datetime.now(dt.UTC), time.perf_counter()
        try:
            for batch in self._side.reader.stream(self._statement):
                self.rows += batch.num_rows
                yield plain(batch)
        finally:
            ms = (time.perf_counter() - clock) * 1_000
            if self._evidence:
                sql = self._side.whole(self._statement)
                self._side._keep(sql, started, ms, self.rows)  # noqa: SLF001

    def table(self) -> pa.Table:
        """All rows in memory."""
        batches = list(self.batches())
        if batches:
            return pa.Table.from_batches(batches)
        return pa.table({c.label: pa.array([], pa.string()) for c in self._side.layout.columns})

    def reader(self) -> pa.RecordBatchReader:
        """The rows as a reader for the workspace, never all in memory."""
        batches = self.batches()
        first = next(batches, None)
        if first is None:
            return self.table().to_reader()

        def all_batches() -> Iterator[pa.RecordBatch]:
            yield first
            yield from batches

        return pa.RecordBatchReader.from_batches(first.schema, all_batches())


def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch without extension types that only one engine knows: numbers as texts stay texts."""
    arrays, fields = [], []
    for array, each in zip(batch.columns, batch.schema, strict=True):
        is_opaque = isinstance(each.type, pa.OpaqueType)
        arrays.append(array.storage if is_opaque else array)
        fields.append(pa.field(each.name, arrays[-1].type))
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))
