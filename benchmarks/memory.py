"""How much memory does a run take, and does it grow with the tables?

The demo from end to end at one million sales (databases made, validated, reports written), then its pipeline alone at
one and at eight million. The figure is the peak of the resident set of the whole process, as the kernel counted it.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SMALL, LARGE = 1_000_000, 8_000_000


def run() -> dict[str, Any]:
    """Peaks in MiB. Goals: the demo under 1,024; the run's own peak does not grow with the table."""
    with tempfile.TemporaryDirectory() as folder:
        demo = _peak(["demo", "--rows", str(SMALL), "--dir", f"{folder}/small"], cwd=folder)
        small = _peak(["run", "retail.yaml"], cwd=f"{folder}/small")
        _peak(["demo", "--rows", str(LARGE), "--dir", f"{folder}/large"], cwd=folder)
        large = _peak(["run", "retail.yaml"], cwd=f"{folder}/large")
    return {
        "demo_1m_peak_mib": demo,
        "run_1m_peak_mib": small,
        "run_8m_peak_mib": large,
        "growth_for_8x_rows": round(large / small, 2),
        "goal": "demo under 1,024 MiB; the run does not grow with the table",
    }


def _peak(words: list[str], *, cwd: str) -> int:
    """The peak resident set of `ombudsman WORDS`, in MiB; measured in a child, for the kernel keeps the maximum."""
    code = (
        "import resource, subprocess, sys;"
        "subprocess.run([sys.executable, '-m', 'ombudsman', *sys.argv[1:]], stdout=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=Path(cwd),
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stdout.strip().splitlines()[-1]) // 1024
