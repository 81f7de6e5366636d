"""Does the catalogue of a real PostgreSQL come out whole, exact, and in few queries?"""

import pytest

from ombudsman.metadata.read import read_catalogue
from ombudsman.model.errors import ObjectNotFound
from ombudsman.model.tables import Catalogue, Column, ForeignKey, Index, Key, Table, TableRef
from ombudsman.model.types import (
    Binary,
    Boolean,
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

pytestmark = pytest.mark.postgres

SCHEMA = """
CREATE SCHEMA sales;
CREATE SCHEMA "My.Schema";
CREATE SCHEMA empty;
CREATE DOMAIN sales.code AS varchar(5) DEFAULT 'A' NOT NULL;
CREATE DOMAIN sales.short_code AS sales.code;
CREATE TYPE sales.mood AS ENUM ('sad', 'ok');

CREATE TABLE sales.region (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name varchar(40) NOT NULL CONSTRAINT one_name UNIQUE,
  parent integer CONSTRAINT under REFERENCES sales.region
);
COMMENT ON TABLE sales.region IS 'where we sell; 100 %';
COMMENT ON COLUMN sales.region.name IS 'as printed';

CREATE TABLE sales.item (
  region integer, number integer, price numeric(10,2) DEFAULT 1.5, PRIMARY KEY (number, region)
);
CREATE TABLE "My.Schema"."odd ""table"" é" (
  "select" integer, "b.c" integer, "Mixed Case" text COLLATE "C", " blank " date, "100%:x" text,
  CONSTRAINT "to item" FOREIGN KEY ("select", "b.c") REFERENCES sales.item (region, number),
  CONSTRAINT "two of them" UNIQUE ("b.c", "select")
);
CREATE TABLE sales.every_type (
  a smallint, b bigint DEFAULT 7, c numeric, d numeric(12,3), e real, f double precision, g char(3), h text, i bytea,
  j date, k time(3), l timestamp(0), m timestamptz, n interval, o uuid, p json, q jsonb, r xml, s boolean, t money,
  u integer[], v sales.mood, w sales.short_code, x serial,
  y integer GENERATED ALWAYS AS (a * 2) STORED, z inet
);
CREATE TABLE sales.event (id bigint, at date NOT NULL, region integer REFERENCES sales.region, PRIMARY KEY (id, at))
  PARTITION BY RANGE (at);
CREATE TABLE sales.event_2024 PARTITION OF sales.event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE sales.event_2025 PARTITION OF sales.event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')
  PARTITION BY RANGE (at);
CREATE TABLE sales.event_2025_1 PARTITION OF sales.event_2025 FOR VALUES FROM ('2025-01-01') TO ('2025-07-01');
CREATE TABLE sales.log (event bigint, at date, FOREIGN KEY (event, at) REFERENCES sales.event);
CREATE TABLE sales.unchecked (region integer);
INSERT INTO sales.unchecked VALUES (99);
ALTER TABLE sales.unchecked ADD CONSTRAINT later FOREIGN KEY (region) REFERENCES sales.region NOT VALID;

CREATE VIEW sales.cheap AS SELECT number, price FROM sales.item WHERE price < 10;
COMMENT ON VIEW sales.cheap IS 'bargains';
CREATE MATERIALIZED VIEW sales.summary AS SELECT region, count(*) AS items FROM sales.item GROUP BY region;
CREATE UNIQUE INDEX summary_region ON sales.summary (region);
CREATE INDEX by_lower ON sales.region (lower(name), parent) INCLUDE (id);
CREATE UNIQUE INDEX only_roots ON sales.region (name) WHERE parent IS NULL;
CREATE TABLE public.nothing ();
ALTER TABLE sales.item ADD gone integer;
ALTER TABLE sales.item DROP gone;

INSERT INTO sales.region (name) SELECT 'r' || n FROM generate_series(1, 7) AS n;
INSERT INTO sales.event SELECT n, date '2024-03-01' + n % 5, 1 FROM generate_series(1, 11) AS n;
INSERT INTO sales.event SELECT n, date '2025-03-01', 1 FROM generate_series(1, 2) AS n;
ANALYZE sales.region;
ANALYZE sales.event_2024;
ANALYZE sales.event_2025_1;
GRANT USAGE ON SCHEMA sales TO metadata_clerk;
GRANT SELECT ON sales.region TO metadata_clerk;
GRANT SELECT (number) ON sales.item TO metadata_clerk;
"""


@pytest.fixture(scope="module")
def database(postgres, new_database):
    """A database with the schema above; its name."""
    postgres.create_role("metadata_clerk")
    return new_database(SCHEMA)


@pytest.fixture(scope="module")
def catalogue(database, read_as) -> Catalogue:
    with read_as(database) as reader:
        return read_catalogue(reader)


def table(catalogue: Catalogue, name: str, schema: str = "sales") -> Table:
    found = catalogue.table(TableRef(schema=schema, name=name))
    assert found is not None
    return found


def test_every_table_of_the_users_is_there_and_no_partition(catalogue: Catalogue):
    assert [(t.ref.schema_name, t.ref.name, t.kind) for t in catalogue.tables] == [
        ("My.Schema", 'odd "table" é', "table"),
        ("public", "nothing", "table"),
        ("sales", "cheap", "view"),
        ("sales", "event", "table"),
        ("sales", "every_type", "table"),
        ("sales", "item", "table"),
        ("sales", "log", "table"),
        ("sales", "region", "table"),
        ("sales", "summary", "view"),
        ("sales", "unchecked", "table"),
    ]
    assert catalogue.engine == "postgresql"
    assert catalogue.default_schema == "public"
    assert catalogue.taken_at.tzinfo is not None


def test_a_table_comes_out_whole(catalogue: Catalogue):
    assert table(catalogue, "region") == Table(
        ref=TableRef(schema="sales", name="region"),
        columns=(
            Column(
                name="id",
                native_type="integer",
                data_type=Integer(bits=32),
                nullable=False,
                identity=True,
            ),
            Column(
                name="name",
                native_type="character varying(40)",
                data_type=Text(length=40),
                nullable=False,
                comment="as printed",
            ),
            Column(name="parent", native_type="integer", data_type=Integer(bits=32)),
        ),
        primary_key=Key(kind="primary", columns=("id",), name="region_pkey"),
        unique_keys=(Key(kind="unique", columns=("name",), name="one_name"),),
        foreign_keys=(
            ForeignKey(
                name="under",
                columns=("parent",),
                table=TableRef(schema="sales", name="region"),
                referred_columns=("id",),
            ),
        ),
        indexes=(
            Index(name="by_lower", columns=("lower(name::text)", "parent")),
            Index(name="only_roots", columns=("name",), unique=False),
        ),
        row_estimate=7,
        comment="where we sell; 100 %",
    )


def test_odd_names_come_back_exactly(catalogue: Catalogue):
    odd = table(catalogue, 'odd "table" é', "My.Schema")
    assert odd.column_names == ("select", "b.c", "Mixed Case", " blank ", "100%:x")
    assert odd.columns[2].collation == "C"
    assert odd.unique_keys == (Key(kind="unique", columns=("b.c", "select"), name="two of them"),)
    assert odd.foreign_keys == (
        ForeignKey(
            name="to item",
            columns=("select", "b.c"),
            table=TableRef(schema="sales", name="item"),
            referred_columns=("region", "number"),
        ),
    )


def test_a_composite_key_keeps_its_own_order(catalogue: Catalogue):
    item = table(catalogue, "item")
    assert item.primary_key == Key(kind="primary", columns=("number", "region"), name="item_pkey")
    assert item.column_names == ("region", "number", "price")


def test_every_type_is_read(catalogue: Catalogue):
    columns = {c.name: c for c in table(catalogue, "every_type").columns}
    assert {
        name: column.data_type for name, column in columns.items() if name in "abcdefghijlmoq"
    } == {
        "a": Integer(bits=16),
        "b": Integer(bits=64),
        "c": Decimal(precision=None, scale=None),
        "d": Decimal(precision=12, scale=3),
        "e": Float(bits=32),
        "f": Float(bits=64),
        "g": Text(length=3, fixed=True),
        "h": Text(),
        "i": Binary(),
        "j": Date(),
        "l": Timestamp(precision=0),
        "m": Timestamp(zone=True),
        "o": Uuid(),
        "q": Json(),
    }
    assert columns["s"].data_type == Boolean()
    assert columns["u"].data_type == Unknown(name="integer[]")
    assert columns["v"].data_type == Unknown(name="sales.mood")
    assert columns["z"].data_type == Unknown(name="inet")
    assert columns["k"].native_type == "time(3) without time zone"


def test_a_domain_lends_its_type_default_and_not_null(catalogue: Catalogue):
    column = table(catalogue, "every_type").column("w")
    assert column is not None
    assert (column.native_type, column.data_type) == ("sales.short_code", Text(length=5))
    assert column.nullable is False
    assert column.default == "'A'::character varying"


def test_defaults_and_computed_columns_are_told_apart(catalogue: Catalogue):
    columns = {c.name: c for c in table(catalogue, "every_type").columns}
    assert (columns["b"].default, columns["b"].computed) == ("7", None)
    assert (columns["y"].default, columns["y"].computed) == (None, "(a * 2)")
    assert columns["x"].default == "nextval('sales.every_type_x_seq'::regclass)"
    assert [c.name for c in columns.values() if c.identity] == []


def test_a_partitioned_table_stands_for_its_partitions(catalogue: Catalogue):
    event = table(catalogue, "event")
    assert event.row_estimate == 13
    assert len(event.foreign_keys) == 1
    assert len(table(catalogue, "log").foreign_keys) == 1


def test_a_constraint_that_may_not_hold_is_not_enforced(catalogue: Catalogue):
    assert [key.enforced for key in table(catalogue, "unchecked").foreign_keys] == [False]


def test_nobody_counted_is_not_zero(catalogue: Catalogue):
    assert table(catalogue, "unchecked").row_estimate is None
    assert table(catalogue, "cheap").row_estimate is None


def test_views_have_columns_and_comments(catalogue: Catalogue):
    cheap = table(catalogue, "cheap")
    assert (cheap.column_names, cheap.comment) == (("number", "price"), "bargains")
    assert table(catalogue, "summary").indexes == (
        Index(name="summary_region", columns=("region",), unique=True),
    )


def test_the_chosen_schemas_come_alone(database, read_as):
    with read_as(database) as reader:
        assert [str(t.ref) for t in read_catalogue(reader, ["My.Schema", "empty"]).tables] == [
            '"My.Schema"."odd ""table"" é"'
        ]
        assert read_catalogue(reader, ["empty"]).tables == ()
        assert read_catalogue(reader, []).tables == ()


def test_a_schema_that_is_not_there_is_an_error_with_the_nearest_name(database, read_as):
    with (
        read_as(database) as reader,
        pytest.raises(ObjectNotFound, match="no schema 'slaes'") as caught,
    ):
        read_catalogue(reader, ["slaes"])
    assert caught.value.hint == "did you mean 'sales'?"


def test_tables_that_the_login_may_not_read_are_said(database, read_as):
    with read_as(database, user="metadata_clerk") as reader:
        catalogue = read_catalogue(reader, ["sales"])
    closed = ["cheap", "event", "every_type", "log", "summary", "unchecked"]
    names = ", ".join(f"sales.{name}" for name in closed)
    assert catalogue.notes == (f"the login may not read: {names}",)
    assert len(catalogue.tables) == 8


def test_the_owner_may_read_everything(catalogue: Catalogue):
    assert catalogue.notes == ()


def test_the_number_of_queries_does_not_depend_on_the_schemas(database, read_as, counted):
    with read_as(database) as reader:
        assert counted(reader, lambda: read_catalogue(reader)) == 5
        assert counted(reader, lambda: read_catalogue(reader, ["sales"])) == 5


def test_an_empty_database_has_an_empty_catalogue(new_database, read_as):
    with read_as(new_database("")) as reader:
        assert read_catalogue(reader).tables == ()


def test_a_table_named_like_one_of_the_catalogue_does_not_stand_in_its_way(new_database, read_as):
    name = new_database(
        "CREATE TABLE pg_class (oid integer); CREATE TABLE public.pg_type (oid integer)"
    )
    with read_as(name) as reader:
        assert [t.ref.name for t in read_catalogue(reader).tables] == ["pg_class", "pg_type"]
