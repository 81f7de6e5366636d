"""Does the catalogue of a SQLite file come out whole, and the same through SQLAlchemy's dialect?"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.metadata.conftest import reading

from ombudsman.connections.settings import SqlAlchemySettings
from ombudsman.metadata.inspected_catalogue import read_inspected
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.errors import ObjectNotFound
from ombudsman.model.tables import Catalogue, Column, ForeignKey, Index, Key, Table, TableRef
from ombudsman.model.types import Decimal, Integer, Text, Unknown

SCHEMA = """
CREATE TABLE region (
  id INTEGER PRIMARY KEY AUTOINCREMENT,  -- numbers itself, (or so)
  name varchar(40) COLLATE nocase NOT NULL DEFAULT 'it''s, (',
  parent int REFERENCES Region,
  twice int GENERATED ALWAYS AS (id * 2) STORED,
  CONSTRAINT one_name UNIQUE (name, parent)
);
CREATE TABLE item (region int, number int, price decimal(10,2), note, PRIMARY KEY (number, region)) WITHOUT ROWID;
CREATE TABLE sold (
  a int, b int, "select ""x"" é" text, "b.c" text, FOREIGN KEY (B, a) REFERENCES ITEM (number, Region));
CREATE TABLE "odd [table], (" (code text PRIMARY KEY);
CREATE INDEX by_lower ON region (lower(name), parent DESC);
CREATE UNIQUE INDEX only_roots ON region (name) WHERE parent IS NULL;
CREATE UNIQUE INDEX prices ON item (price);
CREATE VIEW cheap AS SELECT number, price FROM item WHERE price < 10;
CREATE VIRTUAL TABLE words USING fts5(title, body);
INSERT INTO region (id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c');
ANALYZE;
"""


def make(path: Path, script: str) -> SqlAlchemySettings:
    with closing(sqlite3.connect(path)) as session:
        session.executescript(script)
    return SqlAlchemySettings(url=SecretStr(f"sqlite:///{path}"), sql_dialect="sqlite")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> SqlAlchemySettings:
    return make(tmp_path_factory.mktemp("sqlite") / "shop.db", SCHEMA)


@pytest.fixture(scope="module")
def catalogue(settings: SqlAlchemySettings) -> Catalogue:
    with reading(settings) as reader:
        return read_catalogue(reader)


def table(catalogue: Catalogue, name: str) -> Table:
    found = catalogue.table(TableRef(schema="main", name=name))
    assert found is not None
    return found


def test_every_table_of_the_users_is_there_and_no_shadow(catalogue: Catalogue):
    assert [(t.ref.name, t.kind) for t in catalogue.tables] == [
        ("cheap", "view"),
        ("item", "table"),
        ("odd [table], (", "table"),
        ("region", "table"),
        ("sold", "table"),
    ]
    assert (catalogue.engine, catalogue.default_schema) == ("sqlite", "main")
    assert catalogue.notes == ("virtual tables are left out: words",)


def test_a_table_comes_out_whole(catalogue: Catalogue):
    assert table(catalogue, "region") == Table(
        ref=TableRef(schema="main", name="region"),
        columns=(
            Column(
                name="id",
                native_type="INTEGER",
                data_type=Integer(),
                nullable=False,
                identity=True,
            ),
            Column(
                name="name",
                native_type="varchar(40)",
                data_type=Text(length=40),
                nullable=False,
                default="'it''s, ('",
                collation="nocase",
            ),
            Column(name="parent", native_type="INT", data_type=Integer()),
            Column(name="twice", native_type="INT", data_type=Integer(), computed="id * 2"),
        ),
        primary_key=Key(kind="primary", columns=("id",)),
        unique_keys=(Key(kind="unique", columns=("name", "parent")),),
        foreign_keys=(
            ForeignKey(
                columns=("parent",),
                table=TableRef(schema="main", name="region"),
                referred_columns=("id",),
                enforced=False,
            ),
        ),
        indexes=(
            Index(name="by_lower", columns=("lower(name)", "parent")),
            Index(name="only_roots", columns=("name",), unique=False),
        ),
        row_estimate=3,
    )


def test_keys_keep_their_own_order_and_the_owners_spelling(catalogue: Catalogue):
    item = table(catalogue, "item")
    assert item.primary_key == Key(kind="primary", columns=("number", "region"))
    assert [c.nullable for c in item.columns] == [False, False, True, True]
    assert item.indexes == (Index(name="prices", columns=("price",), unique=True),)
    sold = table(catalogue, "sold")
    assert sold.foreign_keys == (
        ForeignKey(
            columns=("b", "a"),
            table=TableRef(schema="main", name="item"),
            referred_columns=("number", "region"),
            enforced=False,
        ),
    )
    assert sold.column_names == ("a", "b", 'select "x" é', "b.c")


def test_a_primary_key_that_is_not_the_rows_number_may_hold_null(catalogue: Catalogue):
    (code,) = table(catalogue, "odd [table], (").columns
    assert (code.nullable, code.identity) == (True, False)


def test_types_are_what_was_declared(catalogue: Catalogue):
    item = table(catalogue, "item")
    assert item.columns[2].data_type == Decimal(precision=10, scale=2)
    assert (item.columns[3].native_type, item.columns[3].data_type) == ("", Unknown(name="any"))


def test_views_have_columns(catalogue: Catalogue):
    assert table(catalogue, "cheap").column_names == ("number", "price")


def test_a_broken_view_costs_the_views_and_nothing_else(tmp_path: Path):
    settings = make(
        tmp_path / "broken.db",
        "CREATE TABLE a (x int); CREATE TABLE b (y int); CREATE VIEW v AS SELECT y FROM b; DROP TABLE b;",
    )
    with reading(settings) as reader:
        catalogue = read_catalogue(reader)
    assert [t.ref.name for t in catalogue.tables] == ["a"]
    assert catalogue.tables[0].column_names == ("x",)
    assert catalogue.notes == ("a view is broken, and SQLite then tells of none of them",)


def test_the_number_of_queries_does_not_depend_on_the_tables(
    settings: SqlAlchemySettings, tmp_path: Path, counted
):
    with reading(settings) as reader:
        assert counted(reader, lambda: read_catalogue(reader)) == 6
    with reading(make(tmp_path / "one.db", "CREATE TABLE a (x int)")) as reader:
        assert counted(reader, lambda: read_catalogue(reader)) == 5


def test_an_empty_database_has_an_empty_catalogue(tmp_path: Path):
    with reading(make(tmp_path / "empty.db", "")) as reader:
        assert read_catalogue(reader).tables == ()


def test_main_is_the_only_schema(settings: SqlAlchemySettings):
    with reading(settings) as reader:
        assert len(read_catalogue(reader, ["main"]).tables) == 5
        assert read_catalogue(reader, []).tables == ()
        with pytest.raises(ObjectNotFound, match="no schema 'mian'"):
            read_catalogue(reader, ["mian"])


PLAIN = """
CREATE TABLE region (id INTEGER PRIMARY KEY, name varchar(40) NOT NULL, parent int REFERENCES region (id));
CREATE TABLE "odd, (item" (
  region int, number int, price decimal(10,2) DEFAULT 1.5, "b.c" text, twice int AS (number * 2) STORED,
  PRIMARY KEY (number, region), CONSTRAINT pair UNIQUE ("b.c", price)
);
CREATE TABLE sold (a int, b int, at datetime, FOREIGN KEY (b, a) REFERENCES "odd, (item" (number, region));
CREATE INDEX prices ON "odd, (item" (price, "b.c");
CREATE VIEW cheap AS SELECT number, price FROM "odd, (item" WHERE price < 10;
"""


def told(catalogue: Catalogue) -> dict[str, object]:
    """What both readers must agree on: SQLite does not tell SQLAlchemy everything."""
    return {
        t.ref.name: (
            t.kind,
            [(c.name, c.data_type, c.default, c.computed is not None) for c in t.columns],
            t.primary_key,
            [key.columns for key in t.unique_keys],
            [(f.columns, f.table, f.referred_columns) for f in t.foreign_keys],
            t.indexes,
        )
        for t in catalogue.tables
    }


def test_the_reader_for_any_other_engine_tells_the_same(tmp_path: Path):
    with reading(make(tmp_path / "plain.db", PLAIN)) as reader:
        own, inspected = read_catalogue(reader), read_inspected(reader, None)
        assert read_inspected(reader, ["main"]).tables == inspected.tables
        with pytest.raises(ObjectNotFound, match="no schema 'mian'"):
            read_inspected(reader, ["mian"])
    assert len(own.tables) == 4
    assert told(inspected) == told(own)
    assert (inspected.engine, inspected.default_schema) == ("sqlite", "main")
    assert "the dialect does not tell of materialised views, table comments" in inspected.notes
