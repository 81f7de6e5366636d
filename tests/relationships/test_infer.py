"""What evidence does: values confirm, doubt and decide between parents; declared keys are believed."""

from collections.abc import Mapping, Sequence

import pytest
from tests.relationships.schemas import schema

from ombudsman.model.profile import ColumnProfile
from ombudsman.model.tables import Catalogue, ColumnRef, ForeignKey, Index
from ombudsman.relationships.infer import infer_relationships, possible_links
from ombudsman.relationships.lookup import Inclusion, Link
from ombudsman.relationships.proposal import Cardinality, Clue, Relationship

SHOP = """
    Customer: CustomerID* int, Name text
    Invoice: InvoiceID* int, CustomerID? int, Total dec
"""


def answering(**missing: int):
    """Says of each link, by its parent's name, how many of 100 values are no key; else none."""

    def ask(links: Sequence[Link]) -> Mapping[Link, Inclusion]:
        lost = {link: missing.get(link.referred.name, 0) for link in links}
        return {
            link: Inclusion(100, n, is_whole=True, missing_at_most=n / 100)
            for link, n in lost.items()
        }

    return ask


def counted(rows: int, least: int | None = None, greatest: int | None = None) -> ColumnProfile:
    """A column in which no value stands twice and none is missing."""
    return ColumnProfile(rows=rows, nulls=0, distinct=rows, least=least, greatest=greatest)


def only(found: tuple[Relationship, ...]) -> Relationship:
    (one,) = found
    return one


def clues(found: Relationship) -> list[Clue]:
    return [each.clue for each in found.evidence]


def test_values_that_are_all_keys_make_it_surer():
    catalogue, _ = schema(SHOP)
    by_name = only(infer_relationships(catalogue))
    by_values = only(infer_relationships(catalogue, None, answering()))
    assert by_name.confidence < by_values.confidence < 1
    assert clues(by_values) == [Clue.NAME, Clue.INCLUSION]
    assert by_values.optional
    assert by_values.cardinality is Cardinality.MANY_TO_ONE


@pytest.mark.parametrize(
    ("missing", "is_found"), [(0, True), (1, True), (5, True), (6, False), (100, False)]
)
def test_orphans_make_it_doubtful_and_many_rule_it_out(missing: int, *, is_found: bool):
    catalogue, _ = schema(SHOP)
    found = infer_relationships(catalogue, None, answering(Customer=missing))
    assert bool(found) is is_found


@pytest.mark.parametrize(
    ("values", "missing", "is_found"),
    [(10, 1, True), (10, 2, False), (9, 1, False), (3, 1, False), (3, 0, True)],
)
def test_of_few_values_one_may_be_an_orphan(values: int, missing: int, *, is_found: bool):
    catalogue, _ = schema(SHOP)
    met = Inclusion(values, missing, is_whole=True, missing_at_most=missing / values)
    found = infer_relationships(catalogue, None, lambda links: dict.fromkeys(links, met))
    assert bool(found) is is_found


def test_confidence_falls_with_every_orphan():
    catalogue, _ = schema(SHOP)
    asked = [infer_relationships(catalogue, None, answering(Customer=n)) for n in (0, 1, 5)]
    told = [only(each).confidence for each in asked]
    assert told == sorted(told, reverse=True)
    assert len(set(told)) == 3


def test_a_table_without_rows_says_nothing_either_way():
    catalogue, _ = schema(SHOP)
    empty = Inclusion(0, 0, is_whole=True, missing_at_most=0.0)
    found = only(infer_relationships(catalogue, None, lambda links: dict.fromkeys(links, empty)))
    assert found.confidence == only(infer_relationships(catalogue)).confidence


def test_what_cannot_be_looked_up_rests_on_its_name():
    catalogue, _ = schema(SHOP)
    found = infer_relationships(catalogue, None, lambda _: {})
    assert clues(only(found)) == [Clue.NAME]


def test_bounds_that_are_apart_rule_it_out_without_a_question():
    catalogue, _ = schema(SHOP)
    customer, invoice = (table.ref for table in catalogue.tables)
    profiles = {
        ColumnRef(customer, "CustomerID"): counted(9, 1, 9),
        ColumnRef(invoice, "CustomerID"): counted(9, 100, 900),
    }
    asked: list[Link] = []

    def ask(links: Sequence[Link]) -> Mapping[Link, Inclusion]:
        asked.extend(links)
        return {}

    assert infer_relationships(catalogue, profiles, ask) == ()
    assert asked == []


def test_of_two_parents_called_alike_the_values_choose():
    catalogue, _ = schema("""
        a.Item: id* int, Name text
        b.Item: id* int, Name text
        c.Line: id* int, item_id int
    """)
    assert infer_relationships(catalogue) == (), "names alone do not tell which"
    sizes = {
        ColumnRef(t.ref, "id"): counted(n)
        for t, n in zip(catalogue.tables, (50, 900), strict=False)
    }
    found = only(infer_relationships(catalogue, sizes, answering()))
    assert (str(found.referred), Clue.ONLY_PARENT in clues(found)) == ("a.Item", True)


