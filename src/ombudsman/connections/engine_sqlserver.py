"""SQL Server, Azure SQL and Managed Instances, by mssql-python; by pymssql where that cannot be loaded.

A server hands its snapshots to no other session: so nothing is pinned but what does not change anyway (a database
snapshot, a read-only database). Where the database allows SNAPSHOT isolation every statement is a transaction of it:
it sees what was committed when it began, whole, takes no lock and waits for none. Otherwise it is READ COMMITTED, and
rows may be moved about while they are read. The pin's note says which it is.

What keeps us from writing are the login's rights, and nothing else for certain; one reading statement at a time
(`sqlserver_admission`), in a transaction that is always rolled back, stands before them.
"""

import threading
from collections.abc import Generator, Iterator
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection as Session
from sqlalchemy import CursorResult, Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool
from typing_extensions import override

from ombudsman.connections.adapter import PART_ROWS, Adapter, Limits, Pin, Query
from ombudsman.connections.failures import ended_all_the_same
from ombudsman.connections.literals import writing_dialect
from ombudsman.connections.privileges import Privileges
from ombudsman.connections.running import GRACE_S, RunningStatements, Stop
from ombudsman.connections.settings import SqlServerSettings
from ombudsman.connections.sqlserver_admission import admit
from ombudsman.connections.sqlserver_drivers import Driver, driver_for, sqlserver_dialect
from ombudsman.connections.sqlserver_failures import (
    came_from_server,
    cause_of,
    login_failed,
    may_go_well_later,
    statement_failed,
)
from ombudsman.connections.sqlserver_privileges import RIGHTS, privileges_of
from ombudsman.connections.sqlserver_session import (
    STATE,
    SqlServerSession,
    allows_snapshots,
    new_session,
)
from ombudsman.connections.sqlserver_stream import (
    arrow_of_mssql_python,
    arrow_of_rows,
    columns_of_bytes,
    python_row,
    rows_at_once,
)
from ombudsman.model.errors import ConnectionLost, OmbudsmanError

VERSION = """
SELECT CAST(SERVERPROPERTY('ProductVersion') AS NVARCHAR(128)), CAST(SERVERPROPERTY('Edition') AS NVARCHAR(128))
"""

_OLDEST_SESSION_S = 1_500
"""Azure SQL hangs up on a session that was idle for half an hour."""

_NOT_TOLD = "READ COMMITTED, for this server does not tell of SNAPSHOT isolation: nobody should write while it is read"

_CANNOT_STOP = (
    "a statement that has begun can neither be stopped nor be held to its time here: pymssql offers no way, and its "
    "socket is not known for certain; it is told as stopped or timed out when the server has answered"
)


