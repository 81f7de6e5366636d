"""The labels of columns, and the databases that they are of, read as a migration would find them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from ombudsman.model.tables import Catalogue, ColumnRef
from ombudsman.relationships.meaning import ColumnMeaning

LABELS = Path(__file__).parent / "labels"
SEEN = ("northwind", "chinook", "tpcds")
HELD_OUT = ("pubs", "tpch")

Labels = dict[tuple[str, str], str]


def labels(name: str) -> Labels:
    """(table, column) to meaning."""
    found: Labels = {}
    for line in (LABELS / f"{name}.txt").read_text("utf-8").splitlines():
        said, _, columns = line.partition(": ")
        table, meaning = said.split()
        for column in columns.split():
            assert (table, column) not in found, f"{table}.{column} is labelled twice"
            found[(table, column)] = meaning
    return found


def misses(
    known: Labels, found: Mapping[ColumnRef, ColumnMeaning], catalogue: Catalogue
) -> Iterator[tuple[str, str, str, str, str]]:
    """What was told otherwise: table, column, its label, what was found, and why."""
    names = {str(table.ref.name).replace(" ", "_"): table.ref for table in catalogue.tables}
    for (table, column), label in known.items():
        told = found[ColumnRef(names[table], column)]
        if told.meaning.value != label:
            yield table, column, label, told.meaning.value, told.why