def test_the_parent_of_the_own_schema_is_meant_where_only_names_are_known():
    catalogue, _ = schema("""
        a.Item: id* int, Name text
        b.Item: id* int, Name text
        b.Line: id* int, item_id int
    """)
    assert str(only(infer_relationships(catalogue)).referred) == "b.Item"


def declared(catalogue: Catalogue) -> Catalogue:
    customer, invoice = catalogue.tables
    key = ForeignKey(columns=("CustomerID",), table=customer.ref, referred_columns=("CustomerID",))
    return catalogue.model_copy(
        update={"tables": (customer, invoice.model_copy(update={"foreign_keys": (key,)}))}
    )


def test_what_is_declared_is_believed_and_not_asked_for():
    catalogue = declared(schema(SHOP)[0])
    found = only(infer_relationships(catalogue, None, answering(Customer=100)))
    assert (found.declared, found.confidence, clues(found)) == (True, 1.0, [Clue.DECLARED])
    assert possible_links(catalogue) == ()


def test_queries_that_join_tell_of_names_that_do_not():
    catalogue, _ = schema("""
        Carrier: CarrierID* int, Name text
        Parcel: ParcelID* int, Via int
    """)
    carrier, parcel = (table.ref for table in catalogue.tables)
    assert infer_relationships(catalogue) == ()
    for link in (
        Link(parcel, ("Via",), carrier, ("CarrierID",)),
        Link(carrier, ("CarrierID",), parcel, ("Via",)),
    ):
        found = only(infer_relationships(catalogue, join_evidence={link: 40}))
        assert (found.columns, found.referred.name) == (("Via",), "Carrier")
        assert clues(found) == [Clue.NAME, Clue.JOIN]


def test_queries_that_join_by_several_columns_speak_for_a_composite_reference():
    catalogue, _ = schema("""
        OrderLine: OrderNo* int, LineNo* int, Total dec
        Shipment: ShipmentId* int, OrderNo int, LineNo int
    """)
    line, shipment = (table.ref for table in catalogue.tables)
    link = Link(line, ("LineNo", "OrderNo"), shipment, ("LineNo", "OrderNo"))
    plain = only(infer_relationships(catalogue))
    joined = only(infer_relationships(catalogue, join_evidence={link: 40}))
    assert clues(joined) == [*clues(plain), Clue.JOIN]
    assert joined.confidence > plain.confidence
    half = Link(line, ("OrderNo",), shipment, ("OrderNo",))
    assert only(infer_relationships(catalogue, join_evidence={half: 40})) == plain


def test_a_sideways_join_of_two_children_is_no_reference():
    catalogue, _ = schema("""
        Customer: CustomerID* int
        Invoice: InvoiceID* int, CustomerID int
        Visit: VisitID* int, CustomerID int
    """)
    _, invoice, visit = (table.ref for table in catalogue.tables)
    link = Link(invoice, ("CustomerID",), visit, ("CustomerID",))
    found = infer_relationships(catalogue, join_evidence={link: 9})
    assert {each.referred.name for each in found} == {"Customer"}


def test_composite_references_need_every_part_and_one_role():
    catalogue, _ = schema("""
        OrderLine: OrderNo* int, LineNo* int, Total dec
        Shipment: ShipmentId* int, OrderNo int, LineNo int
        Refund: RefundId* int, OriginalOrderNo int, OriginalLineNo int
        Claim: ClaimId* int, OriginalOrderNo int, LineNo int
        Gift: GiftId* int, OrderNo int
    """)
    found = {each.table.name: each for each in infer_relationships(catalogue)}
    assert found.keys() == {"Shipment", "Refund"}
    assert found["Shipment"].columns == ("OrderNo", "LineNo")
    assert (found["Refund"].columns, found["Refund"].role) == (
        ("OriginalOrderNo", "OriginalLineNo"),
        "original",
    )


def test_siblings_with_the_same_composite_key_do_not_refer_to_each_other():
    catalogue, _ = schema("""
        Product: ProductID* int, Name text
        Store: StoreID* int, Name text
        Stock: ProductID* int, StoreID* int, Level int
        Price: ProductID* int, StoreID* int, Amount dec
    """)
    found = {(each.table.name, each.referred.name) for each in infer_relationships(catalogue)}
    assert found == {
        (child, parent) for child in ("Stock", "Price") for parent in ("Product", "Store")
    }


def test_a_subtype_is_one_to_one_and_points_to_the_owner_of_the_key():
    catalogue, _ = schema("""
        Publisher: PublisherID* int, Name text
        Publisher_Info: PublisherID* int, Logo bin
    """)
    found = only(infer_relationships(catalogue))
    assert (found.table.name, found.referred.name) == ("Publisher_Info", "Publisher")
    assert (found.cardinality, found.optional) == (Cardinality.ONE_TO_ONE, False)