class SqlServerAdapter(Adapter):
    """One database of a SQL Server."""

    engine = "mssql"
    sql_dialect = "tsql"
    max_select_list = 4_096

    def __init__(self, settings: SqlServerSettings) -> None:
        self._settings = settings
        self.dialect = sqlserver_dialect()
        self.writing_dialect = writing_dialect(sqlserver_dialect)
        self.limits = Limits(
            max_concurrent_queries=settings.max_concurrent_queries,
            max_select_list=self.max_select_list,
        )
        self.statement_timeout_s = settings.statement_timeout_s
        self.watch_after_s = settings.statement_timeout_s + GRACE_S
        self._lock = threading.Lock()
        self._pool: Engine | None = None
        self._driver: Driver | None = None
        self._cannot_stop = False

    @override
    def session(self) -> Session:
        with self._lock:
            if self._pool is None:
                self._driver = driver_for(self._settings)
                self._pool = self._new_pool(self._driver)
            pool = self._pool
        return pool.connect()

    @override
    def pin(self) -> Pin:
        with self.session() as session:
            try:
                rows = session.exec_driver_sql(STATE).all()
            except DBAPIError as error:
                if not _is_refused(error):
                    raise
                return Pin(words=None, note=_NOT_TOLD)
        return _pin(rows, self._settings)

    @override
    def begin(self, session: Session, pin: Pin) -> None:
        session.begin()

    @override
    def interrupt(self, session: Session) -> None:
        _driver_session(session).stop()

    @override
    def abandon(self, session: Session) -> None:
        _driver_session(session).cut()

    @override
    def admit(self, sql: str) -> None:
        admit(sql)

    @override
    def run(self, query: Query, session: Session) -> CursorResult[Any]:
        """As whole text: bound, a date becomes a DATETIME with one driver and a text with the other."""
        return Query(query.sql, query.sql).run(session)

    @override
    def parts(self, result: CursorResult[Any]) -> Iterator[list[tuple[Any, ...]]]:
        most = rows_at_once(result.cursor.description, PART_ROWS)
        while rows := result.cursor.fetchmany(most):
            yield [python_row(row) for row in rows]

    @override
    def batches(
        self, query: Query, pin: Pin, running: RunningStatements
    ) -> Generator[pa.RecordBatch, None, None]:
        with (
            self.session() as session,
            running.watch(
                interrupt=lambda: self.interrupt(session), abandon=lambda: self.abandon(session)
            ) as statement,
        ):
            cursor = _driver_session(session).cursor()
            try:
                self.begin(session, pin)
                cursor.execute(query.sql)
                yield from self._arrow(cursor, query)
                cursor.close()
                session.rollback()
            except GeneratorExit:  # nobody wants the rest: the server need not send it
                self.interrupt(session)
                session.invalidate()
                raise
            except Exception as error:  # noqa: BLE001 - raised again: as ours, or as it is
                failure = self.query_failed(error, sql=query.sql, stopped=statement.stopped)
                if isinstance(failure, ConnectionLost) and not session.invalidated:
                    session.invalidate()
                raise failure or error from None
            else:
                if statement.stopped:
                    raise ended_all_the_same(statement.stopped, connection=self.name, sql=query.sql)
            finally:
                if statement.stopped and not session.invalidated:
                    session.invalidate()

    def _arrow(self, cursor: Any, query: Query) -> Iterator[pa.RecordBatch]:
        if self._driver is not None and self._driver.name == "mssql-python":
            return arrow_of_mssql_python(cursor)
        of_bytes = columns_of_bytes(query.statement, cursor.description)
        return arrow_of_rows(cursor, of_bytes=of_bytes)

    @override
    def query_id(self, session: Session) -> str:
        return f"session {_driver_session(session).number}"

    @override
    def query_failed(
        self, error: Exception, *, sql: str, stopped: Stop | None = None, ms: float = 0
    ) -> OmbudsmanError | None:
        return statement_failed(
            error, self._settings, connection=self.name, sql=sql, stopped=stopped
        )

    @override
    def may_go_well_later(self, error: OmbudsmanError) -> bool:
        return may_go_well_later(error)

    @override
    def connection_failed(self, error: Exception) -> OmbudsmanError | None:
        return login_failed(error, self._settings, connection=self.name)

    @override
    def version(self, session: Session) -> str:
        number, edition = session.exec_driver_sql(VERSION).one()
        return f"SQL Server {number}, {edition}"

    @override
    def notes(self) -> tuple[str, ...]:
        note = None if self._driver is None else self._driver.note
        cannot_stop = _CANNOT_STOP if self._cannot_stop else None
        return tuple(filter(None, (note, cannot_stop)))

    @override
    def read_only_proof(self, session: Session) -> str:
        found = self.privileges(session)
        words = "one reading statement at a time, in transactions that are rolled back"
        return f"{words}; {found.sentence}"

    @override
    def privileges(self, session: Session) -> Privileges:
        try:
            rows = session.exec_driver_sql(RIGHTS).all()
        except DBAPIError as error:
            if not _is_refused(error):
                raise
            return Privileges(unknown="the server did not answer what its rights are")
        return privileges_of(rows, self._settings)

    @override
    def close(self) -> None:
        with self._lock:
            if self._pool is not None:
                self._pool.dispose()
            self._pool = None

    def _new_pool(self, driver: Driver) -> Engine:
        return create_engine(
            driver.url,
            creator=lambda: self._login(driver),
            poolclass=QueuePool,
            pool_size=self.limits.max_concurrent_queries,
            max_overflow=0,
            pool_recycle=_OLDEST_SESSION_S,
        )

    def _login(self, driver: Driver) -> SqlServerSession:
        session = new_session(self._settings, driver)
        self._cannot_stop = self._cannot_stop or not session.can_be_stopped
        return session


def _pin(rows: Any, settings: SqlServerSettings) -> Pin:
    name, _, is_read_only, made_of = rows[0] if rows else (settings.database, 0, 0, None)
    if made_of is not None:
        words = f"database snapshot {name}"
        return Pin(words=words, note=words)
    if is_read_only:
        words = f"{name}, which is a read-only database"
        return Pin(words=words, note=words)
    if settings.isolation != "read_committed" and allows_snapshots(rows):
        note = "SNAPSHOT isolation: every statement sees what was committed when it began; no moment is pinned for all"
    else:
        note = "READ COMMITTED, for the database allows no SNAPSHOT isolation: nobody should write while it is read"
        if settings.isolation == "read_committed":
            note = "READ COMMITTED, as the settings ask for: nobody should write while it is read"
    return Pin(words=None, note=note)


def _is_refused(error: DBAPIError) -> bool:
    """Whether the server itself refused a question, and goes on living."""
    return not error.connection_invalidated and came_from_server(cause_of(error))


def _driver_session(session: Session) -> SqlServerSession:
    return session.connection.driver_connection  # type: ignore[return-value]
