"""Does a SQL Server answer what the catalogue asks, and is it whole? On the stand-in, and on a real server."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.sqlserver_server import Place, settings_of
from tests.standins.tds import TdsServer

from ombudsman.connections.connection import connect
from ombudsman.connections.reader import Reader
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.errors import ObjectNotFound
from ombudsman.model.tables import Catalogue, ForeignKey, Index, Key, Table, TableRef
from ombudsman.model.types import (
    Binary,
    Boolean,
    Date,
    Decimal,
    Float,
    Integer,
    Text,
    Time,
    Timestamp,
    Unknown,
    Uuid,
    Xml,
)

SCRIPT = [
    """CREATE TABLE {s}.Region (
  Id int IDENTITY(1,1) NOT NULL CONSTRAINT PK_Region PRIMARY KEY,
  Name nvarchar(40) COLLATE Latin1_General_CS_AS NOT NULL CONSTRAINT UQ_Name UNIQUE,
  Parent int NULL CONSTRAINT FK_Under REFERENCES {s}.Region (Id))""",
    """CREATE TABLE {s}.Item (
  Region int NOT NULL, Number int NOT NULL, Price decimal(10,2) NULL CONSTRAINT DF_Price DEFAULT (1.5),
  Twice AS (Number * 2), CONSTRAINT PK_Item PRIMARY KEY (Number, Region))""",
    """CREATE TABLE {s}.[odd ]] table] (
  [select] int NULL, [b.c] int NULL, [Mixed Case] varchar(10) NULL, [ blank ] date NULL,
  CONSTRAINT [to item] FOREIGN KEY ([b.c], [select]) REFERENCES {s}.Item (Number, Region))""",
    """CREATE TABLE {s}.EveryType (
  a bit NULL, b tinyint NULL, c smallint NULL, d int NULL, e bigint NULL, f decimal(12,3) NULL, g money NULL,
  h smallmoney NULL, i real NULL, j float NULL, k date NULL, l time(3) NULL, m datetime NULL, n smalldatetime NULL,
  o datetime2(7) NULL, p datetimeoffset(7) NULL, q uniqueidentifier NULL, r char(3) NULL, s varchar(max) NULL,
  t nchar(4) NULL, u nvarchar(40) NULL, v binary(8) NULL, w varbinary(max) NULL, x xml NULL, y sql_variant NULL,
  z rowversion)""",
    "CREATE INDEX IX_Parent ON {s}.Region (Parent)",
    "ALTER TABLE {s}.EveryType WITH NOCHECK ADD CONSTRAINT FK_Unchecked FOREIGN KEY (d) REFERENCES {s}.Region (Id)",
    "CREATE VIEW {s}.Cheap AS SELECT Number, Price FROM {s}.Item WHERE Price < 10",
    "INSERT INTO {s}.Region (Name) VALUES (N'a'), (N'b'), (N'c')",
]


@pytest.fixture(scope="module")
def shop(place: Place) -> Place:
    place.execute(*SCRIPT)
    return place


@pytest.fixture
def reader(shop: Place, driver: str) -> Iterator[Reader]:
    settings = shop.settings.model_copy(update={"driver": driver})
    with connect("erp", settings) as connection, connection.open() as opened:
        yield opened


@pytest.fixture
def catalogue(reader: Reader, shop: Place) -> Catalogue:
    return read_catalogue(reader, [shop.schema])


def table(catalogue: Catalogue, schema: str, name: str) -> Table:
    found = catalogue.table(TableRef(schema=schema, name=name))
    assert found is not None, [str(each.ref) for each in catalogue.tables]
    return found


def test_the_tables_are_there_and_no_others(catalogue: Catalogue, shop: Place):
    assert {(each.ref.name, each.kind) for each in catalogue.tables} == {
        ("Region", "table"),
        ("Item", "table"),
        ("odd ] table", "table"),
        ("EveryType", "table"),
        ("Cheap", "view"),
    }
    assert {each.ref.schema_name for each in catalogue.tables} == {shop.schema}
    assert catalogue.engine == "mssql"
    assert catalogue.default_schema == "dbo"


def test_columns_keys_and_indexes_come_out_exact(catalogue: Catalogue, shop: Place):
    region = table(catalogue, shop.schema, "Region")
    assert region.column_names == ("Id", "Name", "Parent")
    identity, name, parent = region.columns
    assert identity.identity
    assert not identity.nullable
    assert (name.native_type, name.collation) == ("nvarchar(40)", "Latin1_General_CS_AS")
    assert parent.nullable
    assert region.primary_key == Key(kind="primary", columns=("Id",), name="PK_Region")
    assert region.unique_keys == (Key(kind="unique", columns=("Name",), name="UQ_Name"),)
    assert region.indexes == (Index(name="IX_Parent", columns=("Parent",)),)
    assert region.foreign_keys == (
        ForeignKey(
            columns=("Parent",),
            table=TableRef(schema=shop.schema, name="Region"),
            referred_columns=("Id",),
            name="FK_Under",
        ),
    )
    assert region.row_estimate == 3


def test_order_of_keys_defaults_and_computed_columns(catalogue: Catalogue, shop: Place):
    item = table(catalogue, shop.schema, "Item")
    assert item.primary_key == Key(kind="primary", columns=("Number", "Region"), name="PK_Item")
    price, twice = item.column("Price"), item.column("Twice")
    assert price is not None
    assert twice is not None
    assert "1.5" in str(price.default)
    assert price.native_type == "decimal(10,2)"
    assert "2" in str(twice.computed)
    assert price.computed is None


def test_odd_names_and_unchecked_keys(catalogue: Catalogue, shop: Place):
    odd = table(catalogue, shop.schema, "odd ] table")
    assert odd.column_names == ("select", "b.c", "Mixed Case", " blank ")
    (key,) = odd.foreign_keys
    assert (key.columns, key.referred_columns) == (("b.c", "select"), ("Number", "Region"))
    assert key.enforced
    (unchecked,) = table(catalogue, shop.schema, "EveryType").foreign_keys
    assert (unchecked.name, unchecked.enforced) == ("FK_Unchecked", False)


def test_every_type_is_known(catalogue: Catalogue, shop: Place):
    every = table(catalogue, shop.schema, "EveryType")
    assert [each.data_type for each in every.columns] == [
        Boolean(),
        Integer(bits=8, signed=False),
        Integer(bits=16),
        Integer(bits=32),
        Integer(bits=64),
        Decimal(precision=12, scale=3),
        Decimal(precision=19, scale=4),
        Decimal(precision=10, scale=4),
        Float(bits=32),
        Float(bits=64),
        Date(),
        Time(precision=3),
        Timestamp(precision=3),
        Timestamp(precision=0),
        Timestamp(precision=7),
        Timestamp(precision=7, zone=True),
        Uuid(),
        Text(length=3, fixed=True, unicode=False),
        Text(unicode=False),
        Text(length=4, fixed=True),
        Text(length=40),
        Binary(length=8, fixed=True),
        Binary(),
        Xml(),
        Unknown(name="sql_variant"),
        Binary(length=8, fixed=True),
    ]
    assert not {each.native_type for each in every.columns} & {"decimal", "datetime2", "nvarchar"}


def test_seven_queries_at_most(
    reader: Reader, shop: Place, counted: Callable[[Reader, Callable[[], Any]], int]
):
    assert counted(reader, lambda: read_catalogue(reader, [shop.schema])) <= 7


def test_a_schema_that_is_not_there_is_named(reader: Reader, shop: Place):
    with pytest.raises(ObjectNotFound, match="no schema"):
        read_catalogue(reader, [f"{shop.schema}x"])


def test_a_login_without_rights_on_the_servers_state_still_has_row_counts(
    tds: TdsServer, driver: str
):
    tds.define("CREATE TABLE dbo.counted (id int); INSERT INTO dbo.counted VALUES (1), (2)")
    words = "VIEW DATABASE STATE permission denied in database 'shop'."
    tds.plant("dm_db_partition_stats", error=262, text=words)
    try:
        settings = settings_of(tds, driver=driver)
        with connect("erp", settings) as connection, connection.open() as reader:
            told = read_catalogue(reader, ["dbo"])
    finally:
        tds.clear_faults()
        tds.define("DROP TABLE dbo.counted")
    assert table(told, "dbo", "counted").row_estimate == 2
    assert any("approximate" in note for note in told.notes)
