"""Every table and column gets one answer, none or a place on the list for a person; and persons have the last word."""

import time
from collections.abc import Mapping as Lookup

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mapping.catalogues import catalogue, table

from ombudsman.mapping.decisions import decisions_of
from ombudsman.mapping.suggest import suggest_mapping
from ombudsman.mapping.suggestion import Lane, SuggestedTable, Suggestion
from ombudsman.model.errors import MappingInvalid
from ombudsman.model.mapping import Decision, Mapping
from ombudsman.model.tables import Catalogue, ForeignKey, Table, TableRef


def mapped(found: Suggestion) -> dict[str, str]:
    """The table pairs that stand in the mapping."""
    return {str(each.source): str(each.target) for each in found.mapping.tables}


def columns(found: Suggestion, source: str) -> dict[str, str]:
    """The column pairs that stand in the mapping of a source table."""
    (told,) = [each for each in found.mapping.tables if str(each.source) == source]
    return {each.source: each.target for each in told.columns}


def one_table(source: tuple[str, ...], target: tuple[str, ...]) -> SuggestedTable:
    found = suggest_mapping(
        catalogue(table("s.Order", *source)), catalogue(table("S.ORDER", *target))
    )
    return found.tables[0]


# ------------------------------------------------------------ tables


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("dbo.Customers", "DWH.DIM_CUSTOMER"),
        ("dbo.tblCustomer", "DWH.CUSTOMERS"),
        ("dbo.Customers", "DWH.STG_CUST"),
        ("dbo.Suppliers", "DWH.VENDOR"),
        ("Sales.Invoice", "DWH.SALES_INVOICES"),
        ("dbo.OrderDetails", "DWH.ORDERDETAIL"),
        ("dbo.Müşteriler", "DWH.MUSTERILER"),
        ("dbo.Größen", "DWH.GROESSEN"),
        ("dbo.客户", "DWH.DIM_客户"),
    ],
)
def test_a_table_is_found_under_another_name(source, target):
    shape = ("ID", "Name", "Description", "Amount")
    found = suggest_mapping(
        catalogue(table(source, *shape), table("dbo.Weather", "Station", "Celsius")),
        catalogue(table(target, *shape), table("DWH.RAINFALL", "GAUGE", "MILLIMETRES")),
    )
    assert mapped(found) == {source: target}
    assert [str(ref) for ref in found.unmatched_source] == ["dbo.Weather"]
    assert [str(ref) for ref in found.unmatched_target] == ["DWH.RAINFALL"]


def test_empty_catalogues_give_an_empty_mapping():
    for source, target in ((catalogue(), catalogue()), (catalogue("a.b"), catalogue())):
        found = suggest_mapping(source, target)
        assert found.mapping == Mapping()
        assert len(found.unmatched_source) == len(source.tables)


def test_a_table_with_nothing_but_the_name_in_common_is_left_to_a_person():
    found = suggest_mapping(
        catalogue(table("s.Log", "Who", "Said")), catalogue(table("S.LOG", "X1", "Y2"))
    )
    assert found.mapping.tables == ()
    assert [each.lane for each in found.tables] == [Lane.REVIEW]


def test_tables_with_nothing_in_common_are_not_proposed_at_all():
    found = suggest_mapping(
        catalogue(table("s.Customer", "CustomerID", "Name")),
        catalogue(table("S.WEATHER", "STATION", "TEMPERATURE")),
    )
    assert found.tables == ()


@pytest.mark.parametrize("targets", [("DWH.LOG",), ("A.LOG", "B.LOG")])
def test_twins_are_left_to_a_person(targets):
    shape = ("Id", "At", "Text")
    found = suggest_mapping(
        catalogue(table("Sales.Log", *shape), table("HR.Log", *shape)),
        catalogue(*(table(each, *shape) for each in targets)),
    )
    assert found.mapping.tables == ()
    assert {each.lane for each in found.tables} == {Lane.REVIEW}


