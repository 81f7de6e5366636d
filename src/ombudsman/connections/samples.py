"""Writes example databases of our own. The one place that writes; no connection of a user's ever comes here."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb


class SampleDatabase:
    """A DuckDB file of our own, open for writing."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database

    def execute(self, sql: str) -> None:
        """Runs one or several statements of our own."""
        self._database.execute(sql)


@contextmanager
def duckdb_file(path: Path) -> Iterator[SampleDatabase]:
    """Makes an example database at `path`, overwriting what was there; closed at the end."""
    for old in (path, path.with_name(path.name + ".wal")):
        old.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    database = duckdb.connect(str(path))
    try:
        database.execute("SET GLOBAL TimeZone = 'UTC'")
        yield SampleDatabase(database)
    finally:
        database.close()
