"""`make bench`: measures, and writes `benchmarks/results/<name>.json`.

    python -m benchmarks            all of them
    python -m benchmarks help memory

Each benchmark runs in a process of its own, so that none sees the memory or the caches of another.
"""

import datetime as dt
import importlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

NAMES = (
    "api",
    "catalogue",
    "fusion",
    "help_speed",
    "load",
    "mapping",
    "mapping_large",
    "memory",
    "relationships",
    "results_page",
    "rows",
    "rows_large",
    "sqlserver",
    "star",
    "workload",
)
RESULTS = Path(__file__).parent / "results"


def measure(name: str) -> None:
    """Runs one benchmark here and writes its figures."""
    load = round(os.getloadavg()[0], 1)
    figures = importlib.import_module(f"benchmarks.{name}").run()
    told = {
        "benchmark": name,
        "measured": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}",
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "load before": load,  # above 0: the times are too long, and were shared with others
        },
        "figures": figures,
    }
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(told, indent=2, default=str)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def main(names: list[str]) -> int:
    if len(names) == 2 and names[0] == "--here":
        measure(names[1])
        return 0
    chosen = [known for known in NAMES if not names or any(known.startswith(n) for n in names)]
    if not chosen:
        print(f"there are: {', '.join(NAMES)}")
        return 2
    codes = [
        subprocess.run([sys.executable, "-m", "benchmarks", "--here", name], check=False).returncode
        for name in chosen
    ]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