def test_twins_are_told_apart_by_where_the_other_tables_of_their_schemas_went():
    shape = ("Id", "At", "Text")
    found = suggest_mapping(
        catalogue(
            table("Sales.Log", *shape),
            table("HR.Log", *shape),
            table("Sales.Invoice", "InvoiceID", "Amount"),
            table("HR.Person", "PersonID", "Wage"),
        ),
        catalogue(
            table("A.LOG", *shape),
            table("B.LOG", *shape),
            table("A.PERSON", "PERSON_ID", "WAGE"),
            table("B.INVOICE", "INVOICE_ID", "AMOUNT"),
        ),
    )
    assert mapped(found) == {
        "Sales.Log": "B.LOG",
        "HR.Log": "A.LOG",
        "Sales.Invoice": "B.INVOICE",
        "HR.Person": "A.PERSON",
    }
    assert {(each.source, each.target): each.tables for each in found.schemas} == {
        ("Sales", "B"): 2,
        ("HR", "A"): 2,
    }


def test_twins_are_told_apart_by_their_columns():
    found = suggest_mapping(
        catalogue(table("Sales.Log", "Id", "Price"), table("HR.Log", "Id", "Wage")),
        catalogue(table("A.LOG", "ID", "WAGE"), table("A.LOG_2", "ID", "PRICE")),
    )
    assert mapped(found) == {"Sales.Log": "A.LOG_2", "HR.Log": "A.LOG"}


def test_small_lookup_tables_that_are_all_alike_go_by_their_names():
    names = {"Color": "CLR", "Size": "SZ", "Shape": "SHAPES", "Kind": "TYPE", "State": "STATES"}
    found = suggest_mapping(
        catalogue(*(table(f"s.{name}", "Id", "Name", primary_key=("Id",)) for name in names)),
        catalogue(*(table(f"S.{name}", "ID", "NAME") for name in sorted(names.values()))),
    )
    assert mapped(found) == {f"s.{a}": f"S.{b}" for a, b in names.items()}


def test_a_table_is_preferred_to_a_view_and_to_a_copy_in_a_staging_area():
    shape = ("CustomerID", "Name")
    found = suggest_mapping(
        catalogue(table("s.Customer", *shape)),
        catalogue(
            table("A.CUSTOMER", *shape, kind="view"),
            table("A.STG_CUSTOMER", *shape),
            table("A.DIM_CUSTOMER", *shape),
        ),
    )
    assert mapped(found) == {"s.Customer": "A.DIM_CUSTOMER"} or mapped(found) == {
        "s.Customer": "A.CUSTOMER"
    }
    without = suggest_mapping(
        catalogue(table("s.Customer", *shape)),
        catalogue(
            table("A.CUSTOMER", *shape, kind="view"),
            table("A.STG_CUSTOMER", *shape),
            table("A.DIM_CUSTOMER", *shape),
        ),
        with_views=False,
    )
    assert mapped(without) == {"s.Customer": "A.DIM_CUSTOMER"}


def referring(made: Table, column: str, to: str) -> Table:
    key = ForeignKey(columns=(column,), table=TableRef.parse(to), referred_columns=("Id",))
    return made.model_copy(update={"foreign_keys": (key,)})


def test_references_tell_apart_what_names_cannot():
    pair = ("Id", "ParentId", "Text")
    found = suggest_mapping(
        catalogue(
            "s.Invoice",
            "s.Ticket",
            referring(table("s.NoteA", *pair), "ParentId", "s.Invoice"),
            referring(table("s.NoteB", *pair), "ParentId", "s.Ticket"),
        ),
        catalogue(
            "S.INVOICE",
            "S.TICKET",
            referring(table("S.NOTE_X", *pair), "ParentId", "S.TICKET"),
            referring(table("S.NOTE_Y", *pair), "ParentId", "S.INVOICE"),
        ),
    )
    pairs = {each.source.name: each.target.name for each in found.tables}
    assert (pairs["NoteA"], pairs["NoteB"]) == ("NOTE_Y", "NOTE_X")


