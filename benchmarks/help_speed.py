"""Does `ombudsman --help` answer at once?

Against the least that a Typer program costs: `python -c "import typer"`. In turn, fifteen times, medians.
"""

import statistics
import subprocess
import sys
import time
from typing import Any

TIMES = 15
HELP = [sys.executable, "-m", "ombudsman", "--help"]
TYPER = [sys.executable, "-c", "import typer"]


def run() -> dict[str, Any]:
    """Seconds of each, as medians, and the median of the ratios pair by pair. Goal: at most 4."""
    pairs = [(_seconds(HELP), _seconds(TYPER)) for _ in range(TIMES + 1)][1:]
    return {
        "help_s": round(statistics.median(help_s for help_s, _ in pairs), 3),
        "import_typer_s": round(statistics.median(typer_s for _, typer_s in pairs), 3),
        "ratio": round(statistics.median(help_s / typer_s for help_s, typer_s in pairs), 2),
        "goal": "at most 4",
    }


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began
