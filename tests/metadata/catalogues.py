"""Catalogues for tests: one by hand, and any number by chance."""

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from ombudsman.model import types
from ombudsman.model.tables import Catalogue, Column, ForeignKey, Index, Key, Table, TableRef

SMALL = Catalogue(
    connection="shop",
    engine="postgresql",
    default_schema="public",
    taken_at=dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC),
    tables=(
        Table(
            ref=TableRef(schema="sales", name="item"),
            columns=(
                Column(
                    name="id",
                    native_type="bigint",
                    data_type=types.Integer(),
                    nullable=False,
                    identity=True,
                ),
                Column(
                    name="price",
                    native_type="numeric",
                    data_type=types.Decimal(precision=None, scale=None),
                    default="0",
                ),
            ),
            primary_key=Key(kind="primary", columns=("id",)),
            row_estimate=12,
        ),
    ),
)

ODD = [
    *["yes", "no", "on", "null", "~", "true", ".inf", "1e3", "007", "1_000", "0x1F", "0o7"],
    *["2024-01-01", "12:30", "=", "<<", "é", "名前", "🦆", "", " leading", "trailing "],
    *["a: b", "# c", "a #b", "a\nb", "a\rb", "\ttab", "{x}", "[x]", "&a", "*a", "!t", "%d"],
    *["\u2028", "\x85", "a\u2029b", "\ufeff", "\x07", "\x00", *"-?\"'@`|>"],
]

texts = st.sampled_from(ODD) | st.text(max_size=8)
names = texts.filter(bool)
references = st.builds(
    lambda schema, name: TableRef(schema=schema, name=name), st.none() | names, names
)
several = st.lists(names, min_size=1, max_size=3).map(tuple)

data_types: st.SearchStrategy[Any] = st.one_of(
    st.builds(types.Boolean),
    st.builds(types.Integer, bits=st.sampled_from([8, 64]), signed=st.booleans()),
    st.builds(
        types.Decimal,
        precision=st.none() | st.integers(1, 38),
        scale=st.none() | st.integers(-2, 9),
    ),
    st.builds(types.Float, bits=st.sampled_from([32, 64])),
    st.builds(
        types.Text,
        length=st.none() | st.integers(1, 99),
        fixed=st.booleans(),
        unicode=st.booleans(),
    ),
    st.builds(types.Binary, length=st.none() | st.integers(1, 99), fixed=st.booleans()),
    st.builds(types.Date),
    st.builds(types.Time, precision=st.integers(0, 9), zone=st.booleans()),
    st.builds(types.Timestamp, precision=st.integers(0, 9), zone=st.booleans()),
    st.builds(types.Interval),
    st.builds(types.Uuid),
    st.builds(types.Json),
    st.builds(types.Xml),
    st.builds(types.Unknown, name=texts),
)
columns = st.builds(
    Column,
    name=names,
    native_type=texts,
    data_type=data_types,
    nullable=st.booleans(),
    default=st.none() | texts,
    identity=st.booleans(),
    computed=st.none() | texts,
    collation=st.none() | texts,
    comment=st.none() | texts,
)


def keys(kind: str) -> st.SearchStrategy[Key]:
    return st.builds(
        Key, kind=st.just(kind), columns=several, name=st.none() | names, enforced=st.booleans()
    )


tables = st.builds(
    Table,
    ref=references,
    kind=st.sampled_from(["table", "view"]),
    columns=st.lists(columns, max_size=3).map(tuple),
    primary_key=st.none() | keys("primary"),
    unique_keys=st.lists(keys("unique"), max_size=2).map(tuple),
    foreign_keys=st.lists(
        st.builds(
            ForeignKey,
            columns=several,
            table=references,
            referred_columns=several,
            name=st.none() | names,
            enforced=st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
    indexes=st.lists(
        st.builds(Index, name=names, columns=several, unique=st.booleans()), max_size=2
    ).map(tuple),
    row_estimate=st.none() | st.integers(0, 10**15),
    comment=st.none() | texts,
)
catalogues = st.builds(
    Catalogue,
    connection=texts,
    engine=texts,
    default_schema=st.none() | names,
    taken_at=st.datetimes(timezones=st.just(dt.UTC)),
    tables=st.lists(tables, max_size=3).map(tuple),
    notes=st.lists(texts, max_size=2).map(tuple),
)