# ------------------------------------------------------------ columns


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("OrderDate", "ORD_DT"),
        ("Quantity", "QTY"),
        ("CustomerID", "CUST_ID"),
        ("SupplierName", "VENDOR_NAME"),
        ("orderdate", "ORDER_DATE"),
        ("Straße", "STRASSE"),
        ("电话", "电话号码"),
    ],
)
def test_a_column_is_found_under_another_name(source, target):
    found = one_table(("ID", source, "Tax"), ("ID", target, "TAX", "LOADED"))
    assert {each.source: each.target for each in found.columns}[source] == target
    assert found.unmatched_target == ("LOADED",)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (("CustomerID", "Customer_ID"), ("CUSTOMER_ID",)),
        (("CUSTOMER_ID",), ("CustomerID", "Customer_ID")),
        (("Name", "NAME"), ("name",)),
    ],
)
def test_columns_that_differ_only_in_spelling_are_left_to_a_person(source, target):
    found = one_table((*source, "Tax"), (*target, "Tax"))
    lanes = {each.source: each.lane for each in found.columns}
    assert lanes.pop("Tax") is Lane.AUTO
    assert set(lanes.values()) == {Lane.REVIEW}


def test_exact_spelling_settles_columns_that_differ_only_in_case():
    found = one_table(("Name", "NAME"), ("NAME", "Name"))
    assert {each.source: each.target for each in found.columns} == {"Name": "Name", "NAME": "NAME"}
    assert {each.lane for each in found.columns} == {Lane.AUTO}


def test_the_score_of_a_column_is_the_mean_of_its_parts():
    found = one_table(("ID", "OrderDate", "Qty"), ("ID", "ORD_DT", "QUANTITY"))
    for each in found.columns:
        mean = sum(e.weight * e.score for e in each.evidence) / sum(e.weight for e in each.evidence)
        is_same = any(e.said == "the names say the same" for e in each.evidence)
        assert each.score == pytest.approx(mean, abs=0.002) or (is_same and each.score > mean)
        assert all(e.said for e in each.evidence)


def test_a_table_of_a_thousand_columns_takes_seconds():
    source = tuple(f"Attribute{n}Value" for n in range(1_000))
    target = tuple(f"ATTR_{n}_VAL" for n in range(1_000))
    clock = time.process_time()
    found = one_table(source, target)
    assert {each.source: each.target for each in found.columns} == dict(
        zip(source, target, strict=True)
    )
    assert time.process_time() - clock < 20  # two, on a machine with nothing else to do


# ------------------------------------------------------------ split and merged


def test_a_table_that_was_split_is_found_in_both_parts():
    found = suggest_mapping(
        catalogue(
            table(
                "s.Customer",
                *("CustomerID", "Name", "Email", "Street", "City", "Region"),
                primary_key=("CustomerID",),
            ),
            table("s.Invoice", "InvoiceID", "Amount"),
        ),
        catalogue(
            table("S.CUSTOMER", "CUSTOMER_ID", "NAME", "EMAIL"),
            table("S.CUSTOMER_LOCATION", "CUSTOMER_ID", "STREET", "CITY", "REGION"),
            table("S.INVOICE", "INVOICE_ID", "AMOUNT"),
        ),
    )
    parts = {str(t.target): (t.kind, {c.target for c in t.columns}) for t in found.tables}
    assert parts["S.CUSTOMER_LOCATION"] in (
        ("split", {"CUSTOMER_ID", "STREET", "CITY", "REGION"}),
        ("whole", {"CUSTOMER_ID", "STREET", "CITY", "REGION"}),
    )
    assert parts["S.CUSTOMER"][0] != parts["S.CUSTOMER_LOCATION"][0]
    assert len(found.mapping.tables) == 2, "a source table stands once in a mapping"
    assert found.unmatched_target == ()


