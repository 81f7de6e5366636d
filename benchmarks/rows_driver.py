"""One comparison in a process of its own: `python -m benchmarks.rows_driver SOURCE TARGET STRATEGY [ROWS_FILE]`.

Prints what it took from the first connection to the result, and what was found, as JSON.
"""

import json
import sys
import time
from pathlib import Path

from benchmarks.row_data import KEY
from ombudsman.model.tables import TableRef
from ombudsman.pipeline.compare import compared_run


def main(source: str, target: str, strategy: str, rows_file: str | None = None) -> None:
    sides = [side.rpartition("#") for side in (source, target)]
    cpu, began = time.process_time(), time.perf_counter()
    run = compared_run(
        sides[0][0],
        TableRef.parse(sides[0][2]),
        sides[1][0],
        TableRef.parse(sides[1][2]),
        params={"key": [KEY], "strategy": strategy, "limit": 100_000_000},
        rows_file=Path(rows_file) if rows_file else None,
    )
    result = run.steps[0].result
    assert result is not None
    assert result.rows is not None
    told = {
        "wall_s": round(time.perf_counter() - began, 3),
        "client_cpu_s": round(time.process_time() - cpu, 3),
        "peak_mib": _peak_mib(),
        "found": {kind.value: count for kind, count in result.found.items()},
        "strategy": result.rows.strategy,
        "why": result.rows.why[0],
    }
    print(json.dumps(told))


def _peak_mib() -> int:
    """The most that was resident; what `getrusage` says would count the parent's too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(each for each in status.splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) >> 10


if __name__ == "__main__":
    main(*sys.argv[1:])
