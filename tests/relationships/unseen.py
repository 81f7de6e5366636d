"""Made-up catalogues in many styles: what refers to what in truth, and what each column means.

    Sales.Order: OrderID* int i, CustomerID? int -> Customer, Line int f, OrderID+Line -> OrderLine, @audit

A `*` marks the parts of the primary key, a `?` what may be NULL. The letter behind the type is the meaning
(`MEANINGS`); a column that refers (`->`) needs none. `~>` is a reference that is real and may be
found, and is not missed where it is not. Columns with `+` between them refer together. `@audit` stands for what a line
`@audit = ...` said before.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.relationships.labelled import Labels, misses
from tests.relationships.schemas import TAKEN_AT, TYPES, Link

from ombudsman.model import types as t
from ombudsman.model.tables import Catalogue, Column, Key, Table, TableRef
from ombudsman.relationships.infer import infer_relationships
from ombudsman.relationships.meaning import classify_columns

CATALOGUES = Path(__file__).parent / "catalogues"
ROUNDS = (
    ("factory", "hospital", "erp"),
    ("shop", "star", "versicherung"),
    ("campus", "kargo", "saas"),
    ("telecom", "wholesale", "klinik"),
    ("film", "personnel", "mart"),
)
"""Rules were mended with the first in view and the others unseen, then with the second, and so on."""

MEANINGS = {
    "i": "identifier",
    "f": "foreign_key",
    "m": "measure",
    "a": "attribute",
    "d": "date",
    "y": "flag",
    "c": "code",
    "t": "text",
    "u": "audit",
    "x": "binary",
}
MORE_TYPES: dict[str, t.DataType] = {"clock": t.Time(), "json": t.Json()}


@dataclass
class Known:
    """A catalogue whose foreign keys are hidden, and what is true of it."""

    catalogue: Catalogue
    links: set[Link] = field(default_factory=set)
    undeclared: set[Link] = field(default_factory=set)
    labels: Labels = field(default_factory=dict)


@cache
def known(name: str) -> Known:
    """One of the catalogues, by the name of its file."""
    return read((CATALOGUES / f"{name}.txt").read_text("utf-8"))


def read(text: str) -> Known:
    """The catalogue that a text tells."""
    told = Known(Catalogue(connection="c", engine="mssql", taken_at=TAKEN_AT, tables=()))
    tables: list[Table] = []
    stands_for: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("@"):
            short, _, long = line.partition(" = ")
            stands_for[short] = long
        else:
            whole = re.sub(r"@\w+", lambda found: stands_for[found[0]], line)
            tables.append(_table(whole, told))
    told.catalogue = told.catalogue.model_copy(update={"tables": tuple(tables)})
    return told


def _table(line: str, told: Known) -> Table:
    name, _, rest = line.partition(": ")
    ref = TableRef.parse(name)
    columns: list[Column] = []
    key: list[str] = []
    for entry in rest.split(", "):
        said, arrow, referred = re.fullmatch(r"(.*?)(?: (->|~>) (\S+))?", entry).groups()  # type: ignore[union-attr]
        if "+" not in said:
            columns.append(_column(said, ref.name, told, refers=bool(arrow)))
            key += [columns[-1].name] if "*" in said else []
        if arrow:
            names = tuple(said.split("+")) if "+" in said else (columns[-1].name,)
            (told.links if arrow == "->" else told.undeclared).add((ref.name, names, referred))
    primary = Key(kind="primary", columns=tuple(key)) if key else None
    return Table(ref=ref, columns=tuple(columns), primary_key=primary)


def _column(said: str, table: str, told: Known, *, refers: bool) -> Column:
    column, kind, *letter = said.split(" ")
    name = column.rstrip("*?")
    told.labels[(table, name)] = MEANINGS[letter[0] if letter or not refers else "f"]
    length = re.fullmatch(r"text(\d+)", kind)
    data_type = t.Text(length=int(length[1])) if length else (MORE_TYPES | TYPES)[kind]
    native = f"varchar({length[1]})" if length else {"long": "varchar(max)"}.get(kind, kind)
    return Column(name=name, native_type=native, data_type=data_type, nullable="?" in column)


@dataclass(frozen=True)
class Tally:
    """How much of some catalogues is told right, by names and types alone."""

    wrong: frozenset[Link]
    missed: frozenset[Link]
    precision: float
    recall: float
    meaning: float


def tally(names: Iterable[str]) -> Tally:
    """Of the catalogues together: a large one counts for more."""
    wrong: set[Link] = set()
    missed: set[Link] = set()
    found = links = labelled = told_otherwise = 0
    for told in map(known, names):
        relationships = infer_relationships(told.catalogue)
        told_links = {(r.table.name, r.columns, r.referred.name) for r in relationships}
        wrong |= told_links - told.links - told.undeclared
        missed |= told.links - told_links
        found, links = found + len(told_links), links + len(told.links)
        meanings = classify_columns(told.catalogue, relationships)
        labelled += len(told.labels)
        told_otherwise += len(list(misses(told.labels, meanings, told.catalogue)))
    return Tally(
        frozenset(wrong),
        frozenset(missed),
        precision=1 - len(wrong) / found,
        recall=1 - len(missed) / links,
        meaning=1 - told_otherwise / labelled,
    )
