"""Is a workload read right, and fast enough?

2,500 statements from templates of real T-SQL constructs, labelled with the tables that each uses: how many are parsed,
how many uses of tables are right, and how many statements are read in a second, parsing, resolving and all. Several
seeds, for one may be lucky.
"""

import time
from typing import Any

from tests.mapping.catalogues import catalogue
from tests.workload.corpus import (
    COLUMNS,
    DATABASE,
    SCHEMAS,
    TABLES,
    TEMPLATES,
    WRITES,
    Labelled,
    corpus,
)

from ombudsman.model.tables import Catalogue, Column, Table, TableRef
from ombudsman.model.types import Integer
from ombudsman.workload.analyze import analyze
from ombudsman.workload.collect import facts_of
from ombudsman.workload.known_tables import KnownTables
from ombudsman.workload.pattern import pattern_text
from ombudsman.workload.recorded import Recorded
from ombudsman.workload.statements import read_statements

COUNT = 2_500
SEEDS = (11, 12, 13, 14)


def run() -> dict[str, Any]:
    known = _catalogue()
    by_seed = [_figures(tuple(corpus(COUNT, seed=seed)), known) for seed in SEEDS]
    return {
        "templates": len(TEMPLATES) + len(WRITES),
        "statements": COUNT * len(SEEDS),
        "goals": {"parsed_select_share": 0.995, "queries_per_second": 100, "tables_wrong": 0},
        "by_seed": dict(zip(SEEDS, by_seed, strict=True)),
    }


def _catalogue() -> Catalogue:
    columns = tuple(Column(name=each, native_type="int", data_type=Integer()) for each in COLUMNS)
    refs = (TableRef(schema=schema, name=name) for schema in SCHEMAS for name in TABLES)
    found = catalogue(*(Table(ref=ref, columns=columns) for ref in refs))
    return found.model_copy(update={"database": DATABASE})


def _figures(labelled: tuple[Labelled, ...], known: Catalogue) -> dict[str, Any]:
    reads = [each for each in labelled if each.is_read]
    parsed = sum(all(s.unread is None for s in read_statements(each.text).all) for each in reads)
    wrong = sum(not _is_right(each, known) for each in labelled)
    recorded = [Recorded(text=each.text) for each in labelled]
    began, cpu = time.perf_counter(), time.process_time()
    workload = analyze(recorded, known)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    return {
        "selects": len(reads),
        "parsed_select_share": round(parsed / len(reads), 5),
        "tables_wrong": wrong,
        "patterns": len(workload.patterns),
        "patterns_read_back": sum(_is_read_back(each.text) for each in workload.patterns),
        "queries_per_second": round(len(labelled) / seconds),
        "queries_per_second_of_cpu": round(len(labelled) / cpu),  # on a machine that is shared
    }


def _is_right(each: Labelled, known: Catalogue) -> bool:
    trees = [s.tree for s in read_statements(each.text).all]
    if len(trees) != 1 or trees[0] is None:
        return False
    facts = facts_of(trees[0], KnownTables(known))
    found = {(str(ref.schema_name), ref.name) for ref in facts.tables}
    return found == set(each.tables) and not facts.foreign


def _is_read_back(text: str) -> bool:
    trees = [s.tree for s in read_statements(text).all]
    return len(trees) == 1 and trees[0] is not None and pattern_text(trees[0]) == text
