"""One large table, the same on both sides, on DuckDB or on PostgreSQL.

On DuckDB the sides are two files with the same rows, on PostgreSQL two connections to one table. What is measured is
asking: there is no difference to be found. `cpu` counts the processor time of the engine too, wherever it runs (read
from /proc, so on Linux alone).
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.postgres_server import PostgresServer, running_server

from ombudsman.connections.connection import Connection, connect
from ombudsman.connections.samples import duckdb_file
from ombudsman.connections.settings import DuckDbSettings

COLUMNS: Mapping[str, tuple[str, str]] = {
    "id": ("BIGINT", "i"),
    "customer": ("INTEGER", "i * 7919 % 200003"),
    "product": ("INTEGER", "i * 104729 % 5003"),
    "quantity": ("INTEGER", "i * 31 % 50 + 1"),
    "price": ("DECIMAL(12,2)", "CAST(i * 7919 % 100003 AS DECIMAL(12,2)) * 0.01"),
    "discount": (
        "DECIMAL(12,2)",
        "CASE WHEN i % 3 <> 0 THEN CAST(i * 13 % 500 AS DECIMAL(12,2)) * 0.01 END",
    ),
    "amount": ("DECIMAL(18,2)", "CAST(i * 15485863 % 5000011 AS DECIMAL(18,2)) * 0.01"),
    "tax": ("DOUBLE PRECISION", "CAST(i * 7919 % 100003 AS DOUBLE PRECISION) * 0.0019"),
    "weight": (
        "DOUBLE PRECISION",
        "CASE WHEN i % 20 <> 0 THEN CAST(i * 613 % 9973 AS DOUBLE PRECISION) / 7 END",
    ),
    "ordered": ("DATE", "DATE '2020-01-01' + CAST(i * 17 % 2000 AS INTEGER)"),
    "shipped": (
        "TIMESTAMP",
        "CASE WHEN i % 10 <> 0 THEN CAST(DATE '2020-01-08' + CAST(i * 17 % 2000 AS INTEGER) AS TIMESTAMP) END",
    ),
    "status": (
        "VARCHAR(20)",
        "CASE i % 4 WHEN 0 THEN 'open' WHEN 1 THEN 'paid' WHEN 2 THEN 'shipped' ELSE 'closed' END",
    ),
    "country": ("VARCHAR(2)", "CASE i % 5 WHEN 0 THEN 'DE' WHEN 1 THEN 'FR' ELSE 'PL' END"),
    "note": ("VARCHAR(40)", "CASE WHEN i % 8 = 0 THEN 'note ' || CAST(i % 1009 AS VARCHAR) END"),
    "gift": ("BOOLEAN", "i % 11 = 0"),
    "batch": ("INTEGER", "CASE WHEN i % 7 <> 0 THEN CAST(i / 100000 AS INTEGER) END"),
}
"""Sixteen columns: type, and the value in row i; both engines understand both."""

TABLE = "sales"


@dataclass(frozen=True)
class Sides:
    """Two connections to the same rows. `cpu` is the processor time spent so far by us and the engine, in seconds."""

    engine: str
    rows: int
    schema: str
    source: Connection
    target: Connection
    cpu: Callable[[], float]
    settings: Mapping[str, str]


@contextmanager
def duckdb_sides(rows: int) -> Iterator[Sides]:
    """Two DuckDB files, read in this process."""
    with tempfile.TemporaryDirectory() as folder:
        path, copy = Path(folder) / "sales.duckdb", Path(folder) / "copy.duckdb"
        with duckdb_file(path) as database:
            database.execute(f"CREATE TABLE {TABLE} AS {_select('range(?) AS r(i)', rows)}")
        shutil.copyfile(path, copy)
        with (
            connect("source", DuckDbSettings(path=path)) as source,
            connect("target", DuckDbSettings(path=copy)) as target,
        ):
            size = f"{path.stat().st_size >> 20} MB"
            yield Sides("duckdb", rows, "main", source, target, time.process_time, {"file": size})


@contextmanager
def postgres_sides(rows: int) -> Iterator[Sides]:
    """A PostgreSQL server of our own on the loopback, with the settings that it is told."""
    with running_server() as server:
        settings = server.create_database("bench")
        select = _select("generate_series(0::bigint, ? - 1) AS r(i)", rows)
        server.execute("bench", f"CREATE TABLE {TABLE} AS {select}; ANALYZE {TABLE}")
        server.execute("bench", f"VACUUM (FREEZE) {TABLE}")

        told = (
            "server_version",
            "shared_buffers",
            "work_mem",
            "max_parallel_workers_per_gather",
            "jit",
            "fsync",
        )
        with (
            connect("source", settings) as source,
            connect("target", settings) as target,
        ):
            shown = {name: server.execute("bench", f"SHOW {name}")[0][0] for name in told}
            size = f"SELECT pg_size_pretty(pg_table_size('{TABLE}'))"
            shown["table"] = server.execute("bench", size)[0][0]
            yield Sides("postgresql", rows, "public", source, target, cpu_with(server), shown)


def _select(source: str, rows: int) -> str:
    columns = ", ".join(
        f"CAST({value} AS {kind}) AS {name}" for name, (kind, value) in COLUMNS.items()
    )
    return f"SELECT {columns} FROM {source.replace('?', str(rows))}"


def cpu_with(server: PostgresServer) -> Callable[[], float]:
    """The processor time of this process and of the server so far, in seconds."""
    return lambda: time.process_time() + _of_tree(server.process.pid)


def _of_tree(pid: int) -> float:
    """User and system time of a process and all below it, with those that have ended and were waited for."""
    ticks = 0
    waiting = [pid]
    while waiting:
        each = waiting.pop()
        try:
            stat = Path(f"/proc/{each}/stat").read_text(encoding="utf-8")
            children = Path(f"/proc/{each}/task/{each}/children").read_text(encoding="utf-8")
        except FileNotFoundError:  # it has just ended: its parent counts it now
            continue
        fields = stat.rpartition(")")[2].split()
        ticks += sum(int(field) for field in fields[11:15])  # utime, stime, cutime, cstime
        waiting += [int(child) for child in children.split()]
    return ticks / os.sysconf("SC_CLK_TCK")
