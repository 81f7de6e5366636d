"""How many foreign keys are found whose declarations are hidden, and how often is a column's meaning told right?

Northwind, Chinook and pubs from the shared data, TPC-H and TPC-DS from their generators; primary keys declared, foreign
keys hidden. By names alone, and with the rows. Relations that are real and undeclared count as right where they are
found, and are not missed where they are not (`relationship_truth.py` lists them with their reasons).

Column meaning is held against the labels of `tests/relationships/labels`. Rules were written with Northwind, Chinook
and TPC-DS in view; pubs and TPC-H were held out. Their first outcome, before any rule was changed after it, is kept in
`FIRST_LOOK`. Both are also held against made-up catalogues, most of them unseen at first
(`relationship_catalogues.py`).
"""

import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.conftest import SHARED_DATA
from tests.real.databases import make_duckdb, read_meta
from tests.relationships.labelled import HELD_OUT, SEEN, labels, misses
from tests.relationships.schemas import schema

from benchmarks import relationship_truth as truth
from benchmarks.relationship_catalogues import by_round
from benchmarks.relationship_truth import Link
from benchmarks.tpc_tables import tpc_folder
from ombudsman.connections.connection import connect
from ombudsman.connections.samples import duckdb_file
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.measures.inclusion import LookedUp, look_up_relationships
from ombudsman.measures.profiles import key_profiles
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.profile import Profiles
from ombudsman.model.tables import Catalogue, Column, Table
from ombudsman.relationships.infer import infer_relationships, possible_links
from ombudsman.relationships.meaning import classify_columns
from ombudsman.relationships.proposal import Relationship
from ombudsman.sql.native_types import read_type

FIRST_LOOK = {"pubs": 0.906, "tpch": 0.967, "both": 0.936}
"""After it, three-letter abbreviations of amounts were heard at the end of longer words; nothing else was changed."""

OWN_TYPES = {"id": "varchar(11)", "tid": "varchar(6)", "empid": "char(9)"}
"""The types that a script defines for itself."""

BANDS = (0.5, 0.8, 0.9, 0.95, 1.0)
SURE = ("identifier", "foreign_key", "measure", "date", "audit")


@dataclass
class Outcome:
    """One database: what its script says of it, and what was found."""

    catalogue: Catalogue
    typed: Catalogue
    truth: frozenset[Link]
    by_names: tuple[Relationship, ...] = ()
    with_rows: LookedUp = field(default_factory=lambda: LookedUp((), {}))
    profiles: Profiles = field(default_factory=dict)
    seconds: float = 0.0


def run() -> dict[str, Any]:
    """All figures."""
    with tempfile.TemporaryDirectory() as scratch:
        outcomes = {name: _outcome(name, Path(scratch)) for name in (*SEEN, *HELD_OUT)}
    return {
        "foreign keys": {name: _foreign_keys(name, each) for name, each in outcomes.items()},
        "confidence with rows": _bands(outcomes),
        "500 tables, names only": _many_tables(),
        "column meaning": {
            "rules written in view of": _meanings(outcomes, SEEN),
            "held out": _meanings(outcomes, HELD_OUT) | {"first look": FIRST_LOOK},
        },
        "made-up catalogues, names only": by_round(),
    }


# ------------------------------------------------------------ databases


def _outcome(name: str, scratch: Path) -> Outcome:
    path = scratch / f"{name}.duckdb"
    meta = read_meta(SHARED_DATA, name) if not name.startswith("tpc") else None
    known = _from_script(name, meta, path) if meta else _generated(name, path)
    with connect(name, DuckDbSettings(path=path)) as connection, connection.open() as reader:
        catalogue = read_catalogue(reader)
        outcome = Outcome(catalogue, _typed(catalogue, meta), known)
        outcome.by_names = infer_relationships(catalogue)
        clock = time.perf_counter()
        outcome.with_rows = look_up_relationships(reader, catalogue)
        outcome.seconds = time.perf_counter() - clock
        outcome.profiles = key_profiles(reader, catalogue)
    return outcome


def _from_script(name: str, meta: dict[str, Any], path: Path) -> frozenset[Link]:
    known = frozenset(
        (table, tuple(key["columns"]), key["ref_table"])
        for table, told in meta.items()
        for key in told["fks"]
    )
    hidden = {
        table: told
        | {
            "fks": [],
            "columns": [c | {"nullable": c["nullable"] or "default" in c} for c in told["columns"]],
        }
        for table, told in meta.items()
    }
    make_duckdb(SHARED_DATA, parquet=f"{name}_mssql", meta=hidden, path=path)
    return known


def _generated(name: str, path: Path) -> frozenset[Link]:
    folder = tpc_folder() / name
    keys, known = {
        "tpch": (truth.TPCH_KEYS, truth.TPCH),
        "tpcds": (truth.TPCDS_KEYS, truth.TPCDS),
    }[name]
    with duckdb_file(path) as database:
        for table, columns in truth.keys(keys).items():
            database.execute(f"CREATE TABLE {table} AS FROM '{folder}/{table}.parquet'")
            database.execute(f"ALTER TABLE {table} ADD PRIMARY KEY ({', '.join(columns)})")
    return truth.links(known)


