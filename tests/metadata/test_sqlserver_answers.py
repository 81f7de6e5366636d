"""What the answers of `sys` mean: each trap of SQL Server's catalogue, planted into the rows that a server would give.

The questions themselves are asked of a server in `test_sqlserver_catalogue`.
"""

import datetime as dt
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ombudsman.connections.reader import Reader, Rows
from ombudsman.metadata import sqlserver_catalogue as asked
from ombudsman.metadata.sqlserver_catalogue import native_type, read_sqlserver
from ombudsman.model.errors import ObjectNotFound, PermissionDenied
from ombudsman.model.tables import Catalogue, Index, Key, Table, TableRef
from ombudsman.model.types import Decimal, Text, Timestamp, Unknown
from ombudsman.sql.native_types import read_type

QUESTIONS = {
    "SCHEMAS": asked.SCHEMAS,
    "TABLES": asked.TABLES,
    "COUNTS": asked.COUNTS,
    "COUNTS_FOR_ANYONE": asked.COUNTS_FOR_ANYONE,
    "COLUMNS": asked.COLUMNS,
    "INDEXES": asked.INDEXES,
    "FOREIGN_KEYS": asked.FOREIGN_KEYS,
}


@dataclass
class Server:
    """Answers each question with rows; what is an error is raised."""

    SCHEMAS: Any = (("dbo", 1, 1, "Shop"), ("Sales", 0, 1, "Shop"))
    TABLES: Any = ((1, "dbo", "t", "U ", None, 0, 0, 0, 1),)
    COUNTS: Any = ((1, 7),)
    COUNTS_FOR_ANYONE: Any = ((1, 8),)
    COLUMNS: Any = ()
    INDEXES: Any = ()
    FOREIGN_KEYS: Any = ()
    asked: list[str] = field(default_factory=list)
    connection: Any = field(default_factory=lambda: SimpleNamespace(name="erp", engine="mssql"))

    def query(self, statement: Any) -> Rows:
        (name,) = [
            name
            for name, sql in QUESTIONS.items()
            if sql == str(statement).replace("(__[POSTCOMPILE_schemas])", ":schemas")
        ]
        self.asked.append(name)
        answer = getattr(self, name)
        if isinstance(answer, Exception):
            raise answer
        rows = [tuple(row) for row in answer]
        now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        return Rows(columns=(), count=len(rows), sql="", started=now, ms=0, rows=rows)


def catalogue(**answers: Any) -> Catalogue:
    return read_sqlserver(cast("Reader", Server(**answers)), None)


def only_table(**answers: Any) -> Table:
    (table,) = catalogue(**answers).tables
    return table


def column(**changes: Any) -> tuple[Any, ...]:
    told = {
        "table": 1,
        "name": "c",
        "word": "int",
        "length": 4,
        "precision": 10,
        "scale": 0,
        "nullable": 1,
        "identity": 0,
        "computed": 0,
        "definition": None,
        "preset": None,
        "collation": None,
        "comment": None,
        "sparse": 0,
        "hidden": 0,
    }
    return tuple((told | changes).values())


def index(**changes: Any) -> tuple[Any, ...]:
    told = {
        "table": 1,
        "name": "i",
        "type": 2,
        "unique": 0,
        "primary": 0,
        "constraint": 0,
        "disabled": 0,
        "filtered": 0,
        "column": "a",
    }
    return tuple((told | changes).values())


@pytest.mark.parametrize(
    ("word", "numbers", "expected"),
    [
        ("nvarchar", (80, 0, 0), "nvarchar(40)"),
        ("nvarchar", (-1, 0, 0), "nvarchar(max)"),
        ("nchar", (2, 0, 0), "nchar(1)"),
        ("varchar", (8000, 0, 0), "varchar(8000)"),
        ("varbinary", (-1, 0, 0), "varbinary(max)"),
        ("decimal", (9, 18, 4), "decimal(18,4)"),
        ("datetime2", (8, 27, 7), "datetime2(7)"),
        ("datetimeoffset", (10, 26, 0), "datetimeoffset(0)"),
        ("time", (5, 16, 7), "time(7)"),
        ("datetime", (8, 23, 3), "datetime"),
        ("money", (8, 19, 4), "money"),
        ("hierarchyid", (892, 0, 0), "hierarchyid"),
        ("xml", (-1, 0, 0), "xml"),
    ],
)
def test_a_types_full_spelling(word: str, numbers: tuple[int, int, int], expected: str):
    assert native_type(word, *numbers) == expected


@pytest.mark.parametrize(
    ("native", "expected"),
    [
        ("nvarchar(40)", Text(length=40)),
        ("varchar(max)", Text(unicode=False)),
        ("decimal(18,4)", Decimal(precision=18, scale=4)),
        ("datetimeoffset(7)", Timestamp(precision=7, zone=True)),
        ("hierarchyid", Unknown(name="hierarchyid")),
        ("sql_variant", Unknown(name="sql_variant")),
        ("geography", Unknown(name="geography")),
    ],
)
def test_a_spelling_is_read_and_never_taken_for_text(native: str, expected: Any):
    assert read_type("mssql", native) == expected


