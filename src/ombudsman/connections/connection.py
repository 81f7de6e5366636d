"""A named way to one database: how many statements at once, who is reading, and how to stop them all.

`connect` chooses the adapter of the engine and does not touch the network; the first `open` or `check` does.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy import Connection as Session
from sqlalchemy import literal_column, select
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import SQLAlchemyError

from ombudsman.connections.adapter import Adapter, Limits
from ombudsman.connections.privileges import Privileges
from ombudsman.connections.reader import Reader
from ombudsman.connections.retrying import Tries
from ombudsman.connections.running import RunningStatements
from ombudsman.connections.settings import (
    ConnectionSettings,
    DuckDbSettings,
    FilesSettings,
    PostgresSettings,
    SnowflakeSettings,
    SqlServerSettings,
)
from ombudsman.connections.writing import Writing
from ombudsman.model.errors import OmbudsmanError

__all__ = ["Connection", "ConnectionReport", "Limits", "connect"]


@dataclass(frozen=True)
class ConnectionReport:
    """What a connection turned out to be when it was tried.

    `latency_ms` is the time of one question and its answer, the login not counted.
    """

    name: str
    engine: str
    version: str
    read_only: str
    snapshot: str | None
    latency_ms: float
    notes: tuple[str, ...] = field(default=())


class Connection:
    """A named way to one database. Safe to use from many threads. Also a context manager that closes itself."""

    def __init__(self, name: str, adapter: Adapter) -> None:
        self.name = name
        self.engine = adapter.engine
        self.sql_dialect = adapter.sql_dialect
        self.dialect: Dialect = adapter.dialect
        self.limits = adapter.limits
        self.running = RunningStatements(timeout_s=adapter.watch_after_s)
        adapter.name = name
        self._adapter = adapter
        self._turns = threading.BoundedSemaphore(adapter.limits.max_concurrent_queries)

    def open(self) -> Reader:
        """A reader as of this moment, where the engine can hold on to one.

        Raises:
            ConnectionFailed: nobody answers, the login is refused, or the driver is missing.
            QueryFailed: we were let in, and the first question failed.
                Cancelled: it was, while it waited to try again.
        """
        tries = Tries(self.running)
        while True:
            try:
                with self._connecting():
                    pin = self._adapter.pin()
                return Reader(self, self._adapter, pin)
            except OmbudsmanError as error:
                if not (self._adapter.may_go_well_later(error) and tries.once_more()):
                    raise

    @property
    def writing(self) -> Writing:
        """How its statements are written; nothing is asked."""
        adapter = self._adapter
        return Writing(
            engine=adapter.engine,
            sql_dialect=adapter.sql_dialect,
            max_select_list=adapter.limits.max_select_list,
            dialect=adapter.writing_dialect,
            is_billed=adapter.is_billed,
        )

    def check(self) -> ConnectionReport:
        """Tries the connection and says what it is. Raises as `open` does."""
        with self.open() as reader, self.turn(), self.session() as session:
            adapter = self._adapter
            with self._connecting():
                version = adapter.version(session)
                clock = time.perf_counter()
                session.execute(select(literal_column("1"))).all()
                latency_ms = (time.perf_counter() - clock) * 1_000
                proof = adapter.read_only_proof(session)
            return ConnectionReport(
                name=self.name,
                engine=self.engine,
                version=version,
                read_only=proof,
                snapshot=reader.snapshot,
                latency_ms=latency_ms,
                notes=(reader.snapshot_note, *adapter.notes()),
            )

    def privileges(self) -> Privileges:
        """What the login could do beyond reading. Raises as `open` does."""
        with self.turn(), self.session() as session, self._connecting():
            return self._adapter.privileges(session)

    def cancel(self) -> None:
        """Stops every statement that runs through this connection now, on the server too; each raises `Cancelled`."""
        self.running.cancel()

    def close(self) -> None:
        """Stops what is running and closes every session."""
        self.running.cancel()
        self._adapter.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits until one more statement may run, and counts it while it does."""
        with self._turns:
            yield

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session out of the pool; it goes back at the end, its transaction rolled back."""
        with self._connecting():
            session = self._adapter.session()
        try:
            yield session
        finally:
            _give_back(session)

    @contextmanager
    def _connecting(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            failure = self._adapter.connection_failed(error)
            if failure is None:
                raise
            raise failure from None


def _give_back(session: Session) -> None:
    """One whose database has gone away cannot even be rolled back: that must not hide why."""
    with suppress(SQLAlchemyError):
        session.close()
    if not session.closed:
        session.invalidate()
        session.close()


def connect(name: str, settings: ConnectionSettings) -> Connection:
    """The connection of this name. Touches neither the network nor the file."""
    return Connection(name, _adapter(settings))


def _adapter(settings: ConnectionSettings) -> Adapter:
    match settings:
        case DuckDbSettings() | FilesSettings():
            from ombudsman.connections.engine_duckdb import DuckDbAdapter

            return DuckDbAdapter(settings)
        case PostgresSettings():
            from ombudsman.connections.engine_postgres import PostgresAdapter

            return PostgresAdapter(settings)
        case SqlServerSettings():
            from ombudsman.connections.engine_sqlserver import SqlServerAdapter

            return SqlServerAdapter(settings)
        case SnowflakeSettings():
            from ombudsman.connections.engine_snowflake import SnowflakeAdapter

            return SnowflakeAdapter(settings)
        case _:
            from ombudsman.connections.engine_other import other_adapter

            return other_adapter(settings)
