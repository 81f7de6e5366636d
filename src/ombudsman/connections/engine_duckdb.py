"""DuckDB: a database file, or a folder of Parquet and CSV files.

What keeps it from writing: the file is opened read-only, every transaction is declared READ ONLY, one statement at a
time is let in and it must be a SELECT by DuckDB's own parser, access to other files and extensions is off, and the
configuration is locked. Without the last two a read-only DuckDB still reads and writes any file of the machine.

Without `temp_directory = ''` DuckDB puts what does not fit into memory beside the user's file, also when the file is
read-only and `max_temp_directory_size` is nought.

The configuration of DuckDB belongs to the file, not to the session: all connections of a process to one file share it.
"""

import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import Connection as Session
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool
from typing_extensions import override

from ombudsman.connections.adapter import Adapter, Limits, Pin, Query
from ombudsman.connections.duckdb_dialect import DIALECT_URL, DuckDbSession, duckdb_dialect
from ombudsman.connections.failures import of_duckdb, query_failed
from ombudsman.connections.file_privileges import file_privileges
from ombudsman.connections.files import create_views
from ombudsman.connections.literals import writing_dialect
from ombudsman.connections.privileges import Privileges
from ombudsman.connections.running import RunningStatements, Stop
from ombudsman.connections.settings import DuckDbSettings, FilesSettings
from ombudsman.model.errors import (
    ConnectionFailed,
    OmbudsmanError,
    QueryFailed,
    StatementInvalid,
    Unreachable,
)

BATCH_ROWS = 64_000

_LOCKED = {
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
}
_OPENING = threading.Lock()
"""One at a time: two connections to one file share its configuration, and one would lock it under the other's hands."""

_ALLOWED = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}


