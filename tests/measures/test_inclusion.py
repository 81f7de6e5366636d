"""Values held against keys, on three engines: exact where they are few, with a stated risk where they are sampled."""

import pytest
import sqlglot
from tests.measures.databases import Database, Sample
from tests.relationships.schemas import TAKEN_AT, schema

from ombudsman.connections.literals import whole_sql
from ombudsman.connections.reader import Reader
from ombudsman.connections.rendering import rendering_dialect
from ombudsman.measures.inclusion import AskedInclusion, Search, look_up_relationships
from ombudsman.measures.profiles import key_profiles
from ombudsman.measures.relation import Relation
from ombudsman.model.mapping import TableMapping
from ombudsman.model.tables import Catalogue, ColumnRef, Key, Side, Table
from ombudsman.relationships.lookup import Inclusion, Link
from ombudsman.relationships.proposal import Clue

PARENT = Sample(
    "parent", {"parent_id": "integer", "code": "padded"}, [(i, f"c{i}") for i in range(1, 101)]
)


def catalogue_of(tables: dict[str, Table], **keys: tuple[str, ...]) -> Catalogue:
    told = [
        table.model_copy(update={"primary_key": Key(kind="primary", columns=keys[name])})
        if name in keys
        else table
        for name, table in tables.items()
    ]
    return Catalogue(connection="c", engine="duckdb", taken_at=TAKEN_AT, tables=tuple(told))


def asked(
    reader: Reader,
    tables: dict[str, Table],
    columns: tuple[str, ...],
    referred: tuple[str, ...],
    *,
    sample: int = 50_000,
) -> Inclusion:
    catalogue = catalogue_of(tables)
    link = Link(tables["child"].ref, columns, tables["parent"].ref, referred)
    ask = AskedInclusion(reader, catalogue, key_profiles(reader, catalogue), sample=sample)
    answer = ask([link])
    assert ask.notes == []
    return answer[link]


@pytest.mark.parametrize(
    ("values", "sampled", "missing"),
    [
        ([], 0, 0),
        ([None, None], 0, 0),
        ([1, 1, 2, None], 2, 0),
        ([1, 101, 101, 500, None], 3, 2),
    ],
)
def test_different_values_are_counted_once(
    database: Database, values: list[int | None], sampled: int, missing: int
):
    child = Sample("child", {"parent_id": "small"}, [(each,) for each in values])
    with database.reading(PARENT, child) as (reader, tables):
        found = asked(reader, tables, ("parent_id",), ("parent_id",))
    share = missing / sampled if sampled else 0.0
    assert found == Inclusion(sampled, missing, is_whole=True, missing_at_most=share)


def test_combinations_are_looked_up_together(database: Database):
    rows = [(1, "c1"), (2, "c2"), (1, "c2"), (None, "c9"), (3, None)]
    child = Sample("child", {"a": "integer", "b": "text"}, rows)
    with database.reading(PARENT, child) as (reader, tables):
        found = asked(reader, tables, ("a", "b"), ("parent_id", "code"))
    assert (found.sampled, found.missing, found.is_whole) == (3, 1, True)


def test_padding_of_the_key_makes_no_difference(database: Database):
    child = Sample("child", {"code": "text"}, [("c1",), ("c100",)])
    with database.reading(PARENT, child) as (reader, tables):
        assert asked(reader, tables, ("code",), ("code",)).missing == 0


def test_a_sample_states_its_risk(duck: Database):
    child = Sample("child", {"parent_id": "integer"}, [(i,) for i in range(1, 2001)])
    with duck.reading(PARENT, child) as (reader, tables):
        found = asked(reader, tables, ("parent_id",), ("parent_id",), sample=500)
    assert not found.is_whole
    assert 400 < found.sampled < 600
    assert abs(found.missing / found.sampled - 0.95) < 0.04
    assert 0.95 < found.missing_at_most < 1, (
        "95 % of the values are no keys, and the bound holds it"
    )


