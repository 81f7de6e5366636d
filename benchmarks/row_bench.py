"""The databases that row comparison is measured on, and whole processes measured over them: ours, and reladiff's.

PostgreSQL is a server of our own on the loopback, and its processor time counts with that of the process. reladiff is
installed once, by a lock with hashes, into an environment of its own; its sessions are told to be in UTC, for in any
other zone it takes instants that are the same for different ones.
"""

import hashlib
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from tests.postgres_server import PostgresServer, running_server

from benchmarks.row_data import CHANGES, COLUMNS, KEY, TABLE, Planted, planting_sql, source_sql
from benchmarks.sides import _of_tree
from ombudsman.connections.samples import duckdb_file

PLANTED = Planted(changed=100, missing=50, extra=50)
PEERS = Path(__file__).parent / "peers.lock"
PEER_THREADS = 4
ROLE, PASSWORD = "bench", "bench"
PATIENCE_S = 180

OTHERS = tuple(name for name in COLUMNS if name != KEY)
_COUNTED = re.compile(r"(\d+) rows (exclusive to table A|exclusive to table B|updated)")


@dataclass(frozen=True)
class Bench:
    """The databases, and where reladiff is installed."""

    server: PostgresServer
    folder: Path
    peer: Path

    def postgres(self, database: str, *, port: int | None = None) -> str:
        return f"postgresql://{ROLE}:{PASSWORD}@127.0.0.1:{port or self.server.port}/{database}"

    def server_cpu(self) -> float:
        return _of_tree(self.server.process.pid)

    def ours(
        self, source: str, target: str, strategy: str = "auto", *, rows_file: str = ""
    ) -> dict[str, Any]:
        """One comparison: the call, and the whole process around it."""
        words = [source, target, strategy, *([rows_file] if rows_file else [])]
        command = [sys.executable, "-m", "benchmarks.rows_driver", *words]
        told, output = self._measured(command)
        if "given_up_after_s" in told:
            return told
        call: dict[str, Any] = json.loads(output.splitlines()[-1])
        return told | {"call_cpu_s": round(call["client_cpu_s"] + told["server_cpu_s"], 2)} | call

    def reladiff(
        self,
        source: str,
        target: str,
        *,
        columns: Sequence[str] = OTHERS,
        zone: str | None = "UTC",
        planted: Planted = PLANTED,
    ) -> dict[str, Any]:
        """Its hashdiff over these columns; `zone` is that of its sessions, None: the server's own."""
        command = [str(self.peer / "bin" / "reladiff"), source, TABLE, target, TABLE, "-k", KEY]
        for name in columns:
            command += ["-c", name]
        command += ["--threads", str(PEER_THREADS), "--stats"]
        told, output = self._measured(command, {} if zone is None else {"PGTZ": zone})
        if "given_up_after_s" in told:
            return told
        counts = {what: int(count) for count, what in _COUNTED.findall(output)}
        if len(counts) != 3:
            return told | {"failed": output[-500:]}
        changed = planted.changed // len(CHANGES) * len({*CHANGES} & {*columns})
        false = counts["updated"] - changed
        return told | {"columns": len(columns), "found": counts, "updated_but_not_changed": false}

    def _measured(
        self, command: list[str], more: Mapping[str, str] | None = None
    ) -> tuple[dict[str, Any], str]:
        """What a process took, the server's share with it; and what it said."""
        before, server = resource.getrusage(resource.RUSAGE_CHILDREN), self.server_cpu()
        began = time.perf_counter()
        try:
            done = subprocess.run(
                command,
                check=False,
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                env={**os.environ, **(more or {})},
            )
        except subprocess.TimeoutExpired:
            return {"given_up_after_s": PATIENCE_S}, ""
        wall = time.perf_counter() - began
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]} {command[1:3]} failed:\n{done.stderr[-2000:]}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        time.sleep(0.1)  # until the server has counted its last backend
        used = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
        spent = self.server_cpu() - server
        told = {
            "process_wall_s": round(wall, 2),
            "process_cpu_s": round(used + spent, 2),
            "server_cpu_s": round(spent, 2),
        }
        return told, done.stderr + done.stdout


@contextmanager
def bench(rows: int, planted: Planted = PLANTED, *, copies: bool = True) -> Iterator[Bench]:
    """PostgreSQL databases `source`, `target` and (a faultless) `copy`, and a DuckDB file of the target."""
    with running_server() as server, tempfile.TemporaryDirectory() as folder:
        server.create_role(ROLE, PASSWORD)
        numbers = f"generate_series(0::bigint, {rows - 1}) AS r(i)"
        damage = planting_sql(rows, planted)
        wanted: dict[str, Sequence[str]] = {"source": (), "target": damage}
        for name, more in (wanted | ({"copy": ()} if copies else {})).items():
            server.create_database(name)
            with server.connect(name) as session:
                _fill(session, source_sql(numbers), more)
        if copies:
            _fill_duckdb(Path(folder) / "target.duckdb", rows, damage)
        yield Bench(server, Path(folder), _peer() if copies else Path())


def _fill(session: psycopg.Connection[Any], source: str, damage: Sequence[str]) -> None:
    keyed = f"ALTER TABLE {TABLE} ADD PRIMARY KEY ({KEY})"
    grant = f"GRANT SELECT ON {TABLE} TO {ROLE}"
    for statement in (source, *damage, keyed, f"VACUUM (FREEZE, ANALYZE) {TABLE}", grant):
        session.execute(statement.encode())


def _fill_duckdb(path: Path, rows: int, damage: Sequence[str]) -> None:
    with duckdb_file(path) as database:
        database.execute("SET TimeZone = 'UTC'")
        for statement in (source_sql(f"range({rows}) AS r(i)"), *damage):
            database.execute(statement)


def _peer() -> Path:
    """reladiff in an environment of its own, made once for a lock."""
    caches = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    lock = hashlib.sha256(PEERS.read_bytes()).hexdigest()[:12]
    home = caches / "ombudsman" / f"peers-{lock}"
    if not (home / "made").is_file():
        venv.create(home, with_pip=True, clear=True)
        pip = [str(home / "bin" / "pip"), "install", "-qq", "--require-hashes"]
        subprocess.run([*pip, "--requirement", str(PEERS)], check=True)
        (home / "made").touch()
    return home
