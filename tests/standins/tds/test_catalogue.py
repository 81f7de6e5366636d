"""Does the catalogue tell what CREATE TABLE told?"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from tests.standins.fixtures import can_load_microsofts_driver, connect_freetds
from tests.standins.tds import TdsServer

DEFINITIONS = """
CREATE SCHEMA Sales;
CREATE TABLE Sales.Customer (
  CustomerId int IDENTITY(100, 5) NOT NULL CONSTRAINT PK_Customer PRIMARY KEY CLUSTERED,
  Name nvarchar(60) COLLATE Latin1_General_100_CS_AS NOT NULL,
  Code char(8) NULL CONSTRAINT UQ_Code UNIQUE,
  Notes varchar(max) SPARSE NULL,
  Balance decimal(12, 2) NOT NULL CONSTRAINT DF_Balance DEFAULT ((0)),
  DoubleBalance AS (Balance * 2) PERSISTED,
  Changed datetime2(3) NOT NULL,
  Version rowversion
);
CREATE TABLE Sales.[Order Line] (
  OrderId bigint NOT NULL, LineNumber smallint NOT NULL, CustomerId int NULL, Price money, At time(5),
  PRIMARY KEY (OrderId, LineNumber),
  CONSTRAINT FK_Customer FOREIGN KEY (CustomerId) REFERENCES Sales.Customer (CustomerId) ON DELETE CASCADE,
  CHECK (Price >= 0)
);
CREATE UNIQUE NONCLUSTERED INDEX IX_Price ON Sales.[Order Line] (Price DESC, OrderId) INCLUDE (At) WHERE (Price > 0);
CREATE TABLE dbo.History (Id int NOT NULL, A datetime2 NOT NULL, B datetime2 NOT NULL);
CREATE TABLE dbo.Temporal (Id int PRIMARY KEY, A datetime2 GENERATED ALWAYS AS ROW START HIDDEN NOT NULL,
  B datetime2 GENERATED ALWAYS AS ROW END NOT NULL, PERIOD FOR SYSTEM_TIME (A, B))
  WITH (SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.History));
CREATE TABLE dbo.Fast (Id int NOT NULL PRIMARY KEY NONCLUSTERED) WITH (MEMORY_OPTIMIZED = ON);
ALTER TABLE dbo.Fast ADD More nvarchar(10) NULL;
ALTER TABLE dbo.Fast ADD CONSTRAINT FK_Fast FOREIGN KEY (Id) REFERENCES Sales.Customer (CustomerId);
ALTER TABLE dbo.Fast NOCHECK CONSTRAINT FK_Fast;
CREATE CLUSTERED COLUMNSTORE INDEX CCI ON dbo.History;
EXEC sys.sp_addextendedproperty @name = N'MS_Description', @value = N'Who buys', @level0type = N'SCHEMA',
  @level0name = N'Sales', @level1type = N'TABLE', @level1name = N'Customer';