def test_tables_that_were_merged_both_stand_in_the_mapping():
    source = catalogue(
        table("s.Customer", "CustomerID", "Name", "Email", primary_key=("CustomerID",)),
        table("s.CustomerAddress", "CustomerID", "Street", "City", primary_key=("CustomerID",)),
    )
    target = catalogue(
        table(
            *("S.CUSTOMER", "CUSTOMER_ID", "NAME", "EMAIL", "STREET", "CITY"),
            primary_key=("CUSTOMER_ID",),
        )
    )
    found = suggest_mapping(source, target)
    assert {t.kind for t in found.tables} == {"whole", "merged"}
    assert mapped(found) == {"s.Customer": "S.CUSTOMER", "s.CustomerAddress": "S.CUSTOMER"}
    assert columns(found, "s.CustomerAddress") == {
        "CustomerID": "CUSTOMER_ID",
        "Street": "STREET",
        "City": "CITY",
    }
    assert all(t.lane is not Lane.AUTO for t in found.tables if t.kind == "merged")
    again = suggest_mapping(source, target, decisions=decisions_of(found.mapping, source, target))
    assert again.mapping == found.mapping


# ------------------------------------------------------------ persons

SOURCE = catalogue(
    table("s.Customer", "CustomerID", "Name", "Mail", "Fax"),
    table("s.Client", "ClientID", "Name", "Mail"),
)
TARGET = catalogue(
    table("S.CUSTOMER", "CUSTOMER_ID", "NAME", "EMAIL", "FAX_NO"),
    table("S.CUSTOMER_OLD", "CUSTOMER_ID", "NAME", "EMAIL"),
)


def decided(*tables: Lookup[str, object], decisions: tuple[Decision, ...] = ()) -> Suggestion:
    mapping = Mapping.model_validate({"tables": tables, "decisions": decisions})
    return suggest_mapping(SOURCE, TARGET, decisions=decisions_of(mapping, SOURCE, TARGET))


def decision(verdict: str, source: str, target: str, *names: str) -> Decision:
    column, target_column = names or (None, None)
    return Decision.model_validate(
        {
            "verdict": verdict,
            "source": source,
            "target": target,
            "column": column,
            "target_column": target_column,
        }
    )


def test_a_rejected_table_pair_is_not_proposed_again_and_another_may_be():
    assert mapped(suggest_mapping(SOURCE, TARGET))["s.Customer"] == "S.CUSTOMER"
    rejected = decision("reject", "s.Customer", "S.CUSTOMER")
    found = decided(decisions=(rejected,))
    assert ("s.Customer", "S.CUSTOMER") not in mapped(found).items()
    assert found.mapping.decisions == (rejected,)


def test_a_confirmed_table_pair_stands_whatever_the_names_say():
    found = decided(decisions=(decision("confirm", "s.Client", "S.CUSTOMER"),))
    assert mapped(found)["s.Client"] == "S.CUSTOMER"
    told = {str(each.source): each for each in found.tables}["s.Client"]
    assert (told.lane, told.confidence) == (Lane.CONFIRMED, 1.0)
    assert mapped(found).get("s.Customer") != "S.CUSTOMER", "it is given away once"


def test_a_confirmed_column_pair_confirms_its_tables_and_frees_no_other_column():
    odd = decision("confirm", "s.Customer", "S.CUSTOMER_OLD", "Fax", "EMAIL")
    found = decided(decisions=(odd,))
    assert mapped(found)["s.Customer"] == "S.CUSTOMER_OLD"
    assert columns(found, "s.Customer") == {
        "CustomerID": "CUSTOMER_ID",
        "Name": "NAME",
        "Fax": "EMAIL",
    }


