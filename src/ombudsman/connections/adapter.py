"""What the rest of this package must know about one engine.

An adapter meets a driver; everything above it (pools, turns, watchdog, evidence) is the same for all engines.
One file per engine derives from `Adapter`: `engine_duckdb`, `engine_sqlite`, `engine_postgres`,
`engine_sqlserver`, `engine_snowflake`, `engine_other`.
"""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection as Session
from sqlalchemy import CursorResult, Executable
from sqlalchemy.engine import Dialect

from ombudsman.connections.literals import whole_sql
from ombudsman.connections.privileges import NOT_TOLD, Privileges
from ombudsman.connections.running import RunningStatements, Stop
from ombudsman.model.errors import OmbudsmanError

PART_ROWS = 50_000
"""How many rows are handed over at a time."""


@dataclass(frozen=True)
class Limits:
    """What one statement, and one moment, may ask of an engine."""

    max_concurrent_queries: int
    max_select_list: int


@dataclass(frozen=True)
class Pin:
    """The one moment as of which a side is read, or the reason why there is none.

    `words` names the moment; None: nothing is pinned. `token` is the adapter's own.
    """

    words: str | None
    note: str
    token: Any = None


@dataclass(frozen=True)
class Query:
    """A statement, as an expression (or a text of our own), and whole as text."""

    statement: Executable | str
    sql: str

    @property
    def is_pinned(self) -> bool:
        """Whether it reads as of the pinned moment, if there is one; told for certain when it has run."""
        return True

    @property
    def query_id(self) -> str | None:
        """The engine's own name of it, where that is told when it has run."""
        return None

    def run(self, session: Session, **options: Any) -> CursorResult[Any]:
        """Runs it, its values bound."""
        if isinstance(self.statement, str):
            options |= {"no_parameters": True}
            return session.exec_driver_sql(self.statement, execution_options=options)
        return session.execute(self.statement, execution_options=options)


class Adapter(ABC):
    """One engine, met through its driver."""

    name: str = ""
    """The connection's, for messages."""
    engine: str
    sql_dialect: str
    max_select_list: int
    """How many expressions the engine takes in one SELECT."""
    dialect: Dialect
    writing_dialect: Dialect
    limits: Limits
    statement_timeout_s: float
    watch_after_s: float
    """Seconds after which the watchdog stops a statement: later than the server's own limit, where it has one."""
    is_billed: bool = False
    """Whether somebody is billed for statements, so that it is worth asking what they `cost`."""

    @abstractmethod
    def session(self) -> Session:
        """A connection out of the pool, logged in and set to read only. Raises the driver's own errors."""

    @abstractmethod
    def pin(self) -> Pin:
        """Holds on to the present moment. Raises the driver's own errors."""

    def release(self, pin: Pin) -> None:  # noqa: B027 - most engines have nothing to let go of
        """Lets go of a moment."""

    def note(self, pin: Pin) -> str:
        """What was pinned, or why nothing was, and for which statements it did not hold."""
        return pin.note

    @abstractmethod
    def begin(self, session: Session, pin: Pin) -> None:
        """Begins a read-only transaction as of the pinned moment."""

    @abstractmethod
    def interrupt(self, session: Session) -> None:
        """Asks the engine to stop what this session is doing. Called from other threads."""

    def abandon(self, session: Session) -> None:  # noqa: B027 - an engine in this process always reacts
        """Frees the thread that waits for this session although the engine does not react."""

    def query(self, statement: Executable | str, pin: Pin) -> Query:
        """The statement as this engine is asked it. Raises as `whole_sql`."""
        del pin
        if isinstance(statement, str):
            return Query(statement, statement)
        return Query(statement, whole_sql(statement, self.writing_dialect))

    def admit(self, sql: str) -> None:  # noqa: B027 - most engines are guarded by their protocol
        """Refuses text that is not one reading statement, where the engine has a parser to tell."""

    def run(self, query: Query, session: Session) -> CursorResult[Any]:
        """Runs a statement for its rows; its values are bound, where the drivers bind them as they are."""
        return query.run(session)

    def parts(self, result: CursorResult[Any]) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a result, at most `PART_ROWS` at a time, as the driver's Python values.

        SQLAlchemy's conversions round doubles to ten digits.
        """
        while rows := result.cursor.fetchmany(PART_ROWS):
            yield [tuple(row) for row in rows]

    @abstractmethod
    def batches(
        self, query: Query, pin: Pin, running: RunningStatements
    ) -> Generator[pa.RecordBatch, None, None]:
        """The rows of a statement as Arrow, a batch at a time. Raises our own errors, and the driver's."""

    def query_id(self, session: Session) -> str | None:
        """The engine's own name of what the session has just run, by which its operator finds it."""
        del session
        return None

    def cost(self, session: Session) -> str | None:
        """What the statements so far have cost, about, in words; None where it cannot be told."""
        del session
        return None

    def bytes_scanned(self, session: Session, *, since: dt.datetime) -> Mapping[str, int]:
        """How many bytes the statements since then have read, by the engine's names of them, as far as it says."""
        del session, since
        return {}

    @abstractmethod
    def query_failed(
        self, error: Exception, *, sql: str, stopped: Stop | None = None, ms: float = 0
    ) -> OmbudsmanError | None:
        """What a driver's error means for a statement; None when it is not the driver's."""

    def may_go_well_later(self, error: OmbudsmanError) -> bool:
        """Whether a failure of ours is one that a second try may not meet: a deadlock's victim, a busy service."""
        del error
        return False

    @abstractmethod
    def connection_failed(self, error: Exception) -> OmbudsmanError | None:
        """What a driver's error means when it came while connecting; None when it is not the driver's."""

    @abstractmethod
    def version(self, session: Session) -> str:
        """The product and its version, as the engine itself says."""

    @abstractmethod
    def read_only_proof(self, session: Session) -> str:
        """In one sentence: what keeps this connection from writing, as the engine itself confirms it."""

    def privileges(self, session: Session) -> Privileges:
        """What the login could do beyond reading, as the engine says. Raises the driver's own errors."""
        del session
        return NOT_TOLD

    def notes(self) -> tuple[str, ...]:
        """What else should be known of how the engine is reached."""
        return ()

    @abstractmethod
    def close(self) -> None:
        """Closes every session."""
