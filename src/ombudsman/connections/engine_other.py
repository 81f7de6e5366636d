"""Any other database that has a SQLAlchemy dialect; SQLite has a file of its own.

What can be done for all engines alike is done: pools, turns, the watchdog, classified errors. What cannot: nothing is
pinned, and nothing but the login's own rights keeps it from writing. The report of `check` says so.
"""

import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection as Session
from sqlalchemy import CursorResult, Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import QueuePool
from typing_extensions import override

from ombudsman.connections.adapter import PART_ROWS, Adapter, Limits, Pin, Query
from ombudsman.connections.arrow_rows import arrow_batches
from ombudsman.connections.failures import of_sqlstate, query_failed, without_secrets
from ombudsman.connections.literals import writing_dialect
from ombudsman.connections.running import RunningStatements, Stop
from ombudsman.connections.settings import SqlAlchemySettings
from ombudsman.model.errors import (
    ConnectionFailed,
    ConnectionLost,
    DriverMissing,
    OmbudsmanError,
    StatementInvalid,
    Unreachable,
)

_SQL_DIALECTS = {"mssql": "tsql", "mariadb": "mysql", "postgresql": "postgres"}
"""sqlglot's name of a dialect, where SQLAlchemy has another; other names agree."""


def other_adapter(settings: SqlAlchemySettings) -> Adapter:
    """The adapter for a URL.

    Raises:
        DriverMissing: no dialect of this name is installed.
    """
    url = make_url(settings.url.get_secret_value())
    if url.get_backend_name() == "sqlite":
        from ombudsman.connections.engine_sqlite import SqliteAdapter

        return SqliteAdapter(settings, url)
    return OtherAdapter(settings, url)


class OtherAdapter(Adapter):
    """A database behind a SQLAlchemy dialect that we know nothing special of."""

    max_select_list = 1_000

    def __init__(self, settings: SqlAlchemySettings, url: URL) -> None:
        self._url = url
        try:
            dialect = url.get_dialect()
        except (NoSuchModuleError, ImportError):
            raise DriverMissing(
                f"no SQLAlchemy dialect for {url.drivername!r} is installed",
                hint="install the package that brings it",
            ) from None
        self.dialect = dialect()
        self.writing_dialect = writing_dialect(dialect)
        self.engine = self.dialect.name
        self.sql_dialect = settings.sql_dialect or _SQL_DIALECTS.get(self.engine, self.engine)
        self.limits = Limits(
            max_concurrent_queries=settings.max_concurrent_queries,
            max_select_list=self.max_select_list,
        )
        self.statement_timeout_s = settings.statement_timeout_s
        self.watch_after_s = settings.statement_timeout_s
        self._lock = threading.Lock()
        self._pool: Engine | None = None

    @override
    def session(self) -> Session:
        with self._lock:
            if self._pool is None:
                self._pool = self._new_pool()
            pool = self._pool
        return pool.connect()

    def _new_pool(self) -> Engine:
        return create_engine(
            self._url,
            poolclass=QueuePool,
            pool_size=self.limits.max_concurrent_queries,
            max_overflow=0,
            pool_pre_ping=True,
        )

    @override
    def pin(self) -> Pin:
        with self.session():
            pass
        return Pin(
            words=None, note="no moment is pinned on this engine: every statement sees its own"
        )

    @override
    def begin(self, session: Session, pin: Pin) -> None:
        session.begin()

    @override
    def interrupt(self, session: Session) -> None:
        """Calls what the driver offers; without it the statement is only abandoned."""
        driver = session.connection.driver_connection
        for name in ("cancel", "interrupt"):
            if callable(stop := getattr(driver, name, None)):
                with suppress(Exception):
                    stop()
                return

    @override
    def parts(self, result: CursorResult[Any]) -> Iterator[list[tuple[Any, ...]]]:
        for rows in result.partitions(PART_ROWS):
            yield [tuple(row) for row in rows]

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
            try:
                self.begin(session, pin)
                yield from arrow_batches(query.run(session, stream_results=True))
            except SQLAlchemyError as error:
                failure = self.query_failed(error, sql=query.sql, stopped=statement.stopped)
                raise failure or error from None
            finally:
                if statement.stopped and not session.invalidated:
                    session.invalidate()

    @override
    def query_failed(
        self, error: Exception, *, sql: str, stopped: Stop | None = None, ms: float = 0
    ) -> OmbudsmanError | None:
        if isinstance(error, DBAPIError) and error.orig is not None:
            code = sqlstate(error.orig)
            lost = error.connection_invalidated and code is None
            kind = ConnectionLost if lost else of_sqlstate(code)
            return query_failed(
                kind,
                error.orig,
                connection=self.name,
                sql=sql,
                stopped=stopped,
                secrets=self._secrets(),
                code=code,
            )
        if isinstance(error, SQLAlchemyError | ValueError | TypeError):
            return query_failed(
                StatementInvalid,
                error,
                connection=self.name,
                sql=sql,
                stopped=stopped,
                secrets=self._secrets(),
            )
        return None

    @override
    def connection_failed(self, error: Exception) -> OmbudsmanError | None:
        if isinstance(error, ImportError):
            return DriverMissing(
                f"the driver for {self.engine} is not installed: no module {error.name!r}",
                hint="install the package that brings it",
            )
        if not isinstance(error, SQLAlchemyError | OSError | ValueError):
            return None
        cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
        kind = Unreachable if isinstance(cause, OSError) else ConnectionFailed
        return kind(
            f"could not connect to {self.engine} by {self._url.render_as_string(hide_password=True)}",
            hint="look at host, port, database, user and password",
            driver_message=without_secrets(str(cause), self._secrets()),
        )

    def _secrets(self) -> list[str]:
        return [] if self._url.password is None else [str(self._url.password)]

    @override
    def version(self, session: Session) -> str:
        number = ".".join(map(str, session.dialect.server_version_info or ())) or "unknown"
        return f"{self.engine} {number}"

    @override
    def read_only_proof(self, session: Session) -> str:
        return "not proven: give the login no rights but SELECT"

    @override
    def close(self) -> None:
        with self._lock:
            if self._pool is not None:
                self._pool.dispose()
            self._pool = None


def sqlstate(error: BaseException) -> str | None:
    """The SQLSTATE of a driver's error: an attribute of many drivers, the first argument of ODBC's."""
    for name in ("sqlstate", "pgcode"):
        if isinstance(code := getattr(error, name, None), str):
            return code
    first = error.args[0] if error.args else None
    if isinstance(first, str) and len(first) == 5 and first.isalnum() and first == first.upper():
        return first
    return None