def test_a_rejected_column_pair_leaves_its_columns_to_others():
    rejected = decision("reject", "s.Customer", "S.CUSTOMER", "Mail", "EMAIL")
    assert "Mail" not in columns(decided(decisions=(rejected,)), "s.Customer")


def test_what_a_person_wrote_into_a_mapping_stays_and_the_rest_is_filled_in():
    written = {
        "source": "s.Customer",
        "target": "S.CUSTOMER",
        "columns": [
            {
                "source": "Mail",
                "target": "EMAIL",
                "transformation": {"kind": "letter_case", "to": "lower"},
            }
        ],
        "exclude": ["Fax"],
        "where": "Name <> 'x'",
    }
    found = decided(written)
    (told,) = [each for each in found.mapping.tables if str(each.source) == "s.Customer"]
    assert told.where == "Name <> 'x'"
    assert told.exclude == ("Fax",)
    assert {c.source: c.transformation is not None for c in told.columns} == {
        "CustomerID": False,
        "Name": False,
        "Mail": True,
    }
    again = suggest_mapping(SOURCE, TARGET, decisions=decisions_of(found.mapping, SOURCE, TARGET))
    assert again.mapping == found.mapping


@pytest.mark.parametrize(
    ("change", "message", "hint"),
    [
        ({"source": "s.Custmer"}, "the source has no table s.Custmer", "s.Customer"),
        ({"source": "t.Customer"}, "the source has no table t.Customer", "s.Customer"),
        ({"target": "S.CUSTOMERS"}, "the target has no table S.CUSTOMERS", "S.CUSTOMER"),
        ({"column": "Maill"}, "s.Customer of the source has no column 'Maill'", "Mail"),
        ({"target_column": "E_MAIL"}, "S.CUSTOMER of the target has no column 'E_MAIL'", "EMAIL"),
    ],
)
def test_a_name_that_is_there_no_more_is_refused_with_the_nearest(change, message, hint):
    plain = {
        "verdict": "confirm",
        "source": "s.Customer",
        "target": "S.CUSTOMER",
        "column": "Mail",
        "target_column": "EMAIL",
    }
    with pytest.raises(MappingInvalid) as told:
        decided(decisions=(Decision.model_validate(plain | change),))
    assert message in told.value.message
    assert f"did you mean '{hint}'?" in told.value.message


def test_all_lost_names_are_told_together():
    lost = {
        "source": "s.Customer",
        "target": "S.CUSTOMER",
        "columns": [{"source": "A", "target": "NAME"}],
        "exclude": ["B"],
        "exclude_target": ["C"],
    }
    with pytest.raises(MappingInvalid) as told:
        decided(lost)
    assert len(told.value.context["problems"]) == 3


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (decision("confirm", "s.Customer", "S.CUSTOMER_OLD"), "mapped to S.CUSTOMER"),
        (decision("reject", "s.Customer", "S.CUSTOMER"), "are mapped, and rejected"),
        (decision("reject", "s.Customer", "S.CUSTOMER", "Mail", "EMAIL"), "that is rejected"),
        (decision("confirm", "s.Customer", "S.CUSTOMER", "Mail", "NAME"), "mapped to 'EMAIL'"),
        (decision("confirm", "s.Customer", "S.CUSTOMER", "Name", "EMAIL"), "answers 'Mail'"),
    ],
)
def test_decisions_that_contradict_each_other_are_refused(second, told):
    first = decision("confirm", "s.Customer", "S.CUSTOMER", "Mail", "EMAIL")
    for both in ((first, second), (second, first)):
        with pytest.raises(MappingInvalid) as refused:
            decided(decisions=both)
        assert refused.value.hint == "let one of the two go"
    with pytest.raises(MappingInvalid, match=told):
        decided(decisions=(first, second))
    assert mapped(decided(decisions=(first, first)))["s.Customer"] == "S.CUSTOMER", "said twice"


