"""Snowflake, by its own driver.

All statements of a reader see one moment: each table is read AT it, for Snowflake keeps what its tables held (time
travel). Where a table cannot be read as of a moment, the statement runs without it, and the note says so.

Snowflake has no read-only transactions. What keeps us from writing: only one reading statement is let through at a
time, the session commits nothing, and a role that may do nothing but SELECT should stand behind both (`privileges`).
"""

import datetime as dt
import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlalchemy import Connection as Database
from sqlalchemy import CursorResult, Engine, Executable
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool
from typing_extensions import override

from ombudsman.connections.adapter import Adapter, Limits, Pin, Query
from ombudsman.connections.literals import literal_sql, whole_sql, writing_dialect
from ombudsman.connections.privileges import Privileges
from ombudsman.connections.purpose import current_purpose
from ombudsman.connections.running import GRACE_S, RunningStatements, Stop
from ombudsman.connections.settings import SnowflakeSettings
from ombudsman.connections.snowflake_cost import (
    CLOCKS_APART,
    HISTORY,
    REMEMBERED,
    Span,
    estimated_credits,
)
from ombudsman.connections.snowflake_failures import (
    driver_missing,
    kind_of,
    login_failed,
    session_gone,
    statement_failed,
)
from ombudsman.connections.snowflake_privileges import snowflake_privileges
from ombudsman.connections.snowflake_reading import is_reading
from ombudsman.model.counts import counted
from ombudsman.model.errors import ObjectNotFound, OmbudsmanError, StatementInvalid

if TYPE_CHECKING:
    from ombudsman.connections.snowflake_session import Session

_UNPINNED = "; but {count} asked of tables that cannot be read as of a moment"


@dataclass(frozen=True)
class _Moment:
    """As of when tables are read, written as SQL, and how many statements could not be."""

    sql: str
    missed: list[str] = field(default_factory=list)


