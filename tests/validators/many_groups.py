"""A check over a great many groups, in a process of its own: what it found, how long it took, and its peak of memory.

The target lacks some rows and has others changed by a cent; how many follows from the number of groups.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.validators.play import begin

from ombudsman.connections.config import load_config
from ombudsman.connections.connection import connect
from ombudsman.mapping.by_name import map_by_name
from ombudsman.measures.rounds import Rounds
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.tables import Side
from ombudsman.validators.pair import Tables

ROOT = Path(__file__).parents[2]
LOST_EVERY, CHANGED_EVERY = 1_000, 500


def _peak_mib() -> int:
    """What was resident at the most, of this program alone: `getrusage` would count who started it, too."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    lines = status.read_text(encoding="ascii").splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(peak) // 1024


def script(side: Side, groups: int, *, engine: str) -> str:
    """A table with one row per group; DuckDB and PostgreSQL understand it."""
    series = (
        f"range({groups}) AS r(i)"
        if engine == "duckdb"
        else f"generate_series(0::bigint, {groups - 1}) AS r(i)"
    )
    amount = "CAST(i * 7919 % 1000003 AS DECIMAL(12,2)) * 0.01"
    rows = ""
    if side is Side.TARGET:
        amount = f"{amount} + CASE WHEN i % {CHANGED_EVERY} = 3 THEN 0.01 ELSE 0 END"
        rows = f"WHERE i % {LOST_EVERY} <> 7"
    return f"CREATE TABLE sales AS SELECT i AS customer, CAST({amount} AS DECIMAL(12,2)) AS amount FROM {series} {rows}"


def expected(groups: int) -> dict[str, dict[str, int]]:
    """What each of the checks finds."""
    lost, changed = groups // LOST_EVERY, groups // CHANGED_EVERY
    return {
        "validate_record_counts": {"count_differs": lost},
        "validate_metric_sums": {"aggregate_differs": lost + changed},
    }


def measured(config: Path, validator: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Asks in a child; `config` names the two sides."""
    code = "import sys; from tests.validators.many_groups import main; main(*sys.argv[1:])"
    command = [sys.executable, "-c", code, str(config), validator, json.dumps(params)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def main(config: str, validator: str, params: str) -> None:
    """In the child."""
    settings = load_config(Path(config))
    with (
        connect("source", settings.connection("source")) as here,
        connect("target", settings.connection("target")) as there,
        here.open() as source,
        there.open() as target,
    ):
        readers = {Side.SOURCE: source, Side.TARGET: target}
        catalogues = {side: read_catalogue(reader) for side, reader in readers.items()}
        mapping = map_by_name(*catalogues.values()).mapping
        dialects = {side: each.connection.sql_dialect for side, each in readers.items()}
        pair = Tables(catalogues, mapping, dialects).pair(mapping.tables[0].source)
        began = time.perf_counter()
        with Rounds(readers) as rounds:
            begin(rounds, "it", pair, validator, json.loads(params))
            (ended,) = rounds.wait()
        seconds = time.perf_counter() - began
    if ended.error is not None:
        raise ended.error
    result = ended.value
    told = {
        "found": {kind.value: times for kind, times in result.found.items()},
        "figures_total": result.figures_total,
        "figures": len(result.figures),
        "findings": len(result.findings),
        "disagreeing_first": [figure.agrees for figure in result.figures]
        == sorted(figure.agrees for figure in result.figures),
        "seconds": seconds,
        "peak_mib": _peak_mib(),
    }
    sys.stdout.write(json.dumps(told))
