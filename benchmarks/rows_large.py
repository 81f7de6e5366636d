"""Does a comparison of rows grow with the table no faster than the table, and does its memory stay bounded?

Ten million rows of the sixteen columns of `rows.py`, PostgreSQL on both sides: with 100, 50 and 50 differences, by
checksum and by stream; and with a million changed rows, all of which are written to a Parquet file. Each is a process
of its own; its memory is what it held at the most, DuckDB and all libraries with it.
"""

from pathlib import Path
from typing import Any

from benchmarks.row_bench import ROLE, bench
from benchmarks.row_data import TABLE, Planted, planting_sql

ROWS = 10_000_000
MANY = 1_000_000


def run() -> dict[str, Any]:
    """Goals: at most 11 times what a million rows take; 300 MB for checksum, 1 GB for stream."""
    at = f"#public.{TABLE}"
    with bench(ROWS, copies=False) as b:
        source, target = b.postgres("source") + at, b.postgres("target") + at
        figures = {
            "checksum": b.ours(source, target),
            "stream": b.ours(source, target, "stream"),
        }
        b.server.execute("postgres", "CREATE DATABASE many TEMPLATE source")
        for statement in (
            *planting_sql(ROWS, Planted(changed=MANY)),
            f"GRANT SELECT ON {TABLE} TO {ROLE}",
        ):
            b.server.execute("many", statement)
        file = Path(b.folder) / "rows.parquet"
        figures["a_million_changed"] = b.ours(source, b.postgres("many") + at, rows_file=str(file))
        figures["a_million_changed"]["parquet_mib"] = file.stat().st_size >> 20
    return figures
