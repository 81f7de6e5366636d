"""The environment in which the stand-in runs: made by the tests, once for each lock, and kept in the user's cache.

The emulator wants an older driver and a newer DuckDB than the program, so it cannot live beside it.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOCK = ROOT / "requirements" / "snowflake_standin.lock"


def standin_python() -> Path:
    """The environment's Python; the test is skipped where its packages cannot be had."""
    kept = _cache() / f"snowflake-standin-{_fingerprint()}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run in several processes
        if not kept.is_dir():
            unfinished = kept.with_suffix(".part")
            shutil.rmtree(unfinished, ignore_errors=True)
            _make(unfinished)
            unfinished.rename(kept)
    return kept / "bin" / "python"


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "ombudsman"


def _fingerprint() -> str:
    told = f"{LOCK.read_text('utf-8')}{sys.version}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _make(folder: Path) -> None:
    """An environment that is never activated may be moved: its programs are run as modules."""
    install = ("install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r")
    steps: list[list[str | Path]] = [
        [sys.executable, ROOT / "tools" / "make_venv.py", folder],
        [folder / "bin" / "python", "-m", "pip", *install, LOCK],
    ]
    try:
        for step in steps:
            subprocess.run(step, check=True, capture_output=True, text=True, timeout=240)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        told = str(error.stderr or "").strip().splitlines()
        pytest.skip(f"the Snowflake emulator cannot be installed: {told[-1] if told else error}")
