"""TPC-DS data, made offline by DuckDB's own generator, in an environment of its own.

The generator is an extension for one version of DuckDB, which need not be ours: it runs in a virtual environment apart,
and hands its tables over as Parquet. They are kept in the user's cache, so that only the first run waits for them.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ombudsman.connections.samples import duckdb_file

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "tpcds.lock"

SCALE = 1
"""From this scale on stores, call centres and web sites have versions."""

TABLES = {
    "item": "true",
    "store": "true",
    "call_center": "true",
    "web_site": "true",
    "customer": "true",
    "date_dim": "true",
    "store_sales": "ss_ticket_number % 20 = 0",
}
"""The tables that are kept, and which of their rows."""

PROGRAM = """
import sys
from pathlib import Path

import duckdb
import duckdb_extension_tpcds

folder, scale, *tables = sys.argv[1:]
(extension,) = Path(duckdb_extension_tpcds.__file__).parent.glob("extensions/*/tpcds.duckdb_extension")
database = duckdb.connect()
database.execute(f"LOAD '{extension}'")
database.execute(f"CALL dsdgen(sf = {scale})")
for table in tables:
    name, _, rows = table.partition(":")
    database.execute(f"COPY (SELECT * FROM {name} WHERE {rows}) TO '{folder}/{name}.parquet'")
"""


def tpcds_folder() -> Path:
    """A folder with a Parquet file per table; the test is skipped where the generator cannot be installed."""
    kept = _cache() / f"tpcds-{_fingerprint()}"
    if not kept.is_dir():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as scratch:
            made = Path(scratch) / "made"
            made.mkdir()
            _generate(_environment(Path(scratch) / "environment"), made)
            if not kept.is_dir():  # another process may have been quicker
                made.rename(kept)
    return kept


def tpcds_database(path: Path, folder: Path, *changes: str) -> Path:
    """A DuckDB file of the tables of the folder, after the changes."""
    with duckdb_file(path) as database:
        for table in TABLES:
            database.execute(
                f"CREATE TABLE {table} AS SELECT * FROM read_parquet('{folder / table}.parquet')"
            )
        for change in changes:
            database.execute(change)
    return path


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "ombudsman"


def _fingerprint() -> str:
    """Of all that the data depend on."""
    told = f"{LOCK.read_text('utf-8')}{PROGRAM}{SCALE}{sorted(TABLES.items())}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _environment(folder: Path) -> Path:
    """Its Python, with the generator installed by the hashes of the lock."""
    python = folder / "bin" / "python"
    install = ("install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r")
    steps: list[list[str | Path]] = [
        [sys.executable, ROOT / "tools" / "make_venv.py", folder],
        [python, "-m", "pip", *install, LOCK],
    ]
    try:
        for step in steps:
            subprocess.run(step, check=True, capture_output=True, text=True, timeout=240)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        told = str(error.stderr or "").strip().splitlines()
        pytest.skip(f"the generator cannot be installed: {told[-1] if told else error}")
    return python


def _generate(python: Path, folder: Path) -> None:
    tables = [f"{name}:{rows}" for name, rows in TABLES.items()]
    command: list[str | Path] = [python, "-c", PROGRAM, folder, str(SCALE), *tables]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    if done.returncode:
        shutil.rmtree(folder)
        raise RuntimeError(f"the generator failed:\n{done.stderr}")
