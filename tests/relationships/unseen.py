"""Made-up catalogues in many styles: what refers to what in truth, and what each column means.

    Sales.Order: OrderID* int i, CustomerID? int -> Customer, Line int f, OrderID+Line -> OrderLine, @audit

A `*` marks the parts of the primary key, a `?` what may be NULL. The letter behind the type is the meaning (`MEANINGS`);
a column that refers (`->`) needs none. `~>` is a reference that is real and may be found, and is not missed where it is
not. Columns with `+` between them refer together. `@audit` stands for what a line `@audit = ...` said before.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.relationships.labelled import Labels
from tests.relationships.schemas import TAKEN_AT, TYPES, Link

from ombudsman.model import types as t
from ombudsman.model.tables import Catalogue, Column, Key, Table, TableRef

CATALOGUES = Path(__file__).parent / "catalogues"
IN_VIEW = ("factory", "hospital", "erp")
UNSEEN = ("shop", "star", "versicherung")
LATER = ("campus", "kargo", "saas")
"""Chosen before anything was run, and not looked at while rules were written."""

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
    native = f"varchar({length[1]})" if length else kind
    return Column(name=name, native_type=native, data_type=data_type, nullable="?" in column)
