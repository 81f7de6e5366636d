"""Does the catalogue of a DuckDB file come out whole and exact?"""

from pathlib import Path

import duckdb
import pytest
from tests.metadata.conftest import reading

from ombudsman.connections.settings import DuckDbSettings, FilesSettings
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.errors import ObjectNotFound
from ombudsman.model.tables import Catalogue, Column, ForeignKey, Index, Key, Table, TableRef
from ombudsman.model.types import (
    Date,
    Decimal,
    Float,
    Integer,
    Json,
    Text,
    Timestamp,
    Unknown,
    Uuid,
)

SCHEMA = """
CREATE SCHEMA "My.Schema";
CREATE SCHEMA empty;
CREATE SEQUENCE numbers;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE region (
  id integer PRIMARY KEY DEFAULT nextval('numbers'), name varchar NOT NULL UNIQUE, parent integer REFERENCES region (id)
);
COMMENT ON TABLE region IS 'where we sell';
COMMENT ON COLUMN region.name IS 'as printed';
CREATE TABLE item (region integer, number integer, price decimal(10,2) DEFAULT 1.5, PRIMARY KEY (number, region));
CREATE TABLE sold (region integer, number integer, FOREIGN KEY (number, region) REFERENCES item (number, region));
CREATE TABLE "My.Schema"."odd ""table"" é" (
  "select" integer, "b.c" varchar, "Mixed Case" date, " blank " integer, "it's" integer, "a,b" integer,
  "x AS (y" varchar DEFAULT 'GENERATED ALWAYS AS (1), COLLATE nocase', "ß:x" varchar COLLATE nocase,
  UNIQUE ("b.c", "select"), CHECK ("select" > 0)
);
CREATE INDEX odd ON "My.Schema"."odd ""table"" é" ("it's", "a,b", "b.c", " blank ");
CREATE TABLE every_type (
  a utinyint, b hugeint, c float, d double, e timestamp_ns, f timestamptz, g uuid, h json, i integer[], j mood,
  k struct(a integer, b varchar), l date, m decimal(38,5), n integer GENERATED ALWAYS AS (a * 2 + length('(')) VIRTUAL
);
CREATE VIEW cheap AS SELECT number, price FROM item WHERE price < 10;
COMMENT ON VIEW cheap IS 'bargains';
CREATE TABLE gone (a integer);
CREATE VIEW broken AS SELECT a FROM gone;
DROP TABLE gone;
CREATE INDEX by_lower ON region (lower(name), parent);
CREATE UNIQUE INDEX prices ON item (price);
INSERT INTO region SELECT n, 'r' || n, NULL FROM range(1, 8) AS r(n);
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> DuckDbSettings:
    path = tmp_path_factory.mktemp("duckdb") / "shop.duckdb"
    with duckdb.connect(path) as session:
        session.execute(SCHEMA)
    return DuckDbSettings(path=path)


@pytest.fixture(scope="module")
def catalogue(settings: DuckDbSettings) -> Catalogue:
    with reading(settings) as reader:
        return read_catalogue(reader)


def table(catalogue: Catalogue, name: str, schema: str = "main") -> Table:
    found = catalogue.table(TableRef(schema=schema, name=name))
    assert found is not None
    return found


def test_every_table_of_the_users_is_there(catalogue: Catalogue):
    assert [(t.ref.schema_name, t.ref.name, t.kind) for t in catalogue.tables] == [
        ("My.Schema", 'odd "table" é', "table"),
        ("main", "broken", "view"),
        ("main", "cheap", "view"),
        ("main", "every_type", "table"),
        ("main", "item", "table"),
        ("main", "region", "table"),
        ("main", "sold", "table"),
    ]
    assert (catalogue.engine, catalogue.default_schema) == ("duckdb", "main")
    assert catalogue.taken_at.tzinfo is not None


def test_a_table_comes_out_whole(catalogue: Catalogue):
    assert table(catalogue, "region") == Table(
        ref=TableRef(schema="main", name="region"),
        columns=(
            Column(
                name="id",
                native_type="INTEGER",
                data_type=Integer(bits=32),
                nullable=False,
                default="nextval('numbers')",
            ),
            Column(
                name="name",
                native_type="VARCHAR",
                data_type=Text(),
                nullable=False,
                comment="as printed",
            ),
            Column(name="parent", native_type="INTEGER", data_type=Integer(bits=32)),
        ),
        primary_key=Key(kind="primary", columns=("id",), name="region_id_pkey"),
        unique_keys=(Key(kind="unique", columns=("name",), name="region_name_key"),),
        foreign_keys=(
            ForeignKey(
                name="region_parent_id_fkey",
                columns=("parent",),
                table=TableRef(schema="main", name="region"),
                referred_columns=("id",),
            ),
        ),
        indexes=(Index(name="by_lower", columns=('(lower("name"))', "parent")),),
        row_estimate=7,
        comment="where we sell",
    )


def test_composite_keys_keep_their_own_order(catalogue: Catalogue):
    primary_key = table(catalogue, "item").primary_key
    assert primary_key is not None
    assert primary_key.columns == ("number", "region")
    assert table(catalogue, "item").indexes == (
        Index(name="prices", columns=("price",), unique=True),
    )
    (foreign_key,) = table(catalogue, "sold").foreign_keys
    assert foreign_key.columns == ("number", "region")
    assert foreign_key.referred_columns == ("number", "region")


def test_odd_names_come_back_exactly(catalogue: Catalogue):
    odd = table(catalogue, 'odd "table" é', "My.Schema")
    assert odd.column_names == (
        "select",
        "b.c",
        "Mixed Case",
        " blank ",
        "it's",
        "a,b",
        "x AS (y",
        "ß:x",
    )
    assert [key.columns for key in odd.unique_keys] == [("b.c", "select")]
    assert [index.columns for index in odd.indexes] == [("it's", "a,b", "b.c", " blank ")]


def test_a_default_that_looks_like_a_computation_is_a_default(catalogue: Catalogue):
    column = table(catalogue, 'odd "table" é', "My.Schema").column("x AS (y")
    assert column is not None
    assert column.default == "'GENERATED ALWAYS AS (1), COLLATE nocase'"
    assert (column.computed, column.collation) == (None, None)


def test_collations_and_computed_columns_are_told(catalogue: Catalogue):
    collated = table(catalogue, 'odd "table" é', "My.Schema").column("ß:x")
    assert collated is not None
    assert collated.collation == "nocase"
    computed = table(catalogue, "every_type").column("n")
    assert computed is not None
    assert computed.default is None
    assert computed.computed == "((a * 2) + length('('))"


def test_every_type_is_read(catalogue: Catalogue):
    assert [c.data_type for c in table(catalogue, "every_type").columns[:13]] == [
        Integer(bits=8, signed=False),
        Integer(bits=128),
        Float(bits=32),
        Float(bits=64),
        Timestamp(precision=9),
        Timestamp(zone=True),
        Uuid(),
        Json(),
        Unknown(name="INTEGER[]"),
        Unknown(name="ENUM('sad', 'ok')"),
        Unknown(name="STRUCT(a INTEGER, b VARCHAR)"),
        Date(),
        Decimal(precision=38, scale=5),
    ]


def test_views_have_columns_and_comments_and_no_estimate(catalogue: Catalogue):
    cheap = table(catalogue, "cheap")
    assert (cheap.column_names, cheap.comment) == (("number", "price"), "bargains")
    assert cheap.row_estimate is None
    assert table(catalogue, "item").row_estimate == 0


def test_the_chosen_schemas_come_alone(settings: DuckDbSettings):
    with reading(settings) as reader:
        assert [t.ref.schema_name for t in read_catalogue(reader, ["My.Schema"]).tables] == [
            "My.Schema"
        ]
        assert read_catalogue(reader, ["empty"]).tables == ()
        with pytest.raises(ObjectNotFound, match=r"no schema 'my\.schema'") as caught:
            read_catalogue(reader, ["my.schema"])
    assert caught.value.hint == "did you mean 'My.Schema'?"


def test_the_number_of_queries_is_six(settings: DuckDbSettings, counted):
    with reading(settings) as reader:
        assert counted(reader, lambda: read_catalogue(reader)) == 6
        assert counted(reader, lambda: read_catalogue(reader, ["main"])) == 6


def test_an_empty_database_has_an_empty_catalogue(tmp_path: Path):
    duckdb.connect(tmp_path / "empty.duckdb").close()
    with reading(DuckDbSettings(path=tmp_path / "empty.duckdb")) as reader:
        assert read_catalogue(reader).tables == ()


def test_the_files_of_a_folder_are_tables_with_columns(tmp_path: Path):
    with duckdb.connect() as session:
        session.execute(
            f"COPY (SELECT 1::BIGINT AS id, 2.50::DECIMAL(9,2) AS price) TO '{tmp_path}/a b.parquet'"
        )
    with reading(FilesSettings(folder=tmp_path)) as reader:
        catalogue = read_catalogue(reader)
    assert [t.column_names for t in catalogue.tables] == [("id", "price")]
    assert catalogue.tables[0].columns[1].data_type == Decimal(precision=9, scale=2)