@pytest.mark.parametrize(
    ("more", "column", "told"),
    [
        (
            {"columns": [{"source": "Mail", "target": "EMAIL"}]},
            ("Mail", "NAME"),
            "mapped to 'EMAIL'",
        ),
        ({"columns": [{"source": "Mail", "target": "EMAIL"}]}, ("Name", "EMAIL"), "answers 'Mail'"),
        ({"exclude": ["Fax"]}, ("Fax", "FAX_NO"), "and excluded"),
        ({"exclude_target": ["FAX_NO"]}, ("Fax", "FAX_NO"), "exclude_target leaves out"),
    ],
)
def test_a_decision_that_contradicts_what_is_written_is_refused(more, column, told):
    written = {"source": "s.Customer", "target": "S.CUSTOMER", **more}
    with pytest.raises(MappingInvalid, match=told):
        decided(written, decisions=(decision("confirm", "s.Customer", "S.CUSTOMER", *column),))


def test_a_table_that_is_mapped_under_two_spellings_is_refused():
    source, target = catalogue("s.T", default="s"), catalogue("S.A", "S.B")
    written = {"tables": [{"source": "s.T", "target": "S.A"}, {"source": "T", "target": "S.B"}]}
    with pytest.raises(MappingInvalid, match=r"table s\.T is mapped twice"):
        decisions_of(Mapping.model_validate(written), source, target)


def test_a_schema_that_was_given_is_sought_nowhere_else():
    source = catalogue("Sales.Customer", "Sales.Orders", "HR.Person")
    target = catalogue("DWH.CUSTOMER", "SALES.ORDERS", "HR.PERSON")
    found = suggest_mapping(source, target, schemas={"Sales": "DWH"})
    assert mapped(found) == {"Sales.Customer": "DWH.CUSTOMER", "HR.Person": "HR.PERSON"}
    with pytest.raises(MappingInvalid, match="has no tables in a schema"):
        suggest_mapping(source, target, schemas={"Slaes": "DWH"})


# ------------------------------------------------------------ laws

NAMES = st.sampled_from(
    ["Customer", "CUSTOMERS", "Client", "Orders", "Purchase", "Log", "客户", "x", "Region_2"]
)
COLUMNS = st.lists(
    st.sampled_from(["Id", "Name", "Nm", "Label", "CustomerID", "Customer_ID", "Date", "ID", "%"]),
    unique=True,
    max_size=5,
)
CATALOGUES = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), NAMES, COLUMNS),
    unique_by=lambda each: each[:2],
    max_size=5,
).map(lambda told: catalogue(*(table(f"{s}.{n}", *names) for s, n, names in told)))


@settings(max_examples=80, deadline=None)
@given(CATALOGUES, CATALOGUES)
def test_everything_is_proposed_once_or_reported_once(source: Catalogue, target: Catalogue):
    found = suggest_mapping(source, target)
    whole = [each for each in found.tables if each.kind == "whole"]
    for side, tables in (("source", source.tables), ("target", target.tables)):
        told = [getattr(each, side) for each in whole]
        told += [getattr(e, side) for e in found.tables if getattr(e, side) not in set(told)]
        told += getattr(found, f"unmatched_{side}")
        assert sorted(map(str, told)) == sorted(str(each.ref) for each in tables)
    for each in whole:
        table_ = source.table(each.source)
        assert table_ is not None
        names = [c.source for c in each.columns] + list(each.unmatched_source)
        assert sorted(names) == sorted(table_.column_names)


@settings(max_examples=80, deadline=None)
@given(CATALOGUES, CATALOGUES, st.randoms())
def test_what_is_mapped_does_not_depend_on_the_order_of_the_targets_tables(source, target, random):
    shuffled = list(target.tables)
    random.shuffle(shuffled)
    other = target.model_copy(update={"tables": tuple(shuffled)})
    assert mapped(suggest_mapping(source, target)) == mapped(suggest_mapping(source, other))