def test_a_column_is_told_whole():
    told = only_table(
        COLUMNS=[
            column(name="Id", nullable=0, identity=1),
            column(name="Name", word="nvarchar", length=80, collation="Latin1_General_CS_AS", comment="as printed"),
            column(name="Price", word="money", length=8, precision=19, scale=4, preset="((1.5))"),
            column(name="Twice", computed=1, definition="([Price]*(2))"),
            column(name="Unseen", computed=1),
            column(name="Rare", sparse=1),
            column(name="ValidTo", word="datetime2", length=8, precision=27, scale=7, hidden=1),
        ]
    )  # fmt: skip
    by_name = {each.name: each for each in told.columns}
    assert by_name["Id"].identity
    assert not by_name["Id"].nullable
    assert by_name["Name"].native_type == "nvarchar(40)"
    assert by_name["Name"].collation == "Latin1_General_CS_AS"
    assert by_name["Name"].comment == "as printed"
    assert by_name["Price"].default == "((1.5))"
    assert by_name["Twice"].computed == "([Price]*(2))"
    assert by_name["Unseen"].computed == "(its definition is not shown to this login)"
    assert by_name["Rare"].marks == ("sparse",)
    assert by_name["ValidTo"].marks == ("hidden",)


@pytest.mark.parametrize(
    ("flags", "marks"),
    [
        ((0, 0, 0), ()),
        ((1, 0, 0), ("history",)),
        ((2, 0, 0), ("system-versioned",)),
        ((0, 1, 0), ("memory-optimised",)),
        ((0, 0, 1), ("external",)),
        ((2, 1, 0), ("system-versioned", "memory-optimised")),
    ],
)
def test_what_is_unusual_about_a_table_is_marked(flags: tuple[int, ...], marks: tuple[str, ...]):
    told = only_table(TABLES=[(1, "dbo", "t", "U ", "a comment", *flags, 1)])
    assert told.marks == marks
    assert told.comment == "a comment"


def test_keys_and_indexes_keep_their_columns_order_and_what_they_hold():
    told = only_table(
        INDEXES=[
            index(name="PK", type=1, unique=1, primary=1, column="b"),
            index(name="PK", type=1, unique=1, primary=1, column="a"),
            index(name="UQ", unique=1, constraint=1),
            index(name="UQ_off", unique=1, constraint=1, disabled=1),
            index(name="IX", column="b"),
            index(name="IX", column="a"),
            index(name="UX", unique=1),
            index(name="UX_filtered", unique=1, filtered=1),
            index(name="IX_off", disabled=1),
            index(name="CCI", type=5, column=None),
        ]
    )
    assert told.primary_key == Key(kind="primary", columns=("b", "a"), name="PK")
    assert told.unique_keys == (
        Key(kind="unique", columns=("a",), name="UQ"),
        Key(kind="unique", columns=("a",), name="UQ_off", enforced=False),
    )
    assert told.indexes == (
        Index(name="IX", columns=("b", "a")),
        Index(name="UX", columns=("a",), unique=True),
        Index(name="UX_filtered", columns=("a",)),
    )
    assert told.marks == ("columnstore",)


@pytest.mark.parametrize(
    ("disabled", "not_trusted", "enforced"),
    [(0, 0, True), (1, 0, False), (0, 1, False), (1, 1, False)],
)
def test_a_foreign_key_holds_only_if_it_was_checked(
    disabled: int, not_trusted: int, enforced: bool
):
    told = only_table(
        FOREIGN_KEYS=[
            (1, "FK", "b", "Sales", "Item", "Number", disabled, not_trusted),
            (1, "FK", "a", "Sales", "Item", "Region", disabled, not_trusted),
        ]
    )
    (key,) = told.foreign_keys
    assert (key.columns, key.referred_columns) == (("b", "a"), ("Number", "Region"))
    assert key.table == TableRef(schema="Sales", name="Item")
    assert key.enforced is enforced


@pytest.mark.parametrize("error", [PermissionDenied("x"), ObjectNotFound("x")])
def test_row_counts_are_had_in_another_way_where_the_first_is_shut(error: Exception):
    assert only_table().row_estimate == 7
    assert catalogue().notes == ()
    told = catalogue(COUNTS=error)
    assert told.tables[0].row_estimate == 8
    assert "approximate" in told.notes[0]


def test_a_view_has_no_row_count():
    told = only_table(TABLES=[(1, "dbo", "v", "V ", None, 0, 0, 0, 1)])
    assert (told.kind, told.row_estimate) == ("view", None)


def test_what_the_login_may_not_see_is_said():
    notes = catalogue(
        SCHEMAS=[("dbo", 1, 0, "Shop")], TABLES=[(1, "dbo", "closed", "U ", None, 0, 0, 0, 0)]
    ).notes
    assert "dbo.closed" in notes[0]
    assert "VIEW DEFINITION" in notes[1]


def test_seven_questions_at_most_are_asked():
    server = Server(COUNTS=PermissionDenied("x"))
    read_sqlserver(cast("Reader", server), None)
    assert len(server.asked) == 7


def test_a_schema_that_does_not_exist_is_named():
    with pytest.raises(ObjectNotFound, match="'sales'") as told:
        read_sqlserver(cast("Reader", Server()), ["sales"])
    assert told.value.hint == "did you mean 'Sales'?"
