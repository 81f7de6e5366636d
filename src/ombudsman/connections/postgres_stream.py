"""The rows of a PostgreSQL statement as Arrow batches, by ADBC and PostgreSQL's binary COPY.

Traps tamed here:

- COPY takes no parameters: the statement comes as whole text (`literals.whole_sql`).
- ADBC's socket is its own: a server that acknowledges and never answers cannot be cut off from outside. So a thread
  reads ahead by one batch, and the consumer can leave it behind when the watchdog gives up.
- A cursor must be closed before its connection, and neither while a cancel is on its way.
- pyarrow's reader turns ADBC's errors into `OSError` and drops the SQLSTATE; ADBC's own reader keeps it.
"""

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress

import pyarrow as pa
from adbc_driver_manager._reader import AdbcRecordBatchReader
from adbc_driver_postgresql import StatementOptions, dbapi
from typing_extensions import override

from ombudsman.connections.arrow_infinities import with_infinities
from ombudsman.connections.running import GRACE_S, RunningStatements, Stop
from ombudsman.model.errors import OmbudsmanError

BATCH_SIZE = StatementOptions.BATCH_SIZE_HINT_BYTES.value
_BATCH_BYTES = 4 * 2**20
"""A quarter of ADBC's own: it is held several times over on its way."""

_LOOK_S = 0.2
"""How often, in seconds, a waiting thread looks whether it is still wanted."""


def arrow_batches(
    conninfo: str,
    openings: Sequence[str],
    sql: str,
    *,
    running: RunningStatements,
    failed: Callable[[Exception, Stop | None], OmbudsmanError | None],
    not_begun: Callable[[Exception], OmbudsmanError | None],
) -> Generator[pa.RecordBatch, None, None]:
    """Streams a statement.

    Args:
        conninfo: where to log in, as libpq reads it.
        openings: statements that begin the transaction.
        sql: the statement, whole.
        running: where the statement can be cancelled and is watched over.
        failed: makes our error of ADBC's, given why the statement was stopped.
        not_begun: the same, asked first when an opening failed.
    """
    reading = _Reading(conninfo, openings, sql)
    with running.watch(interrupt=reading.cancel, abandon=reading.abandon) as statement:
        reading.start()
        try:
            yield from reading.batches()
        except (dbapi.Error, _Abandoned) as error:
            early = None if reading.begun else not_begun(error)
            raise early or failed(error, statement.stopped) or error from None
        finally:
            reading.leave()


class _Abandoned(Exception):
    """The server did not react; its thread was left behind."""


class _Reading(threading.Thread):
    """Reads in a thread of its own, one batch ahead."""

    def __init__(self, conninfo: str, openings: Sequence[str], sql: str) -> None:
        super().__init__(name="postgres-stream", daemon=True)
        self.begun = False
        self._conninfo = conninfo
        self._openings = openings
        self._sql = sql
        self._ready: queue.Queue[pa.RecordBatch | Exception | None] = queue.Queue(maxsize=1)
        self._unwanted = threading.Event()
        self._abandoned = threading.Event()
        self._connection: dbapi.Connection | None = None
        self._closing = threading.Lock()

    @override
    def run(self) -> None:
        try:
            for batch in self._read():
                if not self._hand_over(batch):
                    return
            self._hand_over(None)
        except Exception as error:  # noqa: BLE001 - it is raised again in the thread that consumes
            self._hand_over(error)

    def batches(self) -> Iterator[pa.RecordBatch]:
        while True:
            try:
                item = self._ready.get(timeout=_LOOK_S)
            except queue.Empty:
                if self._abandoned.is_set():
                    raise _Abandoned from None
                continue
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item

    def cancel(self) -> None:
        """Asks the server to stop. In a thread, for this too waits for the server."""
        threading.Thread(target=self._cancel, daemon=True).start()

    def abandon(self) -> None:
        self._abandoned.set()

    def leave(self) -> None:
        """Nobody wants the rest. Waits for the thread, unless the server does not react."""
        self._unwanted.set()
        if self.is_alive() and not self._abandoned.is_set():
            self.cancel()
            self.join(GRACE_S)

    def _read(self) -> Iterator[pa.RecordBatch]:
        connection = dbapi.connect(self._conninfo, autocommit=True)
        self._connection = connection
        try:
            with closing(connection.cursor()) as cursor:
                for opening in self._openings:
                    cursor.execute(opening)
                    if cursor.description:
                        cursor.fetchall()
                self.begun = True
                cursor.adbc_statement.set_options(**{BATCH_SIZE: str(_BATCH_BYTES)})
                cursor.execute(self._sql)
                handle = cursor.fetch_arrow()
                reader = AdbcRecordBatchReader._import_from_c(handle.address)  # noqa: SLF001 - keeps the SQLSTATE
                with closing(reader):
                    yield from map(with_infinities, reader)
        finally:
            with self._closing:
                self._connection = None
                connection.close()

    def _cancel(self) -> None:
        with self._closing, suppress(dbapi.Error):
            if self._connection is not None:
                self._connection.adbc_cancel()

    def _hand_over(self, item: pa.RecordBatch | Exception | None) -> bool:
        while not self._unwanted.is_set():
            with suppress(queue.Full):
                self._ready.put(item, timeout=_LOOK_S)
                return True
        return False
