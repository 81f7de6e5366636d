"""How long does it take to find a mapping between five thousand tables and five thousand, and how much memory?

One process, by names alone, at L1 and at L3 of the rename suite; see `many_tables`.
"""

import resource
import time
from typing import Any

from tests.mapping.renamed import renamed
from tests.mapping.suite import Case, Tally

from benchmarks.many_tables import many_tables
from ombudsman.mapping.suggest import suggest_mapping

TABLES = 5_000


def run(count: int = TABLES) -> dict[str, Any]:
    """Seconds of the wall and of the processor, memory, and how much of the truth is found."""
    figures: dict[str, Any] = {"tables": count}
    for level in (1, 3):
        source = many_tables(count)
        done = renamed(source, level, 1)
        clock, cpu = time.perf_counter(), time.process_time()
        found = suggest_mapping(source, done.target)
        seconds, cpu_seconds = time.perf_counter() - clock, time.process_time() - cpu
        told = Tally()
        told.add(Case("many", level, 1, source, done), found)
        figures[f"L{level}"] = {
            "wall_s": round(seconds, 1),
            "cpu_s": round(cpu_seconds, 1),
            "columns": sum(len(table.columns) for table in source.tables),
            "tables_f1": told.figures["tables_f1"],
            "columns_precision": told.figures["columns_precision"],
            "columns_recall": told.figures["columns_recall"],
        }
    figures["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return figures
