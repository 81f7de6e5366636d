"""How well and how fast are mappings found?

The rename suite over twenty seeds, with values and by names alone; ports that people made; tables that were split in
two; and COMA of valentine on the same renamed tables, where the environment
variable VALENTINE_PYTHON names a Python that has it (`benchmarks/mapping_peers.in`).
"""

import json
import os
import random
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.mapping.domains import meta
from tests.mapping.renamed import Renamed
from tests.mapping.suite import HELD_OUT, OWN, SHARED, Case, Tally, cases, f1, tally

from ombudsman.mapping.names import letters
from ombudsman.mapping.suggest import suggest_mapping
from ombudsman.model.tables import Catalogue, Table, TableRef

SEEDS = range(20)
GROUPS = {"own": OWN, "shared": SHARED, "held_out": HELD_OUT}
BANDS = (0.0, 0.6, 0.75, 0.9, 0.97)
PORTS = {
    "northwind": ("northwind_pg", "northwind_sqlite"),
    "chinook": ("chinook_pg", "chinook_sqlite", "chinook_mysql", "chinook_oracle", "chinook_db2"),
}
DRIVER = Path(__file__).with_name("coma_driver.py")


def run(seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """All figures."""
    return {
        "renamed": {
            f"L{level}_{'with_values' if values else 'by_names'}": {
                group: tally(names, level, seeds, values=values).figures
                for group, names in GROUPS.items()
            }
            for level in (1, 2, 3)
            for values in (False, True)
        },
        "confidence": {
            "with_values" if values else "by_names": reliability(seeds, values=values)
            for values in (False, True)
        },
        "ports": {
            f"{here} -> {there}": port(here, there)
            for here, all_ in PORTS.items()
            for there in all_
        },
        "split": split_tables(seeds),
        "beside_coma": beside_coma(seeds[:5]),
    }


# ------------------------------------------------------------ how sure


def reliability(seeds: Sequence[int], *, values: bool) -> dict[str, dict[str, float]]:
    """Of the column pairs of each band of confidence, how many were right; at L3 and at L4 together."""
    counts = {band: [0, 0] for band in BANDS}
    for level in (3, 4):
        for case in cases((*OWN, *SHARED, *HELD_OUT), level, seeds):
            for table in case.suggested(values=values).tables:
                for column in table.columns:
                    band = max(each for each in BANDS if each <= column.confidence)
                    truth = case.done.columns.get((table.source, column.source))
                    counts[band][0] += truth == (table.target, column.target)
                    counts[band][1] += 1
    return {
        f"from {band}": {"pairs": pairs, "right": round(right / max(1, pairs), 4)}
        for band, (right, pairs) in counts.items()
    }


# ------------------------------------------------------------ ports


def port(source: str, target: str) -> dict[str, float]:
    """F1 of tables and columns; in these ports names differ by spelling, and one by a plural."""
    here, there = meta(source), meta(target)
    done = _truth(here, there)
    found = Tally()
    found.add(Case(source, 0, 0, here, done), suggest_mapping(here, there))
    return {key: found.figures[key] for key in ("tables_f1", "columns_f1", "columns")}


def _truth(source: Catalogue, target: Catalogue) -> Renamed:
    by_name = {_plain(table.ref.name): table for table in target.tables}
    tables: dict[TableRef, TableRef] = {}
    columns: dict[tuple[TableRef, str], tuple[TableRef, str]] = {}
    for table in source.tables:
        answer = by_name[_plain(table.ref.name)]
        names = {letters(name): name for name in answer.column_names}
        tables[table.ref] = answer.ref
        for name in table.column_names:
            if letters(name) in names:
                columns[table.ref, name] = (answer.ref, names[letters(name)])
    return Renamed(target, tables, columns)


def _plain(name: str) -> str:
    return letters(name).removesuffix("s")


# ------------------------------------------------------------ split tables


def split_tables(seeds: Sequence[int]) -> dict[str, Any]:
    """F1 of the columns, where of the targets with six columns and more a quarter was cut in two; at L2."""
    found = Tally()
    cut = seen = 0
    for case in cases(OWN, 2, seeds):
        done, parts = _split(case.done, random.Random(case.seed))  # noqa: S311 - the same cuts each time
        suggestion = suggest_mapping(case.source, done.target)
        found.add(Case(case.name, 2, case.seed, case.source, done), suggestion)
        cut += len(parts)
        paired = {(table.source, table.target) for table in suggestion.tables}
        seen += sum((source, part) in paired for part, source in parts.items())
    return {"tables_cut": cut, "both_parts_found": seen, "columns_f1": found.figures["columns_f1"]}


def _split(done: Renamed, draw: random.Random) -> tuple[Renamed, dict[TableRef, TableRef]]:
    """The first half of the columns stays, with the key; the others go to a table of a longer name, with it too."""
    source_of = {target: source for source, target in done.tables.items()}
    tables: list[Table] = []
    parts: dict[TableRef, TableRef] = {}
    columns = dict(done.columns)
    for table in done.target.tables:
        source = source_of.get(table.ref)
        key = set(table.primary_key.columns) if table.primary_key else set()
        real = [name for ref, name in done.columns.values() if ref == table.ref and name not in key]
        if source is None or not key or len(real) < 6 or draw.random() > 0.25:
            tables.append(table)
            continue
        moved = set(real[len(real) // 2 :])
        part = TableRef(schema=table.ref.schema_name, name=f"{table.ref.name}_EXT")
        kept = tuple(c for c in table.columns if c.name not in moved)
        gone = tuple(c for c in table.columns if c.name in moved | key)
        tables += [
            table.model_copy(update={"columns": kept}),
            Table(ref=part, columns=gone, primary_key=table.primary_key),
        ]
        parts[part] = source
        for here, there in done.columns.items():
            if there[0] == table.ref and there[1] in moved:
                columns[here] = (part, there[1])
    target = done.target.model_copy(update={"tables": tuple(tables)})
    return Renamed(target, done.tables, columns), parts


# ------------------------------------------------------------ COMA


def beside_coma(seeds: Sequence[int]) -> dict[str, Any]:
    """F1 of the columns at L3 of ours, who looks for the tables too, and of COMA, who is given the true pairs."""
    python = os.environ.get("VALENTINE_PYTHON")
    if python is None:
        return {"not measured": "set VALENTINE_PYTHON; see benchmarks/mapping_peers.in"}
    told = list(cases((*OWN, *SHARED), 3, seeds))
    ours = Tally()
    clock = time.perf_counter()
    for case in told:
        ours.add(case, case.suggested(values=False))
    seconds = time.perf_counter() - clock
    return {
        "ours": {"columns_f1": ours.figures["columns_f1"], "seconds": round(seconds, 1)},
        "coma": _coma(python, told),
    }


def _coma(python: str, told: Sequence[Case]) -> dict[str, Any]:
    truths: list[dict[str, str]] = []
    asked: list[list[dict[str, str]]] = []
    for case in told:
        there = {table.ref: table for table in case.done.target.tables}
        for table in case.source.tables:
            answer = case.done.tables.get(table.ref)
            if answer is None:
                continue
            asked.append([_frame(table), _frame(there[answer])])
            truths.append(
                {here: to[1] for (ref, here), to in case.done.columns.items() if ref == table.ref}
            )
    answer_text = subprocess.run(
        [python, str(DRIVER)], input=json.dumps(asked), capture_output=True, text=True, check=True
    ).stdout
    answered = json.loads(answer_text.strip().splitlines()[-1])
    scored = [
        (score, truth.get(here) == there)
        for truth, pairs in zip(truths, answered["pairs"], strict=True)
        for here, there, score in pairs
    ]
    true = sum(map(len, truths))
    return {
        "columns_f1_at_its_best_threshold": max(
            f1(sum(r for s, r in scored if s >= cut), sum(s >= cut for s, _ in scored), true)
            for cut in (n / 20 for n in range(20))
        ),
        "seconds": answered["seconds"],
    }


def _frame(table: Table) -> dict[str, str]:
    """The columns with the types that a data frame would have."""
    kinds = {"integer": "int64", "decimal": "float64", "float": "float64", "boolean": "bool"}
    kinds |= {"date": "datetime64[ns]", "timestamp": "datetime64[ns]"}
    return {column.name: kinds.get(column.data_type.kind, "object") for column in table.columns}
