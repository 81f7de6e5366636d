"""Snowflake's catalogue: names as they are kept, keys that nobody enforces, kinds, sizes, and what is not seen."""

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from tests.metadata.conftest import reading
from tests.standins.snowflake.account import Place, Standin

from ombudsman.connections.connection import connect
from ombudsman.connections.reader import Reader
from ombudsman.connections.snowflake_privileges import least, snowflake_privileges
from ombudsman.metadata import snowflake_catalogue
from ombudsman.metadata.read import read_catalogue
from ombudsman.model import types
from ombudsman.model.errors import ObjectNotFound, QueryFailed
from ombudsman.model.tables import Catalogue, ForeignKey, Key, Table, TableRef

SCRIPT = (
    """CREATE TABLE "Order Lines" (ID INTEGER, "select" VARCHAR(10) COMMENT 'the choice', "Mixed" TIMESTAMP_NTZ(3),
       PRIMARY KEY (ID, "select"), CONSTRAINT ONE_OF_EACH UNIQUE ("Mixed", ID)) COMMENT = 'lines of "orders"'""",
    """CREATE TRANSIENT TABLE LINES (LINE INTEGER PRIMARY KEY, ORDER_ID INTEGER NOT NULL, CHOICE VARCHAR(10),
       AMOUNT NUMBER(12, 2) DEFAULT 1.5,
       CONSTRAINT OF_ORDER FOREIGN KEY (ORDER_ID, CHOICE) REFERENCES "Order Lines" (ID, "select"))""",
    "INSERT INTO LINES VALUES (1, 1, 'a', 2), (2, 1, 'b', 3)",
    "CREATE VIEW RECENT AS SELECT * FROM LINES",
    """CREATE TABLE EVERYTHING (N NUMBER, D NUMBER(38, 37), F FLOAT, R REAL, B BOOLEAN, V VARCHAR, C CHAR(3),
       BI BINARY, DA DATE, TI TIME(3), NTZ TIMESTAMP_NTZ, LTZ TIMESTAMP_LTZ(6), TZ TIMESTAMP_TZ(9), VA VARIANT,
       O OBJECT, A ARRAY)""",
    "CREATE TABLE COUNTED (ID INTEGER IDENTITY, NAME VARCHAR(5))",
)


@pytest.fixture(scope="module")
def place(snowflake_place: Place) -> Place:
    snowflake_place.execute(*SCRIPT)
    return snowflake_place


@pytest.fixture(scope="module")
def catalogue(place: Place) -> Catalogue:
    with reading(place.settings) as reader:
        return read_catalogue(reader, [str(place.settings.schema_name)])


def table(catalogue: Catalogue, name: str) -> Table:
    found = catalogue.table(TableRef(name=name))
    assert found is not None
    return found


def test_tables_and_views_come_with_their_names_as_they_are_kept(
    place: Place, catalogue: Catalogue
):
    assert catalogue.default_schema == place.settings.schema_name
    assert [(each.ref.name, each.kind) for each in catalogue.tables] == [
        ("COUNTED", "table"),
        ("EVERYTHING", "table"),
        ("LINES", "table"),
        ("Order Lines", "table"),
        ("RECENT", "view"),
    ]
    assert table(catalogue, "Order Lines").column_names == ("ID", "select", "Mixed")


def test_keys_are_told_as_not_enforced(catalogue: Catalogue):
    orders, lines = table(catalogue, "Order Lines"), table(catalogue, "LINES")
    assert orders.primary_key == Key(kind="primary", columns=("ID", "select"), enforced=False)
    assert orders.unique_keys == (
        Key(kind="unique", columns=("Mixed", "ID"), name="ONE_OF_EACH", enforced=False),
    )
    assert lines.foreign_keys == (
        ForeignKey(
            columns=("ORDER_ID", "CHOICE"),
            table=orders.ref,
            referred_columns=("ID", "select"),
            name="OF_ORDER",
            enforced=False,
        ),
    )
    assert table(catalogue, "RECENT").primary_key is None


