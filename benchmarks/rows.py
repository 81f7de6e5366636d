"""How fast are rows compared, beside reladiff on the same data, and beside what cannot be beaten?

One million rows of sixteen typed columns; the target differs in 100 changed, 50 missing and 50 extra rows. PostgreSQL
is a server of our own on the loopback, and its processor time counts. Ours is told twice: as a call in a process that
runs already, and as a whole process, which begins with Python and all imports; reladiff is a whole process.

The floors: one pass of PostgreSQL's own hash of a row over both sides, and a binary COPY of both sides, thrown away.
"""

import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from tests.postgres_server import PostgresServer, running_server

from benchmarks.row_data import COLUMNS, KEY, TABLE, Planted, planting_sql, source_sql
from benchmarks.sides import _of_tree
from benchmarks.slow_link import slow_link
from ombudsman.connections.samples import duckdb_file

ROWS = 1_000_000
PLANTED = Planted(changed=100, missing=50, extra=50)
RUNS = 5
PEER_RUNS = 3
PEERS = Path(__file__).parent / "peers.txt"
ROLE, PASSWORD = "bench", "bench"
PATIENCE_S = 180
TROUBLE = "loaded"
"""The column with a time zone, without which reladiff is measured: in it, it finds 180,000 rows to differ where none
does, PostgreSQL on both sides."""

NOT_ON_DUCKDB = (TROUBLE, "store", "score", "ordered", "shipped", "note")
"""The columns that reladiff refuses between PostgreSQL and DuckDB (SMALLINT, REAL, DATE), or breaks on (with NULLs)."""


@dataclass(frozen=True)
class Bench:
    """The databases, and where reladiff is installed."""

    server: PostgresServer
    folder: Path
    peer: Path

    def postgres(self, database: str, *, port: int | None = None) -> str:
        return f"postgresql://{ROLE}:{PASSWORD}@127.0.0.1:{port or self.server.port}/{database}"

    def ours(
        self, source: str, target: str, strategy: str = "auto", *, rows_file: str = ""
    ) -> dict[str, Any]:
        """One comparison: the call, and the whole process around it."""
        words = [source, target, strategy, *([rows_file] if rows_file else [])]
        return self._measured([sys.executable, "-m", "benchmarks.rows_driver", *words])

    def reladiff(
        self, source: str, target: str, *, without: tuple[str, ...] = (TROUBLE,)
    ) -> dict[str, Any]:
        """Its hashdiff by four threads; killed after two minutes."""
        command = [str(self.peer / "bin" / "reladiff"), source, TABLE, target, TABLE, "-k", KEY]
        for name in COLUMNS:
            command += [] if name in {KEY, *without} else ["-c", name]
        return self._measured([*command, "--threads", "4", "--stats"], is_ours=False)

    def _measured(self, command: list[str], *, is_ours: bool = True) -> dict[str, Any]:
        before, server = resource.getrusage(resource.RUSAGE_CHILDREN), self._server_cpu()
        began = time.perf_counter()
        try:
            done = subprocess.run(
                command, check=False, capture_output=True, text=True, timeout=PATIENCE_S
            )
        except subprocess.TimeoutExpired:
            return {"given_up_after_s": PATIENCE_S}
        wall = time.perf_counter() - began
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]} {command[1:4]} failed:\n{done.stderr[-2000:]}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        time.sleep(0.1)
        used = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
        spent = self._server_cpu() - server
        told: dict[str, Any] = {
            "process_wall_s": round(wall, 2),
            "process_cpu_s": round(used + spent, 2),
            "server_cpu_s": round(spent, 2),
        }
        if not is_ours:
            if "ERROR" in done.stdout + done.stderr:
                raise RuntimeError(f"reladiff: {(done.stdout + done.stderr)[-500:]}")
            counts = re.findall(
                r"(\d+) rows (exclusive to table A|exclusive to table B|updated)", done.stdout
            )
            return told | {"found": {what: int(count) for count, what in counts}}
        call: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        told["call_cpu_s"] = round(call["client_cpu_s"] + spent, 2)
        return told | call

    def _server_cpu(self) -> float:
        return _of_tree(self.server.process.pid)


def run() -> dict[str, Any]:
    """Goals: see `benchmarks/README.md`."""
    with bench(ROWS) as b:
        pg, copy, damaged = b.postgres("source"), b.postgres("copy"), b.postgres("target")
        duck = f"duckdb:///{b.folder / 'target.duckdb'}"
        at = f"#public.{TABLE}"
        figures: dict[str, Any] = {
            "floor_record_hash": _median(RUNS, lambda: _floor(b, RECORD_HASH)),
            "floor_binary_copy": _median(RUNS, lambda: _floor(b, None)),
            "postgresql": _median(RUNS, lambda: b.ours(pg + at, damaged + at)),
            "postgresql_same": _median(RUNS, lambda: b.ours(pg + at, copy + at)),
            "postgresql_stream": _median(RUNS, lambda: b.ours(pg + at, damaged + at, "stream")),
            "postgresql_duckdb": _median(RUNS, lambda: b.ours(pg + at, f"{duck}#main.{TABLE}")),
            "reladiff_postgresql": _median(PEER_RUNS, lambda: b.reladiff(pg, damaged)),
            "reladiff_postgresql_same": _median(PEER_RUNS, lambda: b.reladiff(pg, copy)),
            "reladiff_postgresql_all_columns": _median(
                1, lambda: b.reladiff(pg, damaged, without=())
            ),
            "reladiff_postgresql_duckdb": _median(
                1,
                lambda: b.reladiff(
                    pg, f"duckdb://{b.folder / 'target.duckdb'}", without=NOT_ON_DUCKDB
                ),
            ),
        }
        with slow_link(b.server.port, megabits=100) as port:
            far = (b.postgres("source", port=port) + at, b.postgres("target", port=port) + at)
            figures["link_100_mbit_auto"] = _median(1, lambda: b.ours(*far))
            figures["link_100_mbit_stream"] = _median(1, lambda: b.ours(*far, "stream"))
    return figures | {"ratios": _ratios(figures)}


