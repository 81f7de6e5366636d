"""The demo's databases, made once for all tests of this folder."""

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest

from ombudsman.cli.demo.files import DemoFiles
from ombudsman.cli.demo.generate import generate

Asker = Callable[[str], Any]


def opened(files: DemoFiles, *, writable: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection in which the target's tables stand plainly, and the source is attached as `source`."""
    database = duckdb.connect()  # in memory, for connections to one file share what is attached
    database.execute(f"ATTACH '{files.source}' AS source (READ_ONLY)")
    mode = "READ_WRITE" if writable else "READ_ONLY"
    database.execute(f"ATTACH '{files.target}' AS target ({mode})")
    database.execute("USE target")
    return database


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    """A demo with all defects."""
    return generate(tmp_path_factory.mktemp("demo"), rows=3_000, seed=11)


@pytest.fixture(scope="session")
def ask(demo: DemoFiles) -> Iterator[Asker]:
    """Asks the demo's two databases for one value."""
    with opened(demo) as database:
        yield lambda sql: _value(database, sql)


@pytest.fixture(scope="session")
def faultless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo before any defect was planted, open for writing in transactions that are rolled back."""
    files = generate(tmp_path_factory.mktemp("faultless"), rows=3_000, seed=11, defects=())
    with opened(files, writable=True) as database:
        yield database


def _value(database: duckdb.DuckDBPyConnection, sql: str) -> Any:
    row = database.execute(sql).fetchone()
    assert row is not None
    return row[0]
