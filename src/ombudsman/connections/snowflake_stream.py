"""The batches of a statement's rows, as the server sends them, with its own logical types beside each column.

Traps tamed here:

- The driver's stream of all batches takes every one of them for what the first is. But each has the narrowest type
  that its numbers need: an int32 that is read as an int8 is another number, and nobody is told. So each batch is
  fetched by itself.
- The driver's Arrow tables are converted on the way, and lose digits (`snowflake_values`): they are taken before.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pyarrow as pa

from ombudsman.connections.snowflake_session import Session

_AHEAD = 3
"""How many batches are on their way while one is read; each has some megabytes."""


def server_batches(session: Session, cursor: Any) -> Iterator[pa.RecordBatch]:
    """The batches of the statement that the cursor has run; at least one, which may be empty."""
    waiting = deque(session.patiently(cursor.get_result_batches))
    if len(waiting) == 1:
        yield from session.patiently(lambda: _fetched(waiting[0], session))
        return
    coming: deque[Future[list[pa.RecordBatch]]] = deque()
    pool = ThreadPoolExecutor(_AHEAD, thread_name_prefix="snowflake-batch")
    try:
        while waiting or coming:
            while waiting and len(coming) < _AHEAD:
                coming.append(pool.submit(_fetched, waiting.popleft(), session))
            yield from session.patiently(coming.popleft().result)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _fetched(batch: Any, session: Session) -> list[pa.RecordBatch]:
    pointer = batch._take_arrow_stream_ptr(session)  # noqa: SLF001 - before anything is converted
    stream = pa.RecordBatchReader._import_from_c(pointer)  # noqa: SLF001 - pyarrow's door for C
    return list(stream) or [pa.RecordBatch.from_pylist([], stream.schema)]
