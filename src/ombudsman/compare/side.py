"""One side of a comparison: how its rows are asked for, and how they come into the workspace.

The rows of a side are asked for with their columns numbered as the layout numbers them (`c0`, `c1` ...), in the side's
own types; the workspace makes them alike.
"""

import datetime as dt
import math
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Numeric, Select, cast, select

from ombudsman.compare.cells import spelt
from ombudsman.compare.columns import ComparedColumn, Layout
from ombudsman.compare.extent import count_select, extent_select, told_rows
from ombudsman.compare.scratch import Scratch
from ombudsman.compare.typed import hash_of, is_beyond, is_counted, is_read_here, typed
from ombudsman.connections.reader import Reader, Rows
from ombudsman.measures.relation import Relation
from ombudsman.model import types
from ombudsman.model.errors import StatementInvalid
from ombudsman.model.result import Statement
from ombudsman.model.tables import Side
from ombudsman.sql.expressions import as_text
from ombudsman.sql.moment_texts import count_text

STATEMENTS_KEPT = 200
"""How many statements a side keeps as evidence; the others are counted."""

_CUT_TO_MICROSECONDS = frozenset({"mssql"})
"""The engines whose drivers send no more digits of a second, though the type has them."""

_UTF8_COLLATION = (
    "SELECT CAST(COLLATIONPROPERTY('Latin1_General_100_BIN2_UTF8', 'CodePage') AS INT)"
)
_UTF8_CODE_PAGE = 65_001


@dataclass
class ComparedSide:
    """One side's table, its reader, and what is asked of it.

    `filters` hold for every question. `in_sample` chooses the rows to compare from those, and `share` of them.
    """

    side: Side
    relation: Relation
    reader: Reader
    layout: Layout
    filters: tuple[ColumnElement[bool], ...] = ()
    in_sample: tuple[ColumnElement[bool], ...] = ()
    share: float = 1.0
    statements: list[Statement] = field(default_factory=list)
    statements_left_out: int = 0
    has_read_the_present: bool = False
    """Whether a statement was not read as of the reader's moment, for its table keeps no history."""

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

    def _sent(self, column: ComparedColumn) -> ColumnElement[Any]:
        """The column as it is sent: as text where Arrow would lose something, and where it is read on arrival.

        PostgreSQL's numbers come as texts anyway: the server writes them in a fifth of the driver's time.
        """
        value, data_type = self.column(column), self.data_type(column)
        if self._is_sent_as_count(column):
            return count_text(value, data_type, column.form.digits)
        is_money = self.relation.described(column.name).native_type == "money"
        if is_money and self.engine == "postgresql":
            return cast(value, Numeric())  # the driver sends a count of cents
        is_zoned_time = isinstance(data_type, types.Time) and data_type.zone
        is_lost = is_zoned_time or isinstance(data_type, types.Xml) or is_beyond(data_type)
        is_lost = is_lost or (self._loses_digits(data_type) and is_read_here(column))
        is_text = self.engine == "postgresql" and isinstance(data_type, types.Decimal)
        return as_text(value) if is_lost or is_text or _is_read_on_arrival(column) else value

    def _loses_digits(self, data_type: types.DataType) -> bool:
        """Whether the side's driver cuts times and moments of this type to microseconds on their way."""
        if self.engine not in _CUT_TO_MICROSECONDS:
            return False
        return isinstance(data_type, types.Time | types.Timestamp) and data_type.precision > 6

    def _is_sent_as_count(self, column: ComparedColumn) -> bool:
        return self._loses_digits(self.data_type(column)) and is_counted(column)

    @property
    def is_pinned(self) -> bool:
        """Whether all that was read until now was read as of one moment."""
        return self.reader.snapshot is not None and not self.has_read_the_present

    @property
    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        """What a row must fulfil to be compared."""
        return (*self.filters, *self.in_sample)

    def rows(self, *more: ColumnElement[bool]) -> Select[Any]:
        """The select of the rows to compare, with all columns of the layout."""
        chosen = [self._sent(c).label(c.label) for c in self.layout.columns]
        return select(*chosen).select_from(self.relation.from_clause).where(*self.conditions, *more)

    def typed_select(
        self,
        table: str,
        *,
        plain_decimals: bool,
        as_sent: frozenset[ComparedColumn] = frozenset(),
    ) -> str:
        """What the workspace makes of a table of raw rows: the same columns typed, and their hash `h`.

        The columns `as_sent` stay as they are.
        """
        columns = {
            c.label: c.label
            if c in as_sent
            else typed(
                c.label,
                c,
                self.data_type(c),
                plain_decimals=plain_decimals,
                is_count=self._is_sent_as_count(c),
            )
            for c in self.layout.columns
        }
        inner = ", ".join(f"{expression} AS {label}" for label, expression in columns.items())
        return f"SELECT *, {hash_of(self.layout)} AS h FROM (SELECT {inner} FROM {table})"

    def spelt(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with those keys in their only spelling that the workspace could not bring together."""
        for key in self.layout.keys:
            if _is_read_on_arrival(key):
                texts = pa.array(spelt(batch.column(key.place).to_pylist(), key), pa.string())
                batch = batch.set_column(key.place, key.label, texts)
        return batch

    def whole(self, statement: Select[Any]) -> str:
        """A statement as this side's whole SQL, to be put into another."""
        return self.reader.sql(statement)

    def query(self, statement: Select[Any] | str) -> Rows:
        """All rows of a small answer; the statement is kept as evidence."""
        got = self.reader.query(statement)
        self._keep(got.sql, got.started, got.ms, len(got.rows), got.snapshot, got.query_id)
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

    @cached_property
    def makes_texts(self) -> bool:
        """Whether the server can bring texts into UTF-8, as every hash needs: SQL Server cannot before 2019."""
        if self.engine != "mssql":
            return True
        try:
            return self.query(_UTF8_COLLATION).rows == [(_UTF8_CODE_PAGE,)]
        except StatementInvalid:  # a server that is like SQL Server, and does not know the question
            return False

    @cached_property
    def rows_there(self) -> int:
        """About how many rows there are to sample: as the catalogue says, else counted."""
        estimate = self._estimate
        return self._count() if estimate is None else estimate

    def rows_expected(self) -> int:
        """About how many rows there are to compare."""
        return math.ceil(self.rows_there * self.share)

    def extent(self) -> tuple[int | None, int | None, int]:
        """The least and the greatest key, and about how many rows there are to compare."""
        counts = self._estimate is None and self.share == 1
        key = self.layout.keys[0]
        asked = extent_select(self.relation, self.filters, key=key.name, counts=counts)
        (found,) = self.query(asked).rows
        return found[0], found[1], found[2] if counts else self.rows_expected()

    @property
    def _estimate(self) -> int | None:
        return told_rows(self.relation, self.filters)

    def _count(self) -> int:
        return int(self.query(count_select(self.relation, self.filters)).rows[0][0])

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
        self,
        sql: str,
        started: dt.datetime,
        ms: float,
        rows: int,
        snapshot: str | None,
        query_id: str | None = None,
    ) -> None:
        self.has_read_the_present |= snapshot is None
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
                snapshot=snapshot,
            )
        )


