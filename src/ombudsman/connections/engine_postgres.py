"""PostgreSQL, by psycopg; streams by ADBC.

One session exports a snapshot and stays open; every statement, on whatever session, reads as of that snapshot in a
READ ONLY REPEATABLE READ transaction of its own. What really keeps us from writing is that transaction together with
the extended protocol (`postgres_session`); a role that may do nothing but SELECT should stand behind both.
"""

import threading
import time
from collections.abc import Generator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlalchemy import Connection as Session
from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import Dialect
from sqlalchemy.pool import QueuePool
from typing_extensions import override

from ombudsman.connections.adapter import Adapter, Limits, Pin, Query
from ombudsman.connections.literals import writing_dialect
from ombudsman.connections.postgres_failures import (
    driver_missing,
    from_a_living_server,
    login_failed,
    moment_gone,
    statement_failed,
)
from ombudsman.connections.postgres_privileges import RIGHTS, privileges_of
from ombudsman.connections.privileges import Privileges
from ombudsman.connections.running import GRACE_S, RunningStatements, Stop
from ombudsman.connections.settings import PostgresSettings
from ombudsman.model.errors import OmbudsmanError

if TYPE_CHECKING:
    import psycopg


class PostgresAdapter(Adapter):
    """One database of a PostgreSQL server."""

    engine = "postgresql"
    sql_dialect = "postgres"
    max_select_list = 1_600

    def __init__(self, settings: PostgresSettings) -> None:
        self._settings = settings
        self.dialect = postgres_dialect()
        self.writing_dialect = writing_dialect(postgres_dialect)
        self.limits = Limits(
            max_concurrent_queries=settings.max_concurrent_queries,
            max_select_list=self.max_select_list,
        )
        self.statement_timeout_s = settings.statement_timeout_s
        self.watch_after_s = settings.statement_timeout_s + GRACE_S
        self._lock = threading.Lock()
        self._pool: Engine | None = None

    @override
    def session(self) -> Session:
        from ombudsman.connections.postgres_session import new_session

        with self._lock:
            if self._pool is None:
                self._pool = create_engine(
                    "postgresql+psycopg://",
                    creator=lambda: new_session(self._settings),
                    poolclass=QueuePool,
                    pool_size=self.limits.max_concurrent_queries,
                    max_overflow=0,
                    use_native_hstore=False,
                )
            pool = self._pool
        return pool.connect()

    @override
    def pin(self) -> Pin:
        import psycopg

        from ombudsman.connections.postgres_session import new_session, within

        exporter = new_session(self._settings, idle_ms=0)
        try:
            with within(exporter, self._settings.connect_timeout_s):
                row = exporter.execute("SELECT pg_catalog.pg_export_snapshot()").fetchone()
        except psycopg.Error as error:
            exporter.close()
            if not from_a_living_server(error):
                raise
            note = f"this server exports no snapshot (code {error.sqlstate}): every statement sees its own moment"
            return Pin(words=None, note=note)
        assert row is not None  # noqa: S101 - a function call has a row
        words = f"repeatable-read snapshot {row[0]}"
        return Pin(words=words, note=words, token=(exporter, row[0]))

    @override
    def release(self, pin: Pin) -> None:
        if pin.token is not None:
            pin.token[0].close()

    @override
    def begin(self, session: Session, pin: Pin) -> None:
        import psycopg

        session.begin()
        timeout_ms = int(self.statement_timeout_s * 1_000)
        opening = f"{_as_of(pin)}SET LOCAL statement_timeout = {timeout_ms}"
        try:
            _driver(session).execute(opening.encode(), prepare=False)
        except psycopg.Error as error:
            raise moment_gone(error, connection=self.name) or error from None

    @override
    def interrupt(self, session: Session) -> None:
        import psycopg

        with suppress(psycopg.Error):
            _driver(session).cancel_safe(timeout=GRACE_S)

    @override
    def abandon(self, session: Session) -> None:
        from ombudsman.connections.postgres_session import cut

        cut(_driver(session))

    @override
    def batches(
        self, query: Query, pin: Pin, running: RunningStatements
    ) -> Generator[pa.RecordBatch, None, None]:
        try:
            from psycopg.conninfo import make_conninfo

            from ombudsman.connections.postgres_session import SESSION_SETTINGS, parameters
            from ombudsman.connections.postgres_stream import arrow_batches
        except ImportError as error:
            raise driver_missing(error) from None

        clock = time.perf_counter()
        timeout_ms = int(self.statement_timeout_s * 1_000)
        told = SESSION_SETTINGS | {"statement_timeout": str(timeout_ms)}
        settings = ", ".join(f"set_config('{k}', '{v}', true)" for k, v in told.items())

        def failed(error: Exception, stopped: Stop | None) -> OmbudsmanError | None:
            ms = (time.perf_counter() - clock) * 1_000
            return self.query_failed(error, sql=query.sql, stopped=stopped, ms=ms)

        return arrow_batches(
            make_conninfo(**parameters(self._settings)),
            (
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                *filter(None, [_as_of(pin)]),
                f"SELECT {settings}",
            ),
            query.sql,
            running=running,
            failed=failed,
            not_begun=lambda error: moment_gone(error, connection=self.name),
        )

    @override
    def query_id(self, session: Session) -> str:
        return f"pid {_driver(session).info.backend_pid}"

    @override
    def query_failed(
        self, error: Exception, *, sql: str, stopped: Stop | None = None, ms: float = 0
    ) -> OmbudsmanError | None:
        return statement_failed(
            error, self._settings, connection=self.name, sql=sql, stopped=stopped, ms=ms
        )

    @override
    def connection_failed(self, error: Exception) -> OmbudsmanError | None:
        if isinstance(error, ImportError):
            return driver_missing(error)
        return login_failed(error, self._settings, connection=self.name)

    @override
    def version(self, session: Session) -> str:
        return f"PostgreSQL {session.exec_driver_sql('SHOW server_version').scalar_one()}"

    @override
    def read_only_proof(self, session: Session) -> str:
        state = session.exec_driver_sql("SHOW transaction_read_only").scalar_one()
        superuser = session.exec_driver_sql(
            "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user"
        ).scalar_one_or_none()
        if state != "on":
            return "not proven: the transaction may write"
        words = "read-only transactions, one statement at a time"
        if superuser:
            return f"{words}; but the role is a superuser: give it one that may only SELECT"
        return words

    @override
    def privileges(self, session: Session) -> Privileges:
        return privileges_of(session.exec_driver_sql(RIGHTS).all(), self._settings)

    @override
    def close(self) -> None:
        with self._lock:
            if self._pool is not None:
                self._pool.dispose()
            self._pool = None


def postgres_dialect(**options: Any) -> Dialect:
    """The dialect, to compile statements with."""
    dialect: Dialect = PGDialect_psycopg(**options)  # type: ignore[no-untyped-call]
    return dialect


def _as_of(pin: Pin) -> str:
    return "" if pin.token is None else f"SET TRANSACTION SNAPSHOT '{pin.token[1]}';"


def _driver(session: Session) -> "psycopg.Connection[Any]":
    return session.connection.driver_connection  # type: ignore[return-value]
