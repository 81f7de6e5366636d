"""One side, read as of one moment.

A `Reader` answers statements: as rows (`query`, or part by part `read`) or as a stream of Arrow batches (`stream`). It
may be used by many threads at once; no more statements run at the same time than the connection allows, the others
wait for their turn. Every statement has a read-only transaction of its own, as of the moment that was pinned when the
reader was opened, so one that fails leaves nothing behind for the next.
"""

import datetime as dt
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
from sqlalchemy import Connection as Session
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import Executable

from ombudsman.connections.adapter import Adapter, Pin, Query
from ombudsman.connections.failures import ended_all_the_same
from ombudsman.connections.literals import literal_sql, whole_sql
from ombudsman.connections.retrying import Tries
from ombudsman.connections.running import RunningStatement, Stop
from ombudsman.model.errors import (
    Cancelled,
    ConnectionLost,
    OmbudsmanError,
    StatementInvalid,
    TimedOut,
    Unreachable,
)

if TYPE_CHECKING:
    from ombudsman.connections.connection import Connection


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The evidence of one statement: what was asked, when, and how many rows came.

    `sql` is whole, its values written into it; `ms` counts from sending the statement to having handed over the last
    row. `snapshot` names the moment as of which it was read; None: it read its own present.
    """

    columns: tuple[str, ...]
    count: int
    sql: str
    started: dt.datetime
    ms: float
    query_id: str | None = None
    snapshot: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rows(Reading):
    """The answer to one statement, and the evidence of it."""

    rows: list[tuple[Any, ...]]


class Reader:
    """One side as of one moment. Also a context manager that closes itself."""

    def __init__(self, connection: "Connection", adapter: Adapter, pin: Pin) -> None:
        self.connection = connection
        self._adapter = adapter
        self._pin = pin

    @property
    def snapshot(self) -> str | None:
        """What was pinned, in words; None: nothing."""
        return self._pin.words

    @property
    def snapshot_note(self) -> str:
        """What was pinned, or why nothing was."""
        return self._adapter.note(self._pin)

    @property
    def cost(self) -> str | None:
        """What the connection's statements so far have cost, about, in words.

        None where nobody is billed for them, and where it cannot be told: a run does not fail over its price.
        """
        if not self._adapter.is_billed:
            return None
        try:
            with self.connection.turn(), self._session("") as session:
                return self._adapter.cost(session)
        except (OmbudsmanError, SQLAlchemyError):
            return None

    def bytes_scanned(self, *, since: dt.datetime) -> Mapping[str, int]:
        """How many bytes the statements since then have read, by their query ids: one question for all of them.

        Nothing of those that the engine does not know (yet), and where nobody is billed for them: a run does not fail
        over its price.
        """
        if not self._adapter.is_billed:
            return {}
        try:
            with self.connection.turn(), self._session("") as session:
                return self._adapter.bytes_scanned(session, since=since)
        except (OmbudsmanError, SQLAlchemyError):
            return {}

    def query(self, statement: Executable | str) -> Rows:
        """All rows of a statement, as Python values.

        Decimals, integers of any size, dates, times and instants (in UTC) come as Python's own types. A date or time
        that Python cannot hold comes as the text that PostgreSQL would print: `infinity`, `-infinity`,
        `20000-01-01`, `0044-03-15 BC`, `24:00:00`.

        Args:
            statement: an expression of SQLAlchemy, whose values are bound; a text only for catalogue SQL of our own.

        Raises:
            QueryFailed: the database did not answer; the subclass says why.
                ConnectionLost: it has gone away since the reader was opened, or the moment has.
            ConnectionFailed: no session could be had for it.
        """
        rows: list[tuple[Any, ...]] = []
        reading = self.read(statement, rows.extend)
        return Rows(**vars(reading), rows=rows)

    def read(
        self, statement: Executable | str, take: Callable[[list[tuple[Any, ...]]], None]
    ) -> Reading:
        """Hands the rows of a statement to `take`, some ten thousand at a time, as `query` has them.

        Never all of them are in memory, unless a driver holds them. What `take` raises ends the reading.

        Raises:
            QueryFailed, ConnectionFailed: as `query`, also between two parts.
        """
        query = self._query(statement)
        tries = Tries(self.connection.running, self._adapter.statement_timeout_s)
        while True:
            handed_over = 0

            def taken(rows: list[tuple[Any, ...]]) -> None:
                nonlocal handed_over
                handed_over += len(rows)
                take(rows)

            try:
                return self._read(query, taken)
            except OmbudsmanError as error:
                may_retry = not handed_over and self._may_go_well_later(error)
                if not (may_retry and tries.once_more(sql=query.sql)):
                    raise

    def _read(self, query: Query, take: Callable[[list[tuple[Any, ...]]], None]) -> Reading:
        count = 0
        with self.connection.turn():
            started, clock = dt.datetime.now(dt.UTC), time.perf_counter()
            with self._session(query.sql) as session:
                result = self._adapter.run(query, session)
                if not result.returns_rows:
                    raise StatementInvalid(
                        "the statement gives no rows", hint="only SELECT is for here", sql=query.sql
                    )
                columns = tuple(result.keys())
                for rows in self._adapter.parts(result):
                    count += len(rows)
                    take(rows)
                ms = (time.perf_counter() - clock) * 1_000
                query_id = self._adapter.query_id(session)
        return Reading(
            columns=columns,
            count=count,
            sql=query.sql,
            started=started,
            ms=ms,
            query_id=query_id,
            snapshot=self._snapshot_of(query),
        )

    def _snapshot_of(self, query: Query) -> str | None:
        return self.snapshot if query.is_pinned else None

    def stream(
        self,
        statement: Executable | str,
        *,
        asked: Callable[[str, str | None, str | None], None] | None = None,
    ) -> Generator[pa.RecordBatch, None, None]:
        """The rows of a statement as Arrow record batches; never all of them in memory.

        The types are those of the engine's own Arrow export: PostgreSQL's `numeric` comes as text, exactly. The
        time limit of a statement bounds the whole reading. Close the iterator, or read it to its end.

        Args:
            statement: as `query` has it.
            asked: hears, when the reading has ended, the whole SQL that was sent, the snapshot that it read as of, and
                the engine's own name of it, where that is known.

        Raises:
            QueryFailed, ConnectionFailed: as `query`, also between two batches.
        """
        query = self._query(statement)
        tries = Tries(self.connection.running, self._adapter.statement_timeout_s)
        while True:
            is_begun = False
            try:
                with closing(self._batches(query)) as batches:
                    for batch in batches:
                        is_begun = True
                        yield batch
            except OmbudsmanError as error:
                may_retry = not is_begun and self._may_go_well_later(error)
                if not (may_retry and tries.once_more(sql=query.sql)):
                    raise
            else:
                return
            finally:
                if asked is not None:
                    asked(query.sql, self._snapshot_of(query), query.query_id)

    def _batches(self, query: Query) -> Generator[pa.RecordBatch, None, None]:
        clock = time.perf_counter()
        with (
            self.connection.turn(),
            closing(self._adapter.batches(query, self._pin, self.connection.running)) as batches,
        ):
            try:
                yield from batches
            except Exception as error:  # noqa: BLE001 - raised again: as ours, or as it is
                raise self._failure(error, query.sql, None, clock) from None

    def version(self) -> str:
        """The product and its version, as the engine itself says. Raises as `query`."""
        with self.connection.turn(), self._session("") as session:
            return self._adapter.version(session)

    def sql(self, statement: Executable) -> str:
        """The statement as this engine's whole SQL, its values written into it.

        Raises:
            Unsupported: a value of the statement cannot be written in this engine's SQL.
        """
        return whole_sql(statement, self._adapter.writing_dialect)

    def literal(self, value: Any) -> str:
        """A value as this engine's SQL writes it. Raises as `sql`."""
        return literal_sql(value, self._adapter.writing_dialect)

    def close(self) -> None:
        """Lets go of the moment."""
        self._adapter.release(self._pin)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _query(self, statement: Executable | str) -> Query:
        query = self._adapter.query(statement, self._pin)
        self._adapter.admit(query.sql)
        return query

    @contextmanager
    def _session(self, sql: str) -> Iterator[Session]:
        """A session in a transaction as of our moment, watched over. One that was stopped is not used again."""
        adapter, clock = self._adapter, time.perf_counter()
        with self._had_session() as session:
            statement: RunningStatement | None = None
            try:
                with self.connection.running.watch(
                    interrupt=lambda: adapter.interrupt(session),
                    abandon=lambda: adapter.abandon(session),
                ) as statement:
                    adapter.begin(session, self._pin)
                    yield session
                    session.rollback()  # here, where it is watched over, and not when the pool takes it back
            except Exception as error:  # noqa: BLE001 - raised again: as ours, or as it is
                stopped = statement.stopped if statement else None
                failure = self._failure(error, sql, stopped, clock)
                if isinstance(failure, ConnectionLost) and not session.invalidated:
                    session.invalidate()
                raise failure from None
            else:
                if statement.stopped:
                    raise ended_all_the_same(
                        statement.stopped, connection=self.connection.name, sql=sql
                    )
            finally:
                if statement is not None and statement.stopped and not session.invalidated:
                    session.invalidate()

    @contextmanager
    def _had_session(self) -> Iterator[Session]:
        """A session out of the pool. The database answered when we were opened: if not now, it has gone away."""
        with ExitStack() as stack:
            try:
                session = stack.enter_context(self.connection.session())
            except Unreachable as error:
                raise ConnectionLost(error.message, hint=error.hint, **error.context) from None
            yield session

    def _may_go_well_later(self, error: OmbudsmanError) -> bool:
        """What was stopped stays so, whatever number the driver gave it."""
        is_stopped = isinstance(error, Cancelled | TimedOut)
        return not is_stopped and self._adapter.may_go_well_later(error)

    def _failure(self, error: Exception, sql: str, stopped: Stop | None, clock: float) -> Exception:
        ms = (time.perf_counter() - clock) * 1_000
        return self._adapter.query_failed(error, sql=sql, stopped=stopped, ms=ms) or error