def test_a_unique_index_is_a_key_too():
    catalogue, _ = schema("""
        Country: Id* int, IsoCode code
        City: Id* int, CountryIsoCode code
    """)
    country, city = catalogue.tables
    indexed = country.model_copy(
        update={"indexes": (Index(name="u", columns=("IsoCode",), unique=True),)}
    )
    found = only(infer_relationships(catalogue.model_copy(update={"tables": (indexed, city)})))
    assert (found.columns, found.referred_columns) == (("CountryIsoCode",), ("IsoCode",))


def test_types_that_cannot_meet_are_no_reference():
    catalogue, _ = schema("""
        Customer: CustomerID* text, Name text
        Invoice: InvoiceID* int, CustomerID int
        Order: OrderID* uuid, CustomerID dec
    """)
    assert infer_relationships(catalogue) == ()


def test_views_neither_refer_nor_are_referred_to():
    catalogue, _ = schema(SHOP)
    customer, invoice = catalogue.tables
    for views in ((customer,), (invoice,)):
        tables = tuple(
            t.model_copy(update={"kind": "view"}) if t in views else t for t in catalogue.tables
        )
        assert infer_relationships(catalogue.model_copy(update={"tables": tables})) == ()


PARTY = """
    Party: PartyID* int, Since time
    Person: PartyID* int, Name text
    Worker: PartyID* int, Title text
    Firm: PartyID* int, Name text
    Badge: BadgeID* int, PartyID int
    PersonPhone: PartyID* int, Phone* text
"""
KEYS = {"Party": 1000, "Person": 800, "Worker": 100, "Firm": 150}


def party_answers(**within: set[str]):
    """Says of each child's values in which tables all of them lie; in the others none does."""

    def ask(links: Sequence[Link]) -> Mapping[Link, Inclusion]:
        told: dict[Link, Inclusion] = {}
        for link in links:
            missing = 0 if link.referred.name in within.get(link.table.name, set()) else 50
            told[link] = Inclusion(50, missing, is_whole=True, missing_at_most=missing / 50)
        return told

    return ask


def test_keys_that_several_tables_share_lead_to_the_smallest_that_is_no_chance():
    catalogue, _ = schema(PARTY)
    profiles = {
        ColumnRef(table.ref, "PartyID"): counted(KEYS[table.ref.name])
        for table in catalogue.tables
        if table.ref.name in KEYS
    }
    answers = party_answers(
        Person={"Party"},
        Worker={"Party", "Person"},
        Firm={"Party"},
        Badge={"Party", "Person", "Worker"},
        PersonPhone={"Party", "Person"},
    )
    found = infer_relationships(catalogue, profiles, answers)
    assert {each.table.name: each.referred.name for each in found} == {
        "Person": "Party",
        "Worker": "Person",
        "Firm": "Party",
        "Badge": "Worker",
        "PersonPhone": "Person",
    }


def test_by_names_alone_shared_keys_lead_to_their_owner_or_to_what_the_names_tell():
    catalogue, _ = schema(PARTY)
    found = {each.table.name: each.referred.name for each in infer_relationships(catalogue)}
    assert found == {
        **dict.fromkeys(("Person", "Firm", "Badge"), "Party"),
        "Worker": "Person",
        "PersonPhone": "Person",
    }


def test_details_of_the_owner_are_not_taken_for_it_however_few_they_are():
    catalogue, _ = schema("""
        Customer: CustomerID* int, Name text
        CustomerDetail: CustomerID* int, Notes long
        Invoice: InvoiceID* int, CustomerID int
    """)
    sizes = {"Customer": 1000, "CustomerDetail": 400}
    profiles = {
        ColumnRef(table.ref, "CustomerID"): counted(sizes[table.ref.name])
        for table in catalogue.tables
        if table.ref.name in sizes
    }
    found = {
        e.table.name: e.referred.name for e in infer_relationships(catalogue, profiles, answering())
    }
    assert found == {"CustomerDetail": "Customer", "Invoice": "Customer"}


def test_a_part_of_a_key_that_is_called_after_its_own_table_refers_to_nothing():
    catalogue, _ = schema("""
        Address: AddressID* int, City text
        EmailAddress: PersonID* int, EmailAddressID* int, Email text
    """)
    assert infer_relationships(catalogue) == ()


def test_a_key_that_every_table_has_under_one_name_is_not_asked_everywhere():
    tables = "\n".join(f"Area{i}: object_id* int, note{i} text" for i in range(30))
    catalogue, _ = schema(f"{tables}\nThing: thing_id* int, object_id int")
    assert possible_links(catalogue) == ()
    owned, _ = schema(f"{tables}\nObject: object_id* int\nThing: thing_id* int, object_id int")
    assert {link.referred.name for link in possible_links(owned)} == {"Object"}


def test_a_date_may_refer_to_a_calendar_but_is_doubtful_by_its_name():
    catalogue, _ = schema("""
        Calendar: Day* date, Month int, Year int
        Invoice: InvoiceID* int, InvoiceDay date
    """)
    by_name = only(infer_relationships(catalogue))
    assert by_name.confidence < 0.7
    assert only(infer_relationships(catalogue, None, answering())).confidence > 0.85