class Stream:
    """The rows of one statement on their way. Read it once."""

    def __init__(self, side: ComparedSide, statement: Select[Any], *, evidence: bool) -> None:
        self._side = side
        self._statement = statement
        self._evidence = evidence
        self._failure: Exception | None = None
        self.rows = 0

    def batches(self) -> Generator[pa.RecordBatch, None, None]:
        """The rows, a batch at a time; columns named as the layout numbers them."""
        started, clock = dt.datetime.now(dt.UTC), time.perf_counter()
        sql: str | None = None
        snapshot: str | None = None
        query_id: str | None = None

        def asked(sent: str, moment: str | None, name: str | None) -> None:
            nonlocal sql, snapshot, query_id
            sql, snapshot, query_id = sent, moment, name

        try:
            with closing(self._side.reader.stream(self._statement, asked=asked)) as batches:
                for batch in batches:
                    self.rows += batch.num_rows
                    yield self._side.spelt(plain(batch))
        except Exception as error:
            self._failure = error
            raise
        finally:
            ms = (time.perf_counter() - clock) * 1_000
            if self._evidence:
                sql = sql or self._side.whole(self._statement)
                self._side._keep(sql, started, ms, self.rows, snapshot, query_id)  # noqa: SLF001

    def table(self) -> pa.Table:
        """All rows in memory."""
        batches = list(self.batches())
        if batches:
            return pa.Table.from_batches(batches)
        return self._nothing()

    def _nothing(self) -> pa.Table:
        return pa.table({c.label: pa.array([], pa.string()) for c in self._side.layout.columns})

    def into(self, scratch: Scratch, sql: str, name: str) -> pa.Table:
        """What a statement of the workspace makes of the rows, which pass by once under this name.

        They are never all in memory. The workspace hears only that its input broke off; here it is told why.
        """
        with closing(self.batches()) as batches:
            first = next(batches, None)
            if first is None:
                return scratch.read(sql, name, self._nothing().to_reader())
            rows = pa.RecordBatchReader.from_batches(first.schema, chain([first], batches))
            try:
                return scratch.read(sql, name, rows)
            except Exception:
                if self._failure is not None:
                    raise self._failure from None
                raise


def _is_read_on_arrival(column: ComparedColumn) -> bool:
    return column.part_of_key and is_read_here(column)


def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch without extension types that only one engine knows: numbers as texts stay texts."""
    arrays, fields = [], []
    for array, each in zip(batch.columns, batch.schema, strict=True):
        is_opaque = isinstance(each.type, pa.OpaqueType)
        arrays.append(array.storage if is_opaque else array)
        fields.append(pa.field(each.name, arrays[-1].type))
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))