def _typed(catalogue: Catalogue, meta: dict[str, Any] | None) -> Catalogue:
    """With the types that SQL Server's script gives."""
    if meta is None:
        return catalogue
    tables = (_with_types(table, meta[table.ref.name]["columns"]) for table in catalogue.tables)
    return catalogue.model_copy(update={"tables": tuple(tables)})


def _with_types(table: Table, told: Iterable[dict[str, Any]]) -> Table:
    natives = {c["name"]: f"{c['type']}({c['args']})" if c["args"] else c["type"] for c in told}

    def typed(column: Column) -> Column:
        native = OWN_TYPES.get(natives[column.name], natives[column.name])
        return column.model_copy(
            update={"native_type": native, "data_type": read_type("mssql", native)}
        )

    return table.model_copy(update={"columns": tuple(map(typed, table.columns))})


# ------------------------------------------------------------ foreign keys


def _links(found: Iterable[Relationship]) -> dict[Link, Relationship]:
    return {(each.table.name, each.columns, each.referred.name): each for each in found}


def _foreign_keys(name: str, outcome: Outcome) -> dict[str, Any]:
    links = possible_links(outcome.catalogue)
    return {
        "declared": len(outcome.truth),
        "names only": _score(name, outcome, outcome.by_names),
        "with rows": _score(name, outcome, outcome.with_rows.relationships)
        | {"candidates": len(links), "seconds": round(outcome.seconds, 2)},
    }


def _score(name: str, outcome: Outcome, found: Iterable[Relationship]) -> dict[str, Any]:
    told = _links(found)
    extra = truth.UNDECLARED.get(name, {})
    wrong = sorted(link for link in told if link not in outcome.truth and link not in extra)
    missed = sorted(link for link in outcome.truth if link not in told)
    return {
        "found": len(told),
        "precision": round(1 - len(wrong) / max(1, len(told)), 3),
        "recall": round(1 - len(missed) / len(outcome.truth), 3),
        "real though undeclared": sum(link in extra for link in told),
        "wrong": wrong,
        "missed": missed,
    }


def _bands(outcomes: dict[str, Outcome]) -> dict[str, dict[str, int]]:
    """How many proposals of each confidence there are, and how many of them are right."""
    proposed: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for name, outcome in outcomes.items():
        extra = truth.UNDECLARED.get(name, {})
        for link, each in _links(outcome.with_rows.relationships).items():
            low, high = next((a, b) for a, b in pairwise(BANDS) if each.confidence < b)
            proposed[f"{low:.2f} to {high:.2f}"] += 1
            right[f"{low:.2f} to {high:.2f}"] += link in outcome.truth or link in extra
    return {band: {"proposed": proposed[band], "right": right[band]} for band in sorted(proposed)}


def _many_tables(tables: int = 500) -> dict[str, Any]:
    """500 tables with made-up nouns, up to four references each, and a dozen other columns."""
    rng = random.Random(1)  # noqa: S311 - the same tables each time
    syllables = [a + b for a in "klmsprgb" for b in ("a", "in", "or")]
    nouns = [f"{a}{b}{c}".capitalize() for a in syllables for b in syllables for c in syllables]
    nouns = sorted(rng.sample(nouns, tables))
    lines = []
    for noun in nouns:
        columns = [f"{noun}ID* int"]
        parents = rng.sample([n for n in nouns if n != noun], rng.randint(0, 4))
        columns += [
            f"{rng.choice(['', 'Main', 'BillTo'])}{parent}ID int -> {parent}" for parent in parents
        ]
        columns += [
            f"Fact{i}{rng.choice(['Amount int', 'Name text', 'On date'])}" for i in range(12)
        ]
        lines.append(f"{noun}: {', '.join(columns)}")
    catalogue, known = schema("\n".join(lines))
    clock = time.perf_counter()
    found = set(_links(infer_relationships(catalogue)))
    return {
        "columns": sum(len(table.columns) for table in catalogue.tables),
        "references": len(known),
        "wrong": len(found - known),
        "missed": len(known - found),
        "seconds": round(time.perf_counter() - clock, 2),
    }


# ------------------------------------------------------------ meaning


def _meanings(outcomes: dict[str, Outcome], names: Iterable[str]) -> dict[str, Any]:
    by_meaning: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    told: dict[str, Any] = {}
    for name in names:
        outcome, known = outcomes[name], labels(name)
        found = classify_columns(outcome.typed, outcome.with_rows.relationships, outcome.profiles)
        by_names = classify_columns(outcome.typed, outcome.by_names)
        wrong = list(misses(known, found, outcome.typed))
        without = len(list(misses(known, by_names, outcome.typed)))
        by_meaning.update(known.values())
        missed.update(label for _, _, label, _, _ in wrong)
        told[name] = {
            "columns": len(known),
            "accuracy": round(1 - len(wrong) / len(known), 3),
            "names only": round(1 - without / len(known), 3),
        }
    total = sum(by_meaning.values())
    sure = sum(by_meaning[each] for each in SURE)
    told["all"] = {
        "columns": total,
        "accuracy": round(1 - sum(missed.values()) / total, 3),
        "of identifiers, references, measures, dates and audit": round(
            1 - sum(missed[each] for each in SURE) / sure, 3
        ),
        "missed": {meaning: f"{n} of {by_meaning[meaning]}" for meaning, n in missed.items()},
    }
    return told