class SnowflakeAdapter(Adapter):
    """One database of a Snowflake account."""

    engine = "snowflake"
    sql_dialect = "snowflake"
    max_select_list = 1_000
    is_billed = True

    def __init__(self, settings: SnowflakeSettings) -> None:
        try:
            import snowflake.connector as driver

            from ombudsman.connections.snowflake_dialect import snowflake_dialect
        except ImportError as error:
            raise driver_missing(error) from None

        self._settings = settings
        self.dialect = snowflake_dialect(self._run, dbapi=driver)
        self.writing_dialect = writing_dialect(snowflake_dialect)
        self.limits = Limits(
            max_concurrent_queries=settings.max_concurrent_queries,
            max_select_list=self.max_select_list,
        )
        self.statement_timeout_s = settings.statement_timeout_s
        self.watch_after_s = settings.statement_timeout_s + GRACE_S
        self._spans: list[Span] = []
        self._lock = threading.Lock()
        self._pool: Engine | None = None

    @override
    def session(self) -> Database:
        with self._lock:
            if self._pool is None:
                connections: QueuePool = QueuePool(
                    self._login,
                    pool_size=self.limits.max_concurrent_queries,
                    max_overflow=0,
                    reset_on_return=None,
                    dialect=self.dialect,
                )
                self._pool = Engine(connections, self.dialect, URL.create("snowflake"))
            pool = self._pool
        return pool.connect()

    def _login(self) -> Any:
        from ombudsman.connections.snowflake_session import new_session

        return new_session(self._settings)

    def _run(self, cursor: Any, sql: str) -> None:
        session: Session = cursor.connection
        words, started = current_purpose(), dt.datetime.now(dt.UTC)
        try:
            session.run(cursor, sql, tag=f"{session.query_tag} {words}" if words else None)
        finally:
            if not sql.startswith("SHOW"):  # which needs no warehouse
                self._spans.append((started, dt.datetime.now(dt.UTC)))

    @override
    def pin(self) -> Pin:
        with self.session() as session:
            moment = self._value(session, "SELECT CURRENT_TIMESTAMP()")
        words = f"time travel to {moment.isoformat(sep=' ')}"
        sql = f"{literal_sql(moment.isoformat(sep=' '), self.writing_dialect)}::TIMESTAMP_TZ"
        return Pin(words=words, note=words, token=_Moment(sql))

    @override
    def note(self, pin: Pin) -> str:
        missed = len(pin.token.missed)
        return pin.note + (
            _UNPINNED.format(count=counted(missed, "statement was", "statements were"))
            if missed
            else ""
        )

    @override
    def query(self, statement: Executable | str, pin: Pin) -> Query:
        from ombudsman.connections.snowflake_dialect import as_of

        if isinstance(statement, str):
            return _Query(statement, statement, plain=statement)
        plain = whole_sql(statement, self.writing_dialect)
        sql = whole_sql(as_of(statement, pin.token.sql), self.writing_dialect)
        return _Query(sql, sql, plain=plain, moment=pin.token)

    @override
    def begin(self, session: Database, pin: Pin) -> None:
        """Nothing: a SELECT stands for itself, and its text says as of when."""

    @override
    def interrupt(self, session: Database) -> None:
        if (driver := _driver(session)) is not None:
            driver.stop()

    @override
    def abandon(self, session: Database) -> None:
        if (driver := _driver(session)) is not None:
            driver.abandoned.set()

    @override
    def admit(self, sql: str) -> None:
        if not is_reading(sql):
            raise StatementInvalid(
                "only one reading statement at a time may run through this connection",
                hint="connections read; they never write",
                sql=sql,
            )

    @override
    def parts(self, result: CursorResult[Any]) -> Iterator[list[tuple[Any, ...]]]:
        from ombudsman.connections.snowflake_stream import server_batches
        from ombudsman.connections.snowflake_values import as_rows

        cursor: Any = result.cursor
        for batch in server_batches(cursor.connection, cursor):
            yield list(as_rows(batch))

    @override
    def batches(
        self, query: Query, pin: Pin, running: RunningStatements
    ) -> Generator[pa.RecordBatch, None, None]:
        from ombudsman.connections.snowflake_stream import server_batches
        from ombudsman.connections.snowflake_values import as_arrow

        with (
            closing(self.session()) as session,
            running.watch(
                interrupt=lambda: self.interrupt(session), abandon=lambda: self.abandon(session)
            ) as statement,
        ):
            try:
                cursor: Any = query.run(session).cursor
                yield from map(as_arrow, server_batches(cursor.connection, cursor))
            except Exception as error:  # noqa: BLE001 - raised again: as ours, or as it is
                failure = self.query_failed(error, sql=query.sql, stopped=statement.stopped)
                raise failure or error from None
            finally:
                if statement.stopped and not session.invalidated:
                    session.invalidate()

    @override
    def query_id(self, session: Database) -> str | None:
        driver = _driver(session)
        return None if driver is None else driver.last

    @override
    def bytes_scanned(self, session: Database, *, since: dt.datetime) -> dict[str, int]:
        begin = max(since - CLOCKS_APART, dt.datetime.now(dt.UTC) - REMEMBERED)
        moment = literal_sql(begin.isoformat(sep=" "), self.writing_dialect)
        found = self._shown(session, HISTORY.format(since=moment))
        return {
            str(each["query_id"]): int(each["bytes_scanned"])
            for each in found
            if each["bytes_scanned"] is not None
        }

    @override
    def cost(self, session: Database) -> str | None:
        warehouse = self._warehouse(session)
        if warehouse is None:
            return None
        name, size = str(warehouse["name"]), str(warehouse["size"])
        seconds = int(warehouse["auto_suspend"] or 0)
        rest = dt.timedelta(seconds=seconds) if seconds else None
        estimate = estimated_credits(list(self._spans), size=size, rest=rest)
        if estimate is None:
            return None
        told = f"about {estimate:.3f} credits on warehouse {name} ({size}), were it ours alone"
        return told if rest else f"{told}; it does not stop by itself, and costs on"

    def _warehouse(self, session: Database) -> dict[str, Any] | None:
        name = self._value(session, "SELECT CURRENT_WAREHOUSE()")
        if name is None:
            return None
        like = literal_sql(str(name), self.writing_dialect)
        found = self._shown(session, f"SHOW WAREHOUSES LIKE {like}")
        return next((each for each in found if each["name"] == name), None)

    @override
    def query_failed(
        self, error: Exception, *, sql: str, stopped: Stop | None = None, ms: float = 0
    ) -> OmbudsmanError | None:
        return statement_failed(
            error, self._settings, connection=self.name, sql=sql, stopped=stopped
        )

    @override
    def connection_failed(self, error: Exception) -> OmbudsmanError | None:
        if isinstance(error, ImportError):
            return driver_missing(error)
        return login_failed(error, self._settings, connection=self.name)

    @override
    def version(self, session: Database) -> str:
        return f"Snowflake {self._value(session, 'SELECT CURRENT_VERSION()')}"

    @override
    def read_only_proof(self, session: Database) -> str:
        role = self._value(session, "SELECT CURRENT_ROLE()")
        return (
            f"one reading statement at a time, and nothing is committed; what role {role} may do beyond reading, "
            "its grants tell"
        )

    @override
    def privileges(self, session: Database) -> Privileges:
        """What the role could do beyond reading, as Snowflake says. Raises the driver's own errors."""
        settings = self._settings
        return snowflake_privileges(
            lambda sql: self._shown(session, sql),
            database=settings.database,
            schema=settings.schema_name,
            warehouse=settings.warehouse,
        )

    def _shown(self, session: Database, sql: str) -> list[dict[str, Any]]:
        result = session.exec_driver_sql(sql, execution_options={"no_parameters": True})
        names = [str(name).lower() for name in tuple(result.keys())]
        return [dict(zip(names, row, strict=True)) for part in self.parts(result) for row in part]

    def _value(self, session: Database, sql: str) -> Any:
        (row,) = self._shown(session, sql)
        return next(iter(row.values()))

    @override
    def close(self) -> None:
        with self._lock:
            if self._pool is not None:
                self._pool.dispose()
            self._pool = None