def test_a_sample_without_orphans_bounds_their_share(duck: Database):
    many = Sample("parent", {"parent_id": "integer"}, [(i,) for i in range(3000)])
    child = Sample("child", {"parent_id": "integer"}, [(i,) for i in range(3000)])
    with duck.reading(many, child) as (reader, tables):
        found = asked(reader, tables, ("parent_id",), ("parent_id",), sample=300)
    assert found.missing == 0
    assert found.missing_at_most == pytest.approx(1 - 0.05 ** (1 / found.sampled))


def test_profiles_say_what_a_column_holds(database: Database):
    child = Sample("child", {"n": "integer", "t": "text"}, [(1, "a"), (1, None), (3, "b")])
    with database.reading(child) as (reader, tables):
        found = key_profiles(reader, catalogue_of(tables))
    number, text = (found[ColumnRef(tables["child"].ref, name)] for name in ("n", "t"))
    assert (number.rows, number.nulls, number.distinct, number.least, number.greatest) == (
        3,
        0,
        2,
        1,
        3,
    )
    assert (text.nulls, text.distinct, text.least, text.greatest) == (1, 2, "a", "b")
    assert number.is_unique is False


def test_a_planted_reference_is_found_with_its_evidence_and_small_numbers_are_not(
    database: Database,
):
    parent = Sample("customers", {"customer_id": "integer"}, [(i,) for i in range(1, 51)])
    child = Sample(
        "orders",
        {"order_id": "integer", "customer_id": "small", "customer_no": "small", "kind": "small"},
        [(i, i % 50 + 1, i + 1000, i % 3) for i in range(1, 200)],
    )
    with database.reading(parent, child) as (reader, tables):
        catalogue = catalogue_of(tables, customers=("customer_id",), orders=("order_id",))
        found = look_up_relationships(reader, catalogue)
    (one,) = found.relationships
    assert (one.columns, one.referred.name) == (("customer_id",), "customers")
    assert {clue.clue for clue in one.evidence} == {
        Clue.NAME,
        Clue.RANGE,
        Clue.INCLUSION,
        Clue.COVERAGE,
    }
    assert one.confidence > 0.98


def test_a_table_that_cannot_be_read_is_a_note_and_spoils_nothing_else(duck: Database):
    parent = Sample("customers", {"customer_id": "integer"}, [(1,)])
    orders = Sample("orders", {"customer_id": "integer"}, [(1,), (1,)])
    with duck.reading(parent, orders) as (reader, tables):
        lost = tables["orders"].model_copy(
            update={"ref": tables["orders"].ref.model_copy(update={"name": "gone"})}
        )
        catalogue = catalogue_of({**tables, "gone": lost}, customers=("customer_id",))
        found = look_up_relationships(reader, catalogue)
    assert {each.table.name for each in found.relationships} == {"orders", "gone"}
    (note,) = found.notes
    assert note.startswith("not looked up: ")
    assert "gone" in note


@pytest.mark.parametrize(("engine", "dialect"), [("mssql", "tsql"), ("snowflake", "snowflake")])
@pytest.mark.parametrize("columns", [("CustomerID",), ("CustomerID", "Code")])
def test_engines_that_are_not_here_are_asked_in_their_own_words(
    engine: str, dialect: str, columns: tuple[str, ...]
):
    catalogue, _ = schema("""
        Customers: CustomerID* int, Code text
        Orders: OrderID* int, CustomerID int, Code text
    """)
    parent, child = (
        Relation(
            Side.SOURCE,
            table,
            source_table=table,
            mapping=TableMapping(source=table.ref, target=table.ref),
            dialect=dialect,
            source_dialect=dialect,
        )
        for table in catalogue.tables
    )
    search = Search(columns, columns, 0.1)(child, parent)
    written = whole_sql(search, rendering_dialect(engine))
    (parsed,) = sqlglot.parse(written, dialect=dialect)
    assert parsed is not None
    tables = {each.name for each in parsed.find_all(sqlglot.exp.Table)}
    assert tables == {"Customers", "Orders"}
    assert ("HASHBYTES" if engine == "mssql" else "MD5_NUMBER_LOWER64") in written