INSERT INTO Sales.Customer (Name, Changed) VALUES (N'Ann', '2024-01-01'), (N'Ben', '2024-01-02')
"""


@pytest.fixture(scope="module")
def shop(tds_server: TdsServer) -> TdsServer:
    """A database of its own."""
    view = "CREATE VIEW Sales.Named AS SELECT CustomerId, UPPER(Name) AS Name FROM Sales.Customer"
    tds_server.add_database("Shop")
    tds_server.define(DEFINITIONS, database="Shop")
    tds_server.define(view, database="Shop")
    return tds_server


@pytest.fixture
def ask(shop: TdsServer) -> Iterator[Any]:
    connection = connect_freetds(shop, autocommit=True, database="Shop")
    cursor = connection.cursor()

    def rows(statement: str) -> list[tuple[Any, ...]]:
        cursor.execute(statement)
        return list(cursor.fetchall())

    yield rows
    connection.close()


def test_columns_are_told_with_types_collations_and_marks(ask: Any) -> None:
    found = ask(
        "SELECT c.name, t.name, c.max_length, c.precision, c.scale, c.collation_name, c.is_nullable, c.is_identity,"
        " c.is_computed, c.is_sparse FROM sys.columns AS c JOIN sys.types AS t ON t.user_type_id = c.user_type_id"
        " WHERE c.object_id = OBJECT_ID(N'Sales.Customer') ORDER BY c.column_id"
    )
    database = "SQL_Latin1_General_CP1_CI_AS"
    assert found == [
        ("CustomerId", "int", 4, 10, 0, None, False, True, False, False),
        ("Name", "nvarchar", 120, 0, 0, "Latin1_General_100_CS_AS", False, False, False, False),
        ("Code", "char", 8, 0, 0, database, True, False, False, False),
        ("Notes", "varchar", -1, 0, 0, database, True, False, False, True),
        ("Balance", "decimal", 9, 12, 2, None, False, False, False, False),
        ("DoubleBalance", "decimal", 9, 14, 2, None, True, False, True, False),
        ("Changed", "datetime2", 7, 23, 3, None, False, False, False, False),
        ("Version", "timestamp", 8, 0, 0, None, False, False, False, False),
    ]


def test_keys_and_indexes_are_told_with_their_columns(ask: Any) -> None:
    found = ask(
        "SELECT t.name, i.name, i.type_desc, i.is_unique, i.is_primary_key, i.filter_definition, c.name, ic.key_ordinal,"
        " ic.is_descending_key, ic.is_included_column FROM sys.indexes AS i"
        " JOIN sys.tables AS t ON t.object_id = i.object_id"
        " JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id"
        " JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id"
        " WHERE i.name IN ('PK_Customer', 'UQ_Code', 'IX_Price') ORDER BY i.name, ic.index_column_id"
    )
    assert found == [
        (
            "Order Line",
            "IX_Price",
            "NONCLUSTERED",
            True,
            False,
            "(Price > 0)",
            "Price",
            1,
            True,
            False,
        ),
        (
            "Order Line",
            "IX_Price",
            "NONCLUSTERED",
            True,
            False,
            "(Price > 0)",
            "OrderId",
            2,
            False,
            False,
        ),
        (
            "Order Line",
            "IX_Price",
            "NONCLUSTERED",
            True,
            False,
            "(Price > 0)",
            "At",
            0,
            False,
            True,
        ),
        ("Customer", "PK_Customer", "CLUSTERED", True, True, None, "CustomerId", 1, False, False),
        ("Customer", "UQ_Code", "NONCLUSTERED", True, False, None, "Code", 1, False, False),
    ]
    assert ask(
        "SELECT type, name FROM sys.key_constraints WHERE parent_object_id = OBJECT_ID('Sales.Customer') ORDER BY type"
    ) == [("PK", "PK_Customer"), ("UQ", "UQ_Code")]


def test_foreign_keys_are_told_with_both_ends(ask: Any) -> None:
    found = ask(
        "SELECT fk.name, OBJECT_SCHEMA_NAME(fk.parent_object_id), OBJECT_NAME(fk.parent_object_id),"
        " COL_NAME(fkc.parent_object_id, fkc.parent_column_id), OBJECT_NAME(fk.referenced_object_id),"
        " COL_NAME(fkc.referenced_object_id, fkc.referenced_column_id), fk.delete_referential_action_desc,"
        " fk.is_disabled, fk.is_not_trusted FROM sys.foreign_keys AS fk JOIN sys.foreign_key_columns AS fkc"
        " ON fkc.constraint_object_id = fk.object_id ORDER BY fk.name"
    )
    assert found == [
        (
            "FK_Customer",
            "Sales",
            "Order Line",
            "CustomerId",
            "Customer",
            "CustomerId",
            "CASCADE",
            False,
            False,
        ),
        ("FK_Fast", "dbo", "Fast", "Id", "Customer", "CustomerId", "NO_ACTION", True, True),
    ]


def test_special_tables_are_marked(ask: Any) -> None:
    assert ask("SELECT name, temporal_type, is_memory_optimized FROM sys.tables WHERE SCHEMA_NAME(schema_id) = 'dbo' ORDER BY name") == [
        ("Fast", 0, True), ("History", 1, False), ("Temporal", 2, False)
    ]  # fmt: skip
    assert ask("SELECT type_desc FROM sys.indexes WHERE name = 'CCI'") == [
        ("CLUSTERED COLUMNSTORE",)
    ]
    assert ask(
        "SELECT name, generated_always_type, is_hidden FROM sys.columns WHERE generated_always_type > 0 ORDER BY 1"
    ) == [("A", 1, True), ("B", 2, False)]


def test_defaults_identities_computed_columns_and_comments_are_told(ask: Any) -> None:
    assert ask("SELECT name, definition FROM sys.default_constraints") == [("DF_Balance", "((0))")]
    assert ask(
        "SELECT CAST(seed_value AS bigint), CAST(increment_value AS bigint) FROM sys.identity_columns"
    ) == [(100, 5)]
    assert ask("SELECT name, definition, is_persisted FROM sys.computed_columns") == [
        ("DoubleBalance", "(Balance * 2)", True)
    ]
    assert ask(
        "SELECT CAST(value AS nvarchar(100)) FROM sys.extended_properties WHERE major_id = OBJECT_ID('Sales.Customer') AND minor_id = 0"
    ) == [("Who buys",)]
    assert ask("SELECT definition FROM sys.check_constraints") == [("(Price >= 0)",)]


def test_rows_are_counted(ask: Any) -> None:
    by_partition = "SELECT SUM(row_count) FROM sys.dm_db_partition_stats WHERE object_id = OBJECT_ID('Sales.Customer') AND index_id < 2"
    assert ask(by_partition) == [(2,)]
    assert ask(
        "SELECT SUM(rows) FROM sys.partitions WHERE object_id = OBJECT_ID('Sales.Customer') AND index_id IN (0, 1)"
    ) == [(2,)]


def test_the_standard_views_agree(ask: Any) -> None:
    assert ask("SELECT TABLE_NAME, TABLE_TYPE FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'Sales' ORDER BY 1") == [
        ("Customer", "BASE TABLE"), ("Named", "VIEW"), ("Order Line", "BASE TABLE")
    ]  # fmt: skip
    assert ask(
        "SELECT DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, IS_NULLABLE FROM INFORMATION_SCHEMA.COLUMNS WHERE COLUMN_NAME = 'Name' AND TABLE_NAME = 'customer'"
    ) == [("nvarchar", 60, "NO")]
    assert ask(
        "SELECT CONSTRAINT_TYPE FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS WHERE TABLE_NAME = 'Order Line' ORDER BY 1"
    ) == [("FOREIGN KEY",), ("PRIMARY KEY",)]


def test_names_are_found_in_any_case_and_rows_have_what_was_not_given(ask: Any) -> None:
    found = ask(
        "SELECT customerid, NAME, balance, DOUBLEBALANCE FROM [sales].[CUSTOMER] ORDER BY 1"
    )
    assert [tuple(map(str, row)) for row in found] == [
        ("100", "Ann", "0.00", "0.00"),
        ("105", "Ben", "0.00", "0.00"),
    ]
    assert ask("SELECT Name FROM Sales.Named ORDER BY 1") == [("ANN",), ("BEN",)]


@pytest.mark.parametrize(("statement", "number"), {
    "INSERT INTO Sales.Customer (Name, Changed) VALUES (NULL, '2024-01-01')": 515,
    "INSERT INTO Sales.Customer (CustomerId, Name, Changed) VALUES (1, 'x', '2024-01-01')": 544,
    "INSERT INTO Sales.Customer (Name, Code, Changed) VALUES ('x', '123456789', '2024-01-01')": 2628,
    "INSERT INTO Sales.Customer (Name) VALUES ('a', 'b')": 213,
    "INSERT INTO Sales.Customer (Nothing) VALUES (1)": 207,
    "CREATE TABLE Sales.Customer (id int)": 2714,
    "CREATE TABLE nowhere.t (id int)": 2760,
    "CREATE TABLE t (id nothing)": 2715,
    "CREATE TABLE t (id int, ID int)": 2705,
    "DROP TABLE nothing": 3701,
    "ALTER TABLE nothing ADD x int": 4902,
}.items())  # fmt: skip
def test_what_breaks_a_rule_is_refused(ask: Any, statement: str, number: int) -> None:
    with pytest.raises(Exception, match=str(number)):
        ask(statement)


@pytest.mark.parametrize("dialect", ["mssql+pymssql", "mssql+mssqlpython"])
def test_sqlalchemy_makes_fills_and_drops_tables(shop: TdsServer, dialect: str) -> None:
    if dialect.endswith("mssqlpython") and not can_load_microsofts_driver():
        pytest.skip("Microsoft's driver cannot load: the system library libltdl7 is missing")
    engine = sa.create_engine(
        shop.url(dialect, database="Shop")
        + ("?Encrypt=no" if dialect.endswith("mssqlpython") else "")
    )
    kinds: dict[str, Any] = {
        "name": sa.Unicode(20),
        "at": sa.DateTime(),
        "n": sa.Numeric(10, 2),
        "ok": sa.Boolean(),
        "b": sa.LargeBinary(),
        "u": sa.Uuid(),
    }
    metadata = sa.MetaData()
    table = sa.Table(
        "Made",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(name, kind) for name, kind in kinds.items()),
        schema="Sales",
    )
    rows = [
        {
            "name": "ä",
            "at": dt.datetime.fromisoformat("2024-01-01"),
            "n": Decimal("1.50"),
            "ok": True,
            "b": b"\x00\xff",
            "u": UUID(int=5),
        },
        dict.fromkeys(kinds),
    ]
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), rows)
        assert connection.execute(table.insert().values(name="c")).inserted_primary_key == (3,)
        found = connection.execute(
            sa.select(*(table.c[name] for name in kinds)).order_by(table.c.id).limit(2)
        ).mappings()
        assert [dict(row) for row in found] == rows
        connection.execute(table.update().where(table.c.id == 3).values(name="d"))
        connection.execute(table.delete().where(table.c.id < 3))
        last = sa.select(table.c.name).order_by(table.c.id).offset(0).limit(5)
        assert connection.execute(last).scalars().all() == ["d"]
    metadata.drop_all(engine)
    engine.dispose()


@pytest.mark.parametrize("dialect", ["mssql+pymssql", "mssql+mssqlpython"])
def test_sqlalchemy_reads_the_catalogue(shop: TdsServer, dialect: str) -> None:
    if dialect.endswith("mssqlpython") and not can_load_microsofts_driver():
        pytest.skip("Microsoft's driver cannot load: the system library libltdl7 is missing")
    words = "?Encrypt=no" if dialect.endswith("mssqlpython") else ""
    engine = sa.create_engine(shop.url(dialect, database="Shop") + words)
    inspector = sa.inspect(engine)
    assert inspector.get_table_names(schema="Sales") == ["Customer", "Order Line"]
    assert inspector.get_pk_constraint("Order Line", schema="Sales")["constrained_columns"] == [
        "OrderId",
        "LineNumber",
    ]
    assert (
        inspector.get_foreign_keys("Order Line", schema="Sales")[0]["referred_table"] == "Customer"
    )
    assert [column["name"] for column in inspector.get_columns("Customer", schema="Sales")][:2] == [
        "CustomerId",
        "Name",
    ]
    engine.dispose()
