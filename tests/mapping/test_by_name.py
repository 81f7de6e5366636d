"""Tables and columns find each other by name, one to one, and nothing is guessed."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mapping.catalogues import catalogue, table

from ombudsman.mapping.by_name import map_by_name
from ombudsman.mapping.names import Likeness
from ombudsman.mapping.proposal import Ambiguity, FoundBy, Proposal, TableMatch
from ombudsman.model.errors import MappingInvalid
from ombudsman.model.mapping import ColumnMapping
from ombudsman.model.tables import Catalogue


def pairs(proposal: Proposal) -> dict[str, tuple[str, str]]:
    return {str(each.source): (str(each.target), each.found_by.value) for each in proposal.tables}


def columns(source: Sequence[str], target: Sequence[str]) -> TableMatch:
    """The column part of a proposal over one table."""
    proposal = map_by_name(catalogue(table("t", *source)), catalogue(table("t", *target)))
    return proposal.tables[0]


# ------------------------------------------------------------ tables


@pytest.mark.parametrize(
    ("source", "target", "found_by"),
    [
        ("Sales.Customer", "Sales.Customer", FoundBy.SCHEMA),
        ("Sales.DimCustomer", "SALES.DIM_CUSTOMER", FoundBy.SCHEMA),
        ("SalesLT.Customer", "SALES_LT.CUSTOMER", FoundBy.SCHEMA),
        ("dbo.Orders", "public.orders", FoundBy.DEFAULT_SCHEMA),
        ("dbo.OrderLines", "PUBLIC.ORDER_LINES", FoundBy.DEFAULT_SCHEMA),
        ("Sales.Customer", "PUBLIC.SALES_CUSTOMER", FoundBy.SCHEMA_PREFIX),
        ("dbo.Sales_Customer", "SALES.CUSTOMER", FoundBy.SCHEMA_PREFIX),
        ("Sales.Customer", "dwh.customer", FoundBy.NAME_ALONE),
        ("Customer", "CUSTOMER", FoundBy.SCHEMA),
        ("Customer", "public.customer", FoundBy.DEFAULT_SCHEMA),
    ],
)
def test_one_table_finds_its_counterpart(source, target, found_by):
    default = "public" if target.startswith("public") else "PUBLIC"
    proposal = map_by_name(catalogue(source, default="dbo"), catalogue(target, default=default))
    assert pairs(proposal) == {source: (target, found_by.value)}
    assert str(proposal.mapping.tables[0].target) == target
    assert (proposal.unmatched_source, proposal.unmatched_target, proposal.ambiguities) == (
        (),
        (),
        (),
    )


def test_plurals_and_abbreviations_are_left_alone():
    proposal = map_by_name(catalogue("s.Customer", "s.Qty"), catalogue("s.Customers", "s.Quantity"))
    assert proposal.mapping.tables == ()
    assert [ref.name for ref in proposal.unmatched_source] == ["Customer", "Qty"]
    assert [ref.name for ref in proposal.unmatched_target] == ["Customers", "Quantity"]


def test_a_schema_that_was_given_is_sought_nowhere_else():
    source = catalogue("Sales.Customer", "Sales.Orders", "HR.Person")
    target = catalogue("DWH.CUSTOMER", "SALES.ORDERS", "HR.PERSON")
    proposal = map_by_name(source, target, schemas={"Sales": "DWH"})
    assert pairs(proposal) == {
        "Sales.Customer": ("DWH.CUSTOMER", "schema_given"),
        "HR.Person": ("HR.PERSON", "schema"),
    }
    assert [str(ref) for ref in proposal.unmatched_source] == ["Sales.Orders"]
    assert [str(ref) for ref in proposal.unmatched_target] == ["SALES.ORDERS"]


@pytest.mark.parametrize("schemas", [{"Slaes": "DWH"}, {"Sales": "DHW"}])
def test_a_misspelt_schema_is_refused_with_the_nearest(schemas):
    with pytest.raises(MappingInvalid, match="has no tables in a schema") as caught:
        map_by_name(catalogue("Sales.A"), catalogue("DWH.A"), schemas=schemas)
    assert caught.value.hint in {"did you mean 'Sales'?", "did you mean 'DWH'?"}


def test_two_schemas_that_flow_into_one_collide_openly():
    proposal = map_by_name(
        catalogue("Sales.Log", "HR.Log", "HR.Person"),
        catalogue("DWH.LOG", "DWH.PERSON"),
        schemas={"Sales": "DWH", "HR": "DWH"},
    )
    assert pairs(proposal) == {"HR.Person": ("DWH.PERSON", "schema_given")}
    assert proposal.ambiguities == (Ambiguity(source=("Sales.Log", "HR.Log"), target=("DWH.LOG",)),)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (["Sales.Log"], ["A.LOG", "B.LOG"]),
        (["Sales.Log", "HR.Log"], ["A.LOG"]),
        (["s.Order", "s.order"], ["S.ORDER"]),
        (["Sales.Customer", "dbo.Sales_Customer"], ["X.SALES_CUSTOMER"]),
        (["Sales.Customer"], ["A.SALES_CUSTOMER", "B.SALES_CUSTOMER"]),
    ],
)
def test_what_can_be_read_in_two_ways_is_left_open(source, target):
    proposal = map_by_name(catalogue(*source), catalogue(*target))
    assert proposal.mapping.tables == ()
    (ambiguity,) = proposal.ambiguities
    assert set(ambiguity.source) == set(source)
    assert set(ambiguity.target) == set(target)


def test_a_name_that_others_share_does_not_find_a_foreign_schema_by_elimination():
    proposal = map_by_name(
        catalogue("Sales.Customer", "HR.Customer"), catalogue("SALES.CUSTOMER", "STAGE.CUSTOMER")
    )
    assert pairs(proposal) == {"Sales.Customer": ("SALES.CUSTOMER", "schema")}
    assert proposal.ambiguities == (Ambiguity(source=("HR.Customer",), target=("STAGE.CUSTOMER",)),)


def test_prefixed_tables_of_several_schemas_find_their_own():
    proposal = map_by_name(
        catalogue("Sales.Customer", "HR.Customer", default="dbo"),
        catalogue("P.SALES_CUSTOMER", "P.HR_CUSTOMER", "P.CUSTOMER"),
    )
    assert pairs(proposal) == {
        "Sales.Customer": ("P.SALES_CUSTOMER", "schema_prefix"),
        "HR.Customer": ("P.HR_CUSTOMER", "schema_prefix"),
    }
    assert [str(ref) for ref in proposal.unmatched_target] == ["P.CUSTOMER"]


def test_a_table_is_preferred_to_a_view_of_the_same_name():
    proposal = map_by_name(
        catalogue("s.Customer"),
        catalogue(table("A.CUSTOMER", "ID", kind="view"), "B.CUSTOMER"),
    )
    assert pairs(proposal) == {"s.Customer": ("B.CUSTOMER", "name_alone")}
    assert [str(ref) for ref in proposal.unmatched_target] == ["A.CUSTOMER"]


def test_views_answer_tables_and_views_unless_they_are_not_wanted():
    source = catalogue(table("s.V", "ID", kind="view"), table("s.W", "ID", kind="view"))
    target = catalogue("s.v", table("s.w", "ID", kind="view"))
    assert set(pairs(map_by_name(source, target))) == {"s.V", "s.W"}
    without = map_by_name(source, target, with_views=False)
    assert without.mapping.tables == ()
    assert without.unmatched_source == ()
    assert [str(ref) for ref in without.unmatched_target] == ["s.v"]


def test_tables_stand_in_the_order_of_the_source():
    proposal = map_by_name(catalogue("b.X", "a.Y", "b.A"), catalogue("a.y", "b.a", "b.x"))
    assert [str(each.source) for each in proposal.mapping.tables] == ["b.X", "a.Y", "b.A"]


# ------------------------------------------------------------ columns


@pytest.mark.parametrize(
    ("source", "target", "likeness"),
    [
        ("CustomerID", "CustomerID", Likeness.EXACT),
        ("CustomerID", "customerid", Likeness.LETTER_CASE),
        ("CustomerID", "CUSTOMER_ID", Likeness.WORDS),
        ("Customer ID", "CUSTOMER_ID", Likeness.WORDS),
        ("AddressLine1", "ADDRESS_LINE_1", Likeness.WORDS),
        ("Customer_ID", "CUSTOMERID", Likeness.RUN_ON),
        ("Größe", "GRÖSSE", Likeness.LETTER_CASE),
    ],
)
def test_one_column_finds_its_counterpart(source, target, likeness):
    (match,) = columns([source], [target]).columns
    assert (match.source, match.target, match.likeness) == (source, target, likeness)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (["CustomerID", "Customer_ID"], ["CUSTOMER_ID"]),
        (["CUSTOMER_ID"], ["CustomerID", "Customer_ID"]),
        (["Name", "NAME"], ["name"]),
        (["Name", "NAME"], ["name", "nAME"]),
    ],
)
def test_columns_that_differ_only_in_spelling_are_left_open(source, target):
    match = columns(source, target)
    assert match.columns == ()
    assert match.ambiguities == (Ambiguity(source=tuple(source), target=tuple(target)),)
    assert match.unmatched_source == match.unmatched_target == ()


def test_exact_spelling_settles_columns_that_differ_only_in_case():
    match = columns(["Name", "NAME", "name"], ["name", "NAME", "Name"])
    assert [(c.source, c.target) for c in match.columns] == [
        ("Name", "Name"),
        ("NAME", "NAME"),
        ("name", "name"),
    ]


def test_a_full_set_of_closer_likenesses_settles_a_group():
    match = columns(["CustomerID", "Customer_ID"], ["CUSTOMER_ID", "CUSTOMERID"])
    assert {(c.source, c.target) for c in match.columns} == {
        ("CustomerID", "CUSTOMERID"),
        ("Customer_ID", "CUSTOMER_ID"),
    }


def test_the_second_of_two_exact_spellings_stays_alone():
    match = columns(["Name", "NAME"], ["NAME"])
    assert [(c.source, c.target) for c in match.columns] == [("NAME", "NAME")]
    assert match.unmatched_source == ("Name",)


def test_shuffled_columns_are_mapped_in_the_order_of_the_source():
    match = columns(["A", "B", "C", "Photo"], ["LOAD_TS", "c", "a", "b"])
    assert [(c.source, c.target) for c in match.columns] == [("A", "a"), ("B", "b"), ("C", "c")]
    assert match.unmatched_source == ("Photo",)
    assert match.unmatched_target == ("LOAD_TS",)


def test_blanks_at_the_end_and_signs_are_part_of_a_name():
    match = columns(["Name ", "Cost%", "a.b"], ["Name ", "Cost", "a.b"])
    assert [(c.source, c.target) for c in match.columns] == [("Name ", "Name "), ("a.b", "a.b")]
    assert match.unmatched_source == ("Cost%",)


# ------------------------------------------------------------ keys


@pytest.mark.parametrize(
    ("primary_key", "unique", "target", "key", "key_from"),
    [
        (("Id", "No"), (), ["ID", "NO"], ("Id", "No"), "primary"),
        (("Id", "No"), (("Code",),), ["ID", "CODE"], ("Code",), "unique"),
        ((), (("Loose",), ("Code",)), ["LOOSE", "CODE"], ("Code",), "unique"),
        ((), (("Code", "No"),), ["CODE"], (), None),
        (("Id",), (), ["CODE"], (), None),
        ((), (), ["ID"], (), None),
    ],
)
def test_the_key_is_the_first_of_the_source_that_can_name_a_row(
    primary_key, unique, target, key, key_from
):
    source = table("t", "Id", "No", "Code", "Loose?", primary_key=primary_key, unique=unique)
    proposal = map_by_name(catalogue(source), catalogue(table("t", *target)))
    assert proposal.mapping.tables[0].key == key
    assert proposal.tables[0].key_from == key_from


# ------------------------------------------------------------ laws

NAMES = st.sampled_from(
    ["CustomerID", "Customer_ID", "CUSTOMERID", "customer_id", "Name", "NAME", "Na_Me", "X1", "X_1"]
)


@settings(max_examples=200)
@given(st.lists(NAMES, unique=True), st.lists(NAMES, unique=True))
def test_every_column_is_mapped_once_or_reported_once(source, target):
    match = columns(source, target)
    for names, side in ((source, "source"), (target, "target")):
        told = [getattr(c, side) for c in match.columns]
        told += getattr(match, f"unmatched_{side}")
        told += [name for ambiguity in match.ambiguities for name in getattr(ambiguity, side)]
        assert sorted(told) == sorted(names)


SCHEMAS = st.sampled_from(["Sales.", "SALES.", "dbo.", "HR.", ""])
TABLES = st.builds(
    lambda schema, name: schema + name,
    SCHEMAS,
    st.sampled_from(["Log", "LOG", "L_og", "Sales_Log", "SALESLOG", "HRLog", "Person"]),
)


@settings(max_examples=200)
@given(
    st.lists(st.tuples(TABLES, st.booleans()), unique_by=lambda each: each[0]),
    st.lists(st.tuples(TABLES, st.booleans()), unique_by=lambda each: each[0]),
)
def test_every_table_is_mapped_once_or_reported_once(source, target):
    def made(tables: list[tuple[str, bool]]) -> Catalogue:
        return catalogue(
            *(table(name, "ID", kind="view" if view else "table") for name, view in tables),
            default="dbo",
        )

    proposal = map_by_name(made(source), made(target))
    for tables, side in ((source, "source"), (target, "target")):
        told = [str(getattr(each, side)) for each in proposal.tables]
        told += [str(ref) for ref in getattr(proposal, f"unmatched_{side}")]
        told += [name for each in proposal.ambiguities for name in getattr(each, side)]
        assert sorted(told) == sorted(name for name, _ in tables)
    assert len(proposal.mapping.tables) == len(proposal.tables)


@given(st.lists(NAMES, unique=True), st.lists(NAMES, unique=True), st.randoms())
def test_the_order_of_the_target_does_not_matter(source, target, random):
    shuffled = list(target)
    random.shuffle(shuffled)
    assert columns(source, target).columns == columns(source, shuffled).columns


def test_a_proposal_is_a_mapping_of_columns_without_changes():
    proposal = map_by_name(catalogue(table("s.T", "Id")), catalogue(table("S.T", "ID")))
    assert proposal.mapping.tables[0].columns == (ColumnMapping(source="Id", target="ID"),)
