"""The tables of TPC-DS and TPC-H, made offline by DuckDB's own generators, in an environment of their own.

The generators are extensions for one version of DuckDB, which need not be ours. They hand the tables over as Parquet,
which is kept in the user's cache.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements" / "tpc.lock"

PROGRAM = """
import importlib
import sys
from pathlib import Path

import duckdb

for name, call in (("tpcds", "dsdgen(sf = 0.1)"), ("tpch", "dbgen(sf = 0.02)")):
    module = importlib.import_module(f"duckdb_extension_{name}")
    (extension,) = Path(module.__file__).parent.glob(f"extensions/*/{name}.duckdb_extension")
    database = duckdb.connect()
    database.execute(f"LOAD '{extension}'")
    database.execute(f"CALL {call}")
    folder = Path(sys.argv[1]) / name
    folder.mkdir()
    for (table,) in database.execute("SELECT table_name FROM duckdb_tables()").fetchall():
        database.execute(f"COPY {table} TO '{folder}/{table}.parquet'")
"""


def tpc_folder() -> Path:
    """A folder with `tpcds` and `tpch`, a Parquet file per table in each.

    Raises:
        subprocess.CalledProcessError: the generators cannot be installed here.
    """
    fingerprint = hashlib.sha256(f"{LOCK.read_text('utf-8')}{PROGRAM}".encode()).hexdigest()[:16]
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    kept = Path(home) / "ombudsman" / f"tpc-{fingerprint}"
    if not kept.is_dir():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as scratch:
            made = Path(scratch) / "made"
            made.mkdir()
            _run(_environment(Path(scratch) / "environment"), "-c", PROGRAM, made)
            made.rename(kept)
    return kept


def _environment(folder: Path) -> Path:
    python = folder / "bin" / "python"
    _run(Path(sys.executable), ROOT / "tools" / "make_venv.py", folder)
    install = ("install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r")
    _run(python, "-m", "pip", *install, LOCK)
    return python


def _run(python: Path, *arguments: str | Path) -> None:
    subprocess.run([python, *arguments], check=True, timeout=600)