class DuckDbAdapter(Adapter):
    """A DuckDB database in this process."""

    engine = "duckdb"
    sql_dialect = "duckdb"
    max_select_list = 2_000

    def __init__(self, settings: DuckDbSettings | FilesSettings) -> None:
        self._settings = settings
        self.dialect = duckdb_dialect()
        self.writing_dialect = writing_dialect(duckdb_dialect)
        self.limits = Limits(
            max_concurrent_queries=settings.max_concurrent_queries,
            max_select_list=self.max_select_list,
        )
        self.statement_timeout_s = settings.statement_timeout_s
        self.watch_after_s = settings.statement_timeout_s
        self._lock = threading.Lock()
        self._database: duckdb.DuckDBPyConnection | None = None
        self._pool: Engine | None = None

    @override
    def session(self) -> Session:
        with self._lock:
            if self._database is None:
                with _OPENING:
                    self._database = self._opened()
            if self._pool is None:
                self._pool = create_engine(
                    DIALECT_URL,
                    creator=self._new_session,
                    poolclass=QueuePool,
                    pool_size=self.limits.max_concurrent_queries,
                    max_overflow=0,
                )
            pool = self._pool
        return pool.connect()

    def _new_session(self) -> DuckDbSession:
        assert self._database is not None  # noqa: S101 - `session` opened it
        return DuckDbSession(self._database.cursor())

    def _opened(self) -> duckdb.DuckDBPyConnection:
        options: dict[str, Any] = dict(_LOCKED)
        options["memory_limit"] = self._settings.memory_limit
        spill = self._settings.spill_folder
        options["temp_directory"] = "" if spill is None else str(spill.resolve())
        if self._settings.threads is not None:
            options["threads"] = str(self._settings.threads)
        if isinstance(self._settings, FilesSettings):
            folder = self._settings.folder.resolve()
            database = duckdb.connect(":memory:", config=options)
            create_views(database, folder)
            database.execute("SET allowed_directories = $1", [[f"{folder}/"]])
            database.execute("SET enable_external_access = false")
        else:
            options["enable_external_access"] = "false"
            database = duckdb.connect(
                str(self._settings.path.resolve()), read_only=True, config=options
            )
        _lock_down(database)
        return database

    @override
    def pin(self) -> Pin:
        with self.session():
            pass
        if isinstance(self._settings, FilesSettings):
            return Pin(
                words=None,
                note="files cannot be pinned: nobody may change them while they are read",
            )
        words = "the file, opened read-only"
        return Pin(words=words, note=words)

    @override
    def begin(self, session: Session, pin: Pin) -> None:
        session.begin()

    @override
    def interrupt(self, session: Session) -> None:
        _driver(session).interrupt()

    @override
    def admit(self, sql: str) -> None:
        try:
            statements = duckdb.extract_statements(sql)
        except duckdb.Error as error:
            raise query_failed(
                StatementInvalid, error, connection=self.name, sql=sql, stopped=None
            ) from None
        if len(statements) != 1 or statements[0].type not in _ALLOWED:
            raise StatementInvalid(
                "only one SELECT at a time may run through this connection",
                hint="connections read; they never write",
                sql=sql,
            )

    @override
    def batches(
        self, query: Query, pin: Pin, running: RunningStatements
    ) -> Generator[pa.RecordBatch, None, None]:
        with (
            self.session() as session,
            running.watch(
                interrupt=lambda: self.interrupt(session), abandon=lambda: None
            ) as statement,
        ):
            try:
                session.begin()
                yield from _driver(session).execute(query.sql).to_arrow_reader(BATCH_ROWS)
            except duckdb.Error as error:
                raise self._failed(error, query.sql, statement.stopped) from None

    @override
    def query_failed(
        self, error: Exception, *, sql: str, stopped: Stop | None = None, ms: float = 0
    ) -> OmbudsmanError | None:
        cause = error.orig if isinstance(error, DBAPIError) else error
        return self._failed(cause, sql, stopped) if isinstance(cause, duckdb.Error) else None

    def _failed(self, error: duckdb.Error, sql: str, stopped: Stop | None) -> QueryFailed:
        return query_failed(
            of_duckdb(error),
            error,
            connection=self.name,
            sql=sql,
            stopped=stopped,
            code=type(error).__name__,
        )

    @override
    def connection_failed(self, error: Exception) -> OmbudsmanError | None:
        if not isinstance(error, duckdb.Error | OSError):
            return None
        path = self._settings.where
        if isinstance(error, duckdb.ConnectionException):
            return ConnectionFailed(
                f"{path} is already open in this program with other settings",
                hint="give all connections to one file the same memory_limit, spill_folder and threads",
                driver_message=str(error),
                path=path,
            )
        return Unreachable(
            f"cannot open {path}",
            hint="it must be there, be of this kind, and be open for writing nowhere else",
            driver_message=str(error),
            path=path,
        )

    @override
    def version(self, session: Session) -> str:
        return f"DuckDB {session.exec_driver_sql('SELECT version()').scalar_one()}"

    @override
    def read_only_proof(self, session: Session) -> str:
        external, locked = session.exec_driver_sql(
            "SELECT current_setting('enable_external_access'), current_setting('lock_configuration')"
        ).one()
        if external or not locked:
            return "not proven: DuckDB's configuration is open"
        return "read-only transactions; no access to other files; configuration locked"

    @override
    def privileges(self, session: Session) -> Privileges:
        del session
        return file_privileges(Path(self._settings.where))

    @override
    def close(self) -> None:
        with self._lock:
            if self._pool is not None:
                self._pool.dispose()
            if self._database is not None:
                self._database.close()
            self._pool = self._database = None


def _lock_down(database: duckdb.DuckDBPyConnection) -> None:
    """UTC, then nothing may be changed any more. A file that is open already is locked already."""
    locked = database.execute("SELECT current_setting('lock_configuration')").fetchone()
    if not (locked and locked[0]):
        database.execute("SET GLOBAL TimeZone = 'UTC'")
        database.execute("SET lock_configuration = true")


def _driver(session: Session) -> duckdb.DuckDBPyConnection:
    inner = session.connection.driver_connection
    assert isinstance(inner, DuckDbSession)  # noqa: S101 - our own pool made it
    return inner.driver
