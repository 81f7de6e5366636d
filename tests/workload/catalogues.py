"""A small catalogue with a column of each kind: n a whole number, m an amount, f a float, s a text, d a moment."""

import datetime as dt

from ombudsman.model import types as t
from ombudsman.model.tables import Catalogue, Column, Key, Table, TableRef

TYPES: dict[str, tuple[str, t.DataType]] = {
    "n": ("int", t.Integer(bits=32)),
    "m": ("decimal(18,4)", t.Decimal(precision=18, scale=4)),
    "f": ("float", t.Float()),
    "s": ("varchar(20)", t.Text(length=20)),
    "d": ("datetime", t.Timestamp(precision=3)),
    "day": ("date", t.Date()),
    "b": ("bit", t.Boolean()),
    "x": ("xml", t.Xml()),
}


def made(name: str, *columns: str) -> Table:
    """A table of these columns, whose types their names tell; the first is its key."""
    return Table(
        ref=TableRef(schema="dbo", name=name),
        columns=tuple(
            Column(name=each, native_type=TYPES[each][0], data_type=TYPES[each][1])
            for each in columns
        ),
        primary_key=Key(kind="primary", columns=(columns[0],)),
    )


SHOP = Catalogue(
    connection="shop",
    engine="sqlserver",
    default_schema="dbo",
    taken_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    tables=(made("t", *TYPES), made("u", "n", "m", "s"), made("idle", "n")),
)