def test_columns_come_with_null_default_identity_and_comment(catalogue: Catalogue):
    orders, lines = table(catalogue, "Order Lines"), table(catalogue, "LINES")
    told = {c.name: (c.nullable, c.default, c.comment) for c in orders.columns + lines.columns}
    assert told["ID"] == (False, None, None)
    assert told["select"] == (False, None, "the choice")
    assert told["Mixed"][0] is True
    assert told["ORDER_ID"][0] is False
    assert str(told["AMOUNT"][1]).startswith("1.5")
    identity = table(catalogue, "COUNTED").column("ID")
    assert identity is not None
    assert (identity.identity, identity.default) == (True, None)
    assert orders.comment == 'lines of "orders"'


def test_kinds_rows_and_bytes_are_told(catalogue: Catalogue):
    lines = table(catalogue, "LINES")
    assert lines.marks == ("transient",)
    assert lines.row_estimate == 2
    assert lines.size_bytes
    assert table(catalogue, "Order Lines").marks == ()
    view = table(catalogue, "RECENT")
    assert (view.row_estimate, view.size_bytes) == (None, None)


@pytest.mark.parametrize(
    ("name", "native", "expected"),
    [
        ("N", "NUMBER(38,0)", types.Decimal(precision=38, scale=0)),
        ("D", "NUMBER(38,37)", types.Decimal(precision=38, scale=37)),
        ("F", "FLOAT", types.Float()),
        ("R", "FLOAT", types.Float()),
        ("B", "BOOLEAN", types.Boolean()),
        ("V", None, types.Text()),
        ("C", "VARCHAR(3)", types.Text(length=3)),
        ("BI", None, types.Binary()),
        ("DA", "DATE", types.Date()),
        ("TI", "TIME(3)", types.Time(precision=3)),
        ("NTZ", "TIMESTAMP_NTZ(9)", types.Timestamp(precision=9)),
        ("LTZ", "TIMESTAMP_LTZ(6)", types.Timestamp(precision=6, zone=True)),
        ("TZ", "TIMESTAMP_TZ(9)", types.Timestamp(precision=9, zone=True)),
        ("VA", "VARIANT", types.Json()),
        ("O", "OBJECT", types.Json()),
        ("A", "ARRAY", types.Json()),
    ],
)
def test_a_column_has_the_type_that_was_declared(
    catalogue: Catalogue, name: str, native: str | None, expected: types.DataType
):
    column = table(catalogue, "EVERYTHING").column(name)
    assert column is not None
    assert column.data_type == expected
    assert native in {None, column.native_type}


def test_whose_view_it_is_is_told(catalogue: Catalogue):
    assert "may not see" in catalogue.notes[0]


def test_a_schema_that_is_not_there_is_an_error(place: Place):
    with reading(place.settings) as reader, pytest.raises(ObjectNotFound, match="no schema"):
        read_catalogue(reader, ["NOT_THERE"])


def test_the_number_of_questions_does_not_grow_with_the_tables(
    snowflake: Standin, counted: Callable[[Reader, Callable[[], Any]], int]
):
    place = snowflake.place()
    asked = []
    for start in (0, 20):
        with reading(place.settings) as reader:
            asked.append(counted(reader, partial(read_catalogue, reader)))
        place.execute(
            *(f"CREATE TABLE MORE_{n} (ID INTEGER PRIMARY KEY)" for n in range(start, start + 20))
        )
    assert asked == [6, 6]


def test_the_catalogue_needs_no_warehouse(place: Place):
    settings = place.settings.model_copy(update={"warehouse": "NOT_THERE"})
    with reading(settings) as reader:
        assert read_catalogue(reader, [str(settings.schema_name)]).tables


# ------------------------------------------------------------ answers that are too much at once


