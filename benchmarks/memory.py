"""How much memory does a run take, and does it grow with the tables?

The demo from end to end at one million sales (databases made, validated, reports written), then its pipeline alone at
one and at eight million: DuckDB lives in our process there, with `memory_limit: 256MB` for each side and a spill
folder. Then the thirty-five checks of `fusion.py` on PostgreSQL at two hundred thousand and at two million rows: there
the process is ours alone. The figure is the peak of the resident set of the whole process, as the kernel counted it.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SMALL, LARGE = 1_000_000, 8_000_000
SMALL_POSTGRES, LARGE_POSTGRES = 200_000, 2_000_000

PROGRAM = (
    "import resource, subprocess, sys;"
    "subprocess.run([sys.executable, '-m', 'ombudsman', *sys.argv[1:]], stdout=subprocess.DEVNULL);"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
)
CLIENT = (
    "import sys; from benchmarks.memory import client_peak; print(client_peak(int(sys.argv[1])))"
)


def run() -> dict[str, Any]:
    """Peaks in MiB. Goals: the demo under 1,024; the run's own peak does not grow with the table."""
    with tempfile.TemporaryDirectory() as folder:
        demo = _peak(PROGRAM, "demo", "--rows", str(SMALL), "--dir", f"{folder}/small", cwd=folder)
        small = _peak(PROGRAM, "run", "retail.yaml", cwd=f"{folder}/small")
        _peak(PROGRAM, "demo", "--rows", str(LARGE), "--dir", f"{folder}/large", cwd=folder)
        large = _peak(PROGRAM, "run", "retail.yaml", cwd=f"{folder}/large")
    client_small = _peak(CLIENT, str(SMALL_POSTGRES), cwd=".")
    client_large = _peak(CLIENT, str(LARGE_POSTGRES), cwd=".")
    return {
        "demo_1m_peak_mib": demo,
        "run_1m_peak_mib": small,
        "run_8m_peak_mib": large,
        "growth_for_8x_rows_duckdb_in_process": round(large / small, 2),
        "postgresql_client_200k_peak_mib": client_small,
        "postgresql_client_2m_peak_mib": client_large,
        "growth_for_10x_rows_postgresql": round(client_large / client_small, 2),
        "goal": "demo under 1,024 MiB; memory does not grow with the table",
    }


def client_peak(rows: int) -> int:
    """The peak of this process after all checks on a PostgreSQL table of so many rows, in MiB."""
    from benchmarks.fusion import checks, distinct_checks
    from benchmarks.sides import postgres_sides
    from ombudsman.model.pipeline import Pipeline
    from ombudsman.pipeline.runner import run_pipeline
    from ombudsman.pipeline.session import Session

    with postgres_sides(rows) as sides, Session(sides.source, sides.target) as session:
        steps = (*checks(sides.schema), *distinct_checks(sides.schema))
        run_pipeline(
            Pipeline(name="memory", source="source", target="target", steps=steps), session
        )
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _peak(code: str, *words: str, cwd: str) -> int:
    """What the code prints last; in a child of its own, for the kernel keeps the maximum."""
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, cwd=Path(cwd), check=True, capture_output=True, text=True)
    return int(done.stdout.strip().splitlines()[-1])
