"""The README shows what really happens: the lines of its output are lines that the demo prints."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_output_in_the_readme_is_what_the_demo_prints(tmp_path: Path):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"```text\n(Making a source.*?)```", readme, re.DOTALL)
    assert found, "the README shows no output of the demo"
    demo = subprocess.run(
        [sys.executable, "-m", "ombudsman", "demo"],
        cwd=tmp_path,
        env={"COLUMNS": "100", "PATH": "", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert demo.returncode == 0, demo.stdout[-2000:] + demo.stderr[-2000:]
    printed = {_steady(line) for line in demo.stdout.splitlines()}
    shown = [line for line in found[1].splitlines() if line.strip() and line.strip() != "..."]
    missing = [line for line in shown if _steady(line) not in printed]
    assert not missing


def _steady(line: str) -> str:
    """The line without what changes from run to run: times, and the run's name."""
    line = re.sub(r"\d{8}T\d{6}-[0-9a-f]{6}", "RUN", line)
    return re.sub(r"\d+(\.\d+)? (ms|s)\b", "TIME", line).strip()