def test_keys_beyond_what_show_tells_are_asked_schema_by_schema(snowflake: Standin):
    places = [snowflake.place(), snowflake.place()]
    for place in places:
        place.execute(
            "CREATE TABLE A (I INTEGER PRIMARY KEY)", "CREATE TABLE B (I INTEGER PRIMARY KEY)"
        )
    names = [str(place.settings.schema_name) for place in places]
    with patch.object(snowflake_catalogue, "SHOW_LINES", 3), reading(places[0].settings) as reader:
        found = read_catalogue(reader, names)
        assert [each.primary_key is not None for each in found.tables] == [True] * 4
        assert not any("too many" in note for note in found.notes)
        with patch.object(snowflake_catalogue, "SHOW_LINES", 2):
            notes = read_catalogue(reader, names).notes
    assert sum("there are too many" in note for note in notes) == 2


def test_columns_beyond_what_the_catalogue_tells_at_once_are_asked_schema_by_schema(
    snowflake: Standin,
):
    place = snowflake.place()
    place.execute("CREATE TABLE A (I INTEGER, J INTEGER)")
    fault = {
        "where": "query",
        "times": 1,
        "code": "090030",
        "message": "Too much.",
        "containing": "COLUMN_NAME",
    }
    with reading(place.settings) as reader:
        snowflake.will(fault)
        (found,) = read_catalogue(reader, [str(place.settings.schema_name)]).tables
        assert found.column_names == ("I", "J")
        snowflake.will(fault | {"code": "001003", "times": 9})
        with pytest.raises(QueryFailed):
            read_catalogue(reader)
        snowflake.will()


# ------------------------------------------------------------ what the role may do


def test_a_reading_role_is_told_to_only_read(snowflake: Standin):
    with connect("shop", snowflake.settings()) as connection, connection.session() as session:
        told = connection._adapter.privileges(session)
    assert told.login == "READER as READING"
    assert told.only_reads
    assert told.sentence == "the login 'READER as READING' may only read"


def test_a_powerful_role_is_told_with_what_it_could_do(snowflake: Standin):
    settings = snowflake.place().writer
    with connect("shop", settings) as connection, connection.session() as session:
        told = connection._adapter.privileges(session)
    assert told.beyond == ("INSERT on a table", "OWNERSHIP on a database", "all that SYSADMIN may")
    assert not told.only_reads
    assert 'GRANT USAGE ON DATABASE "SHOP" TO ROLE ombudsman_reader' in told.least


GRANTS = {
    "R": [("USAGE", "ROLE", "S"), ("SELECT", "TABLE", "T"), ("USAGE", "PROCEDURE", "P()")],
    "S": [
        ("INSERT", "TABLE", "T"),
        ("INSERT", "TABLE", "U"),
        ("USAGE", "ROLE", "R"),
        ("CREATE TABLE", "SCHEMA", "X"),
    ],
    "PUBLIC": [],
}


def test_inherited_roles_are_followed_and_circles_end():
    def ask(sql: str) -> list[dict[str, Any]]:
        if sql.startswith("SELECT"):
            return [{"user": "U", "role": "R", "secondary": '{"roles":"S","value":"ALL"}'}]
        role = sql.split('"')[1]
        return [{"privilege": p, "granted_on": on, "name": name} for p, on, name in GRANTS[role]]

    told = snowflake_privileges(ask, database="shop", schema=None, warehouse="Big One")
    assert told.beyond == (
        "CREATE TABLE on a schema",
        "INSERT on 2 tables",
        "USAGE on a procedure",
        "what its other roles may, for secondary roles are active",
    )


def test_the_least_role_is_written_with_exact_names():
    told = "\n".join(least(database='"my db"', schema="sales", warehouse="Big One"))
    assert 'GRANT USAGE ON WAREHOUSE "Big One"' in told
    assert 'GRANT SELECT ON FUTURE VIEWS IN SCHEMA "my db"."SALES"' in told