@dataclass(frozen=True)
class _Query(Query):
    """A statement as of a moment; without it, where a table of it cannot be read so.

    `sql` is what was asked in the end, `number` is Snowflake's of it.
    """

    plain: str = ""
    moment: _Moment | None = None
    number: str | None = None

    @property
    @override
    def query_id(self) -> str | None:
        return self.number

    @property
    @override
    def is_pinned(self) -> bool:
        return self.sql != self.plain

    @override
    def run(self, session: Database, **options: Any) -> CursorResult[Any]:
        try:
            return self._as_it_stands(session, **options)
        finally:
            driver = _driver(session)
            object.__setattr__(self, "number", driver.last if driver else None)

    def _as_it_stands(self, session: Database, **options: Any) -> CursorResult[Any]:
        try:
            return self._again_after_login(session, **options)
        except DBAPIError as error:
            if self.moment is None or self.plain == self.sql or not _may_be_the_moment(error):
                raise
        object.__setattr__(self, "statement", self.plain)
        object.__setattr__(self, "sql", self.plain)
        result = super().run(session, **options)
        self.moment.missed.append(self.plain)
        return result

    def _again_after_login(self, session: Database, **options: Any) -> CursorResult[Any]:
        """A session that lay idle for hours is no more: nothing has run in it, and another login helps."""
        try:
            return super().run(session, **options)
        except DBAPIError as error:
            if not session_gone(error):
                raise
        if not session.invalidated:
            session.invalidate()
        session.rollback()
        return super().run(session, **options)


def _may_be_the_moment(error: DBAPIError) -> bool:
    return error.orig is not None and kind_of(error.orig) in {StatementInvalid, ObjectNotFound}


def _driver(session: Database) -> "Session | None":
    """The driver's connection; None where it has gone and another one would have to be made."""
    if session.closed or session.invalidated:
        return None
    return session.connection.driver_connection
