"""The workspace of a row comparison: a DuckDB of its own, bounded in memory, that spills to a folder of its own.

It never sees a database of the user's: what it works on are Arrow batches that the sides' readers hand over.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa

from ombudsman.model.errors import Cancelled, WorkspaceFailed

MEMORY_MB = 512
"""What DuckDB may hold in memory before it spills."""

BATCH_ROWS = 65_536


class Scratch:
    """Tables and views of one comparison. A context manager: all is gone at its end."""

    def __init__(self, *, memory_mb: int = MEMORY_MB, folder: Path | None = None) -> None:
        """`folder` is where it may spill; None: the system's folder for temporary files.

        Raises:
            WorkspaceFailed: nothing can be written there.
        """
        self._folder = _new_folder(folder)
        self._database = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{memory_mb}MB",
                "temp_directory": str(self._folder),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "preserve_insertion_order": "false",
            },
        )
        self._database.execute("SET GLOBAL TimeZone = 'UTC'")

    def run(self, sql: str) -> None:
        """Carries out a statement.

        Raises:
            WorkspaceFailed: the disk is full, or memory does not suffice.
            Unconvertible: a value does not fit the type in which it should be compared.
            Cancelled: it was stopped.
        """
        with _told():
            self._database.execute(sql)

    def row(self, sql: str) -> tuple[Any, ...]:
        """The only row of a statement. Raises as `run`."""
        with _told():
            found = self._database.execute(sql).fetchone()
        assert found is not None  # noqa: S101 - we ask for aggregates
        return found

    def table(self, sql: str) -> pa.Table:
        """All rows of a statement, for those that are few. Raises as `run`."""
        with _told():
            return self._database.execute(sql).to_arrow_table()

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """The rows of a statement, a batch at a time. Raises as `run`."""
        with _told():
            yield from self._database.execute(sql).to_arrow_reader(BATCH_ROWS)

    def read(self, sql: str, name: str, data: pa.RecordBatchReader) -> pa.Table:
        """All rows of a statement over data that pass by once under this name; from any thread. Raises as `run`."""
        with closing(self._database.cursor()) as cursor, _told():
            cursor.register(name, data)
            return cursor.execute(sql).to_arrow_table()

    def offer(self, name: str, data: pa.Table | pa.RecordBatchReader) -> None:
        """Makes Arrow data readable under this name; a reader once."""
        self._database.register(name, data)

    def view(self, name: str, select: str) -> None:
        """A view of this name, instead of what had it. Raises as `run`."""
        self.drop(name)
        self.run(f"CREATE VIEW {name} AS {select}")

    def drop(self, *names: str) -> None:
        """Forgets tables and views, where they are there."""
        for name in names:
            for kind in ("VIEW", "TABLE"):
                with suppress(duckdb.CatalogException):  # it is of the other kind
                    self._database.execute(f"DROP {kind} IF EXISTS {name}")

    def stop(self) -> None:
        """Interrupts what is running. Called from other threads."""
        self._database.interrupt()

    def close(self) -> None:
        self._database.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _new_folder(where: Path | None) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="ombudsman-compare-", dir=where))
    except OSError as error:
        raise WorkspaceFailed(
            f"there is nowhere to put temporary files: {error.strerror}",
            hint="name a folder that can be written (TMPDIR)",
        ) from None


class Unconvertible(Exception):
    """A value does not fit the type in which its pair should be compared: compare it more patiently."""


@contextmanager
def _told() -> Iterator[None]:
    """DuckDB's errors as ours. Their own words may hold values of rows: they stay in the log."""
    try:
        yield
    except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        raise Unconvertible from error
    except duckdb.InterruptException:
        raise Cancelled("the comparison was stopped on request") from None
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        raise WorkspaceFailed(
            "the comparison ran out of room on this machine: there is too little memory or disk",
            hint="free some space where temporary files go (TMPDIR), or compare fewer rows by a where",
            driver_message=str(error),
        ) from None