def _ratios(f: dict[str, Any]) -> dict[str, float]:
    def ratio(one: str, other: str, what: str, whose: str = "") -> float:
        return float(round(f[one][what] / f[other][whose or what], 2))

    return {
        "reladiff_to_ours_wall_process": ratio(
            "reladiff_postgresql", "postgresql", "process_wall_s"
        ),
        "reladiff_to_ours_cpu_process": ratio("reladiff_postgresql", "postgresql", "process_cpu_s"),
        "reladiff_to_ours_wall_call": ratio(
            "reladiff_postgresql", "postgresql", "process_wall_s", "wall_s"
        ),
        "reladiff_to_ours_cpu_call": ratio(
            "reladiff_postgresql", "postgresql", "process_cpu_s", "call_cpu_s"
        ),
        "checksum_to_floor_wall": ratio("postgresql", "floor_record_hash", "wall_s"),
        "checksum_same_to_floor_wall": ratio("postgresql_same", "floor_record_hash", "wall_s"),
        "stream_to_floor_wall": ratio("postgresql_stream", "floor_binary_copy", "wall_s"),
        "slow_link_stream_to_auto": ratio("link_100_mbit_stream", "link_100_mbit_auto", "wall_s"),
    }


RECORD_HASH = f"""
SELECT bucket, count(*), bit_xor(h), sum(h >> 32)::bigint, sum(h & 4294967295)::bigint FROM (
  SELECT {KEY} >> 9 AS bucket, hash_record_extended(s, 0) AS h FROM {TABLE} AS s OFFSET 0
) AS x GROUP BY 1
"""


def _floor(b: Bench, sql: str | None) -> dict[str, Any]:
    """A statement on both sides at once; None: a binary COPY of both, thrown away."""
    server, cpu, began = _of_tree(b.server.process.pid), time.process_time(), time.perf_counter()

    def ask(database: str) -> None:
        with b.server.connect(database) as session:
            if sql is not None:
                session.execute(sql.encode()).fetchall()
                return
            with session.cursor().copy(f"COPY {TABLE} TO STDOUT (FORMAT binary)".encode()) as copy:
                for _ in copy:
                    pass

    threads = [threading.Thread(target=ask, args=(name,)) for name in ("source", "target")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    wall, used = time.perf_counter() - began, time.process_time() - cpu
    time.sleep(0.1)
    spent = _of_tree(b.server.process.pid) - server
    return {"wall_s": round(wall, 3), "cpu_s": round(used + spent, 2)}


def _median(runs: int, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Number by number the median of several runs; what is no number is the last run's."""
    every = [measure() for _ in range(runs)]
    return {
        name: round(statistics.median(each[name] for each in every), 3)
        if isinstance(value, int | float)
        else value
        for name, value in every[-1].items()
    } | {"runs": runs, "load": round(os.getloadavg()[0], 2)}


@contextmanager
def bench(rows: int, planted: Planted = PLANTED, *, copies: bool = True) -> Iterator[Bench]:
    """PostgreSQL databases `source`, `target` and (a faultless) `copy`, and a DuckDB file of the target."""
    with running_server() as server, tempfile.TemporaryDirectory() as folder:
        server.create_role(ROLE, PASSWORD)
        numbers = f"generate_series(0::bigint, {rows - 1}) AS r(i)"
        damage = {"source": [], "target": planting_sql(rows, planted)}
        for name, more in (damage | ({"copy": []} if copies else {})).items():
            server.create_database(name)
            with server.connect(name) as session:
                _fill(session, source_sql(numbers), more)
        if copies:
            _fill_duckdb(Path(folder) / "target.duckdb", rows, damage["target"])
        yield Bench(server, Path(folder), _peer() if copies else Path())


def _fill(session: psycopg.Connection[Any], source: str, damage: list[str]) -> None:
    keyed = f"ALTER TABLE {TABLE} ADD PRIMARY KEY ({KEY})"
    grant = f"GRANT SELECT ON {TABLE} TO {ROLE}"
    for statement in (source, *damage, keyed, f"VACUUM (FREEZE, ANALYZE) {TABLE}", grant):
        session.execute(statement.encode())


def _fill_duckdb(path: Path, rows: int, damage: list[str]) -> None:
    with duckdb_file(path) as database:
        database.execute("SET TimeZone = 'UTC'")
        for statement in (source_sql(f"range({rows}) AS r(i)"), *damage):
            database.execute(statement)


def _peer() -> Path:
    """reladiff in an environment of its own, made once."""
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "ombudsman" / "peers"
    if not (home / "bin" / "reladiff").is_file():
        venv.create(home, with_pip=True)
        pip = [str(home / "bin" / "pip"), "install", "--quiet", "--requirement", str(PEERS)]
        subprocess.run(pip, check=True)
    return home
