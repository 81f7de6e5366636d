"""How fast are rows compared, beside reladiff on the same data, and beside what cannot be beaten?

One million rows of sixteen typed columns; the target differs in 100 changed, 50 missing and 50 extra rows. Ours is told
twice: as a call in a process that runs already, and as a whole process, which begins with Python and all imports;
reladiff is a whole process. All take turns, so that what else the machine does falls on all alike.

The floors: one pass of PostgreSQL's own hash of a row over both sides, and a binary COPY of both sides, thrown away.
"""

import os
import statistics
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.row_bench import OTHERS, Bench, bench
from benchmarks.row_data import KEY, TABLE, Planted
from benchmarks.slow_link import slow_link

ROWS = 1_000_000
TURNS = 5
MEGABITS = 100

TAKEN_ON_DUCKDB = tuple(
    name for name in OTHERS if name not in {"store", "ordered", "shipped", "note"}
)
"""What reladiff takes between PostgreSQL and DuckDB: it refuses SMALLINT and DATE, and breaks on NULL in a row that it
believes to differ (`shipped`, `note`)."""

Case = Callable[[], dict[str, Any]]


def run() -> dict[str, Any]:
    """Goals: see `benchmarks/README.md`."""
    with bench(ROWS) as b:
        figures = _in_turn(_cases(b), TURNS) | _in_turn(_single_cases(b), 1)
        with slow_link(b.server.port, megabits=MEGABITS) as port:
            source, target = (_table(b.postgres(name, port=port)) for name in ("source", "target"))
            far: dict[str, Case] = {
                "link_100_mbit_auto": lambda: b.ours(source, target),
                "link_100_mbit_stream": lambda: b.ours(source, target, "stream"),
            }
            figures |= _in_turn(far, 1)
    return figures | {"ratios": _ratios(figures)}


def _table(url: str, schema: str = "public") -> str:
    return f"{url}#{schema}.{TABLE}"


def _cases(b: Bench) -> dict[str, Case]:
    """What is measured again and again."""
    source, copy, target = (b.postgres(name) for name in ("source", "copy", "target"))
    duckdb = _table(f"duckdb:///{b.folder / 'target.duckdb'}", "main")
    return {
        "floor_record_hash": lambda: _floor(b, RECORD_HASH),
        "postgresql": lambda: b.ours(_table(source), _table(target)),
        "reladiff_postgresql": lambda: b.reladiff(source, target),
        "postgresql_same": lambda: b.ours(_table(source), _table(copy)),
        "reladiff_postgresql_same": lambda: b.reladiff(source, copy, planted=Planted()),
        "postgresql_duckdb": lambda: b.ours(_table(source), duckdb),
        "floor_binary_copy": lambda: _floor(b, None),
        "postgresql_stream": lambda: b.ours(_table(source), _table(target), "stream"),
    }


def _single_cases(b: Bench) -> dict[str, Case]:
    """What is asked for its answer more than for its time."""
    source, target = b.postgres("source"), b.postgres("target")
    duckdb = f"duckdb://{b.folder / 'target.duckdb'}"
    without_doubles = [name for name in TAKEN_ON_DUCKDB if name != "weight"]
    return {
        "reladiff_in_the_servers_zone": lambda: b.reladiff(source, target, zone=None),
        "reladiff_postgresql_duckdb": lambda: b.reladiff(source, duckdb, columns=TAKEN_ON_DUCKDB),
        "reladiff_postgresql_duckdb_without_doubles": lambda: b.reladiff(
            source, duckdb, columns=without_doubles
        ),
    }


def _ratios(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    def ratio(one: str, other: str, what: str, whose: str = "") -> float:
        return float(round(figures[one][what] / figures[other][whose or what], 2))

    def beside(case: str) -> dict[str, float]:
        peer = f"reladiff_{case}"
        return {
            f"reladiff_to_our_process_wall_{case}": ratio(peer, case, "process_wall_s"),
            f"reladiff_to_our_process_cpu_{case}": ratio(peer, case, "process_cpu_s"),
            f"reladiff_to_our_call_wall_{case}": ratio(peer, case, "process_wall_s", "wall_s"),
            f"reladiff_to_our_call_cpu_{case}": ratio(peer, case, "process_cpu_s", "call_cpu_s"),
        }

    def above(case: str, floor: str) -> dict[str, float]:
        return {
            f"{case}_to_floor_wall": ratio(case, floor, "wall_s"),
            f"{case}_to_floor_cpu": ratio(case, floor, "call_cpu_s", "cpu_s"),
        }

    return {
        **beside("postgresql"),
        **beside("postgresql_same"),
        **above("postgresql", "floor_record_hash"),
        **above("postgresql_same", "floor_record_hash"),
        **above("postgresql_stream", "floor_binary_copy"),
        "slow_link_stream_to_auto": ratio("link_100_mbit_stream", "link_100_mbit_auto", "wall_s"),
    }


RECORD_HASH = f"""
SELECT bucket, count(*), bit_xor(h), sum(h >> 32)::bigint, sum(h & 4294967295)::bigint FROM (
  SELECT {KEY} >> 9 AS bucket, hash_record_extended(s, 0) AS h FROM {TABLE} AS s OFFSET 0
) AS x GROUP BY 1
"""


def _floor(b: Bench, sql: str | None) -> dict[str, Any]:
    """A statement on both sides at once; None: a binary COPY of both, thrown away."""
    server, cpu, began = b.server_cpu(), time.process_time(), time.perf_counter()

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
    time.sleep(0.1)  # until the server has counted its last backend
    return {"wall_s": round(wall, 3), "cpu_s": round(used + b.server_cpu() - server, 2)}


def _in_turn(cases: Mapping[str, Case], turns: int) -> dict[str, dict[str, Any]]:
    """Every case once, then every case again; number by number the median."""
    measured: dict[str, list[dict[str, Any]]] = {name: [] for name in cases}
    for _ in range(turns):
        for name, case in cases.items():
            load = round(os.getloadavg()[0], 2)
            measured[name].append(case() | {"load": load})
    return {name: _median(every) | {"runs": turns} for name, every in measured.items()}


def _median(every: list[dict[str, Any]]) -> dict[str, Any]:
    """What is no number is the last run's."""
    return {
        name: round(statistics.median(each[name] for each in every), 3)
        if isinstance(value, int | float)
        else value
        for name, value in every[-1].items()
    }
