"""Catalogues written as text, with the references that there should be.

    Orders: OrderId* int, CustomerId int -> Customers, Note text

A line that begins with `Orders+:` goes on with the table above. A `*` marks the parts of the primary key, a `?` what
may be NULL; `->` says to which table the column should be found to refer. Types: int, dec (with a fraction), text,
date, time (a timestamp), uuid, bool, bin, code (a text of three), xml.
"""

import datetime as dt
import re

from ombudsman.model import types as t
from ombudsman.model.tables import Catalogue, Column, Key, Table, TableRef

TYPES: dict[str, t.DataType] = {
    "int": t.Integer(bits=32),
    "tiny": t.Integer(bits=8),
    "dec": t.Decimal(precision=12, scale=2),
    "float": t.Float(),
    "text": t.Text(length=60),
    "long": t.Text(length=None),
    "code": t.Text(length=3),
    "date": t.Date(),
    "time": t.Timestamp(),
    "uuid": t.Uuid(),
    "bool": t.Boolean(),
    "bin": t.Binary(),
    "xml": t.Xml(),
}

TAKEN_AT = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)

Link = tuple[str, tuple[str, ...], str]


def schema(text: str) -> tuple[Catalogue, set[Link]]:
    """The catalogue, and the references of one column that should be found in it."""
    tables: list[Table] = []
    links: set[Link] = set()
    lines = re.sub(r"\n\s*\S+\+: ", ", ", text.strip()).splitlines()
    for line in filter(None, map(str.strip, lines)):
        name, _, rest = line.partition(": ")
        ref = TableRef.parse(name)
        columns: list[Column] = []
        key: list[str] = []
        for entry in rest.split(", "):
            said, _, referred = entry.partition(" -> ")
            column, kind = said.rsplit(" ", 1)
            bare = column.rstrip("*?")
            if "*" in column:
                key.append(bare)
            if referred:
                links.add((ref.name, (bare,), referred))
            columns.append(
                Column(name=bare, native_type=kind, data_type=TYPES[kind], nullable="?" in column)
            )
        primary = Key(kind="primary", columns=tuple(key)) if key else None
        tables.append(Table(ref=ref, columns=tuple(columns), primary_key=primary))

    return (
        Catalogue(connection="c", engine="mssql", taken_at=TAKEN_AT, tables=tuple(tables)),
        links,
    )
