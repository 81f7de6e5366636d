"""The store: one SQLite file, or a PostgreSQL database, and transactions in it.

Traps that are tamed here:

- SQLite gives up at once, whatever its time-out, when a transaction that began by reading wants to write and another
  has written meanwhile. So whoever will write says so at the start (`BEGIN IMMEDIATE`) and waits for a turn.
- Python's driver begins transactions when it sees fit; it is told not to.
- SQLite neither keeps foreign keys nor a write-ahead log unless every connection asks for it. Nor does it wipe what is
  deleted, and the log has it still: `wipe` empties that.
- SQLAlchemy puts a statement's values into its errors unless it is told to hide them.
"""

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy import Connection as Transaction
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from ombudsman.model.errors import Conflict, OmbudsmanError
from ombudsman.studio.clock import Clock, utc_now
from ombudsman.studio.errors import Outdated, StoreFull, StoreUnavailable
from ombudsman.studio.persistence.audit import END_TOLD
from ombudsman.studio.persistence.unit import Unit

BUSY_TIMEOUT_S = 15

logger = logging.getLogger(__name__)
_FULL = ("database or disk is full", "No space left on device", "disk full")


class Store:
    """Transactions over one database. Safe to use from many threads.

    Args:
        url: `sqlite:///file` or `postgresql+psycopg://...`.
        audit_key: what the audit log is chained with.
        clock: what time it is.
    """

    def __init__(self, url: URL, *, audit_key: bytes, clock: Clock = utc_now) -> None:
        self.engine = store_engine(url)
        self._writer = self.engine.execution_options(writes=True)
        self._audit_key = audit_key
        self._clock = clock

    @contextlib.contextmanager
    def reading(self) -> Iterator[Unit]:
        """A transaction that only reads."""
        with failures_told(), Session(self.engine) as session:
            yield Unit(session, now=self._clock(), audit_key=self._audit_key)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Unit]:
        """A transaction that may write: committed at its end, with what the audit has to say; undone by an exception.

        Keep it short, and wait for nobody in it: on SQLite the others queue behind it.

        Raises:
            Conflict: somebody else has changed the same meanwhile, or has taken the name.
            StoreUnavailable: the store does not answer, or is full.
        """
        with failures_told(), Session(self._writer, expire_on_commit=False) as session:
            unit = Unit(session, now=self._clock(), audit_key=self._audit_key)
            yield unit
            end = unit.close()
            session.commit()
        if end is not None:
            logger.info(END_TOLD, end.number, end.digest)

    def failures_told(self) -> contextlib.AbstractContextManager[None]:
        """Turns what the database says into our errors, for work on `engine` itself."""
        return failures_told()

    def wipe(self) -> None:
        """Leaves nothing of what was deleted in the files of SQLite, unless somebody is just reading."""
        if self.is_sqlite:
            with failures_told(), self.engine.connect() as connection:
                raw = connection.connection.driver_connection
                assert raw is not None  # noqa: S101 - for the type checker
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def close(self) -> None:
        """Gives all connections back."""
        self.engine.dispose()


def store_engine(url: URL) -> Engine:
    """An engine for the store, its connections set as this module's head says."""
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=20,
            pool_timeout=15,
            hide_parameters=True,
        )
    engine = create_engine(
        url,
        pool_size=10,
        max_overflow=40,
        pool_timeout=BUSY_TIMEOUT_S,
        hide_parameters=True,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
    )
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begin)
    return engine


def _connected(driver_connection: Any, _record: object) -> None:
    driver_connection.isolation_level = None
    cursor = driver_connection.cursor()
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(transaction: Transaction) -> None:
    writes = transaction.get_execution_options().get("writes", False)
    transaction.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextlib.contextmanager
def failures_told() -> Iterator[None]:
    """Errors of the database as ours; a statement's values stay out of them."""
    try:
        yield
    except StaleDataError:
        raise Outdated(hint="read it again, and change that") from None
    except IntegrityError:
        raise Conflict("this is there already, or refers to what is no longer there") from None
    except PoolTimeout:
        raise StoreUnavailable("the store has too much to do", hint="try again shortly") from None
    except OperationalError as error:
        raise _failure(error) from None
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise _failure(error) from None


def _failure(error: DBAPIError) -> OmbudsmanError:
    words = str(error.orig)
    if any(each in words for each in _FULL):
        return StoreFull(hint="make room on the disk of the data folder", driver_message=words)
    return StoreUnavailable(hint="look at /health and at the log", driver_message=words)
