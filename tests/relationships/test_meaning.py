"""What columns mean: cases of every meaning, in several languages, and the labelled columns of real databases."""

import pytest
from tests.relationships.labelled import HELD_OUT, SEEN, labels
from tests.relationships.schemas import schema

from ombudsman.model.profile import ColumnProfile
from ombudsman.model.tables import ColumnRef
from ombudsman.relationships.infer import infer_relationships
from ombudsman.relationships.meaning import Additivity, Meaning, Use, classify_columns

COLUMNS = {
    "audit": "CreatedAt time, modified_by text, LastUpdate time, LoadDate time, RowVersion bin, ETL_Batch_ID int",
    "audit ": "Geändert_am time, Oluşturan_Kullanıcı text, 创建时间 time, DW_INSERT_DT time, CREATEDDATE time",
    "date": "OrderDate date, ShippedAt time, BirthDate text, DueDate date",
    "flag": "IsActive int, has_stock text, DeletedFlag code, Enabled bool, 是否有效 int",
    "binary": "Photo bin, Signature bin",
    "text": "Comment long, ProductDescription long, Bemerkung text, 备注 long, Payload xml",
    "measure": "Amount dec, TotalPrice int, qty int, Umsatz dec, Tutar dec, 金额 dec, DurationSeconds int, Ratio float",
    "code": "Status text, CurrencyCode code, gender code, OrderType int, BrandID int, Durum text, 类型 text",
    "attribute": "City text, Email text, FiscalYear int, SortOrder int, Latitude int, PostalCode text, LineNo int",
}


@pytest.mark.parametrize("meaning", COLUMNS)
def test_names_and_types_tell_the_meaning(meaning: str):
    catalogue, _ = schema(f"Thing: ThingID* int, {COLUMNS[meaning]}, City text, Postal text")
    found = classify_columns(catalogue)
    wanted = [each.rsplit(" ", 1)[0] for each in COLUMNS[meaning].split(", ")]
    told = {ref.name: each.meaning.value for ref, each in found.items() if ref.name in wanted}
    assert told == dict.fromkeys(wanted, meaning.strip())


@pytest.mark.parametrize(
    ("column", "additivity"),
    [
        ("SalesAmount dec", Additivity.ADDITIVE),
        ("Quantity int", Additivity.ADDITIVE),
        ("ext_sales_price dec", Additivity.ADDITIVE),
        ("AccountBalance dec", Additivity.SEMI_ADDITIVE),
        ("UnitsInStock int", Additivity.SEMI_ADDITIVE),
        ("UnitPrice dec", Additivity.RATIO),
        ("DiscountPct dec", Additivity.RATIO),
        ("ExchangeRate float", Additivity.RATIO),
    ],
)
def test_over_what_a_measure_may_be_added(column: str, additivity: Additivity):
    catalogue, _ = schema(f"Thing: ThingID* int, {column}")
    (_, found) = classify_columns(catalogue).values()
    assert (found.meaning, found.additivity) == (Meaning.MEASURE, additivity)


def test_numbers_of_keys_are_never_measures():
    catalogue, links = schema("""
        Sale: SaleID* int, LineNumber* int, ProductID int -> Product, AmountID int, Total dec
        Product: ProductID* int, PriceCode int
    """)
    found = classify_columns(catalogue, infer_relationships(catalogue))
    of = {m: {ref for ref, each in found.items() if each.meaning is m} for m in Meaning}
    assert {ref.name for ref in of[Meaning.MEASURE]} == {"Total"}
    assert {(ref.table.name, ref.name) for ref in of[Meaning.FOREIGN_KEY]} == {
        (table, columns[0]) for table, columns, _ in links
    }


def of_900(distinct: int, least: object, greatest: object) -> ColumnProfile:
    return ColumnProfile(rows=900, nulls=0, distinct=distinct, least=least, greatest=greatest)


def test_values_tell_what_no_name_does():
    catalogue, _ = schema("Thing: ThingID* int, Weekend text, Shade text, Pieces text, Half int")
    (thing,) = catalogue.tables
    profiles = {
        ColumnRef(thing.ref, "Weekend"): of_900(2, "N", "Y"),
        ColumnRef(thing.ref, "Shade"): of_900(6, "amber", "teal"),
        ColumnRef(thing.ref, "Pieces"): of_900(870, "a", "z"),
        ColumnRef(thing.ref, "Half"): of_900(2, 0, 1),
    }
    found = {r.name: m.meaning for r, m in classify_columns(catalogue, (), profiles).items()}
    assert found == {
        "ThingID": Meaning.IDENTIFIER,
        "Weekend": Meaning.FLAG,
        "Shade": Meaning.CODE,
        "Pieces": Meaning.ATTRIBUTE,
        "Half": Meaning.FLAG,
    }


def test_what_queries_do_with_a_column_counts():
    catalogue, _ = schema("Thing: ThingID* int, Frob int, Nit int")
    (thing,) = catalogue.tables
    use = Use(summed={ColumnRef(thing.ref, "Frob")}, grouped={ColumnRef(thing.ref, "Nit")})
    found = {ref.name: m.meaning for ref, m in classify_columns(catalogue, use=use).items()}
    assert (found["Frob"], found["Nit"]) == (Meaning.MEASURE, Meaning.CODE)


def test_every_answer_has_a_reason_and_a_confidence():
    catalogue, _ = schema("Thing: a int, b text, c dec, d date, e bin, f xml, g uuid, h bool")
    for each in classify_columns(catalogue).values():
        assert each.why
        assert 0.5 <= each.confidence <= 1


def test_a_table_without_columns_and_an_empty_catalogue_are_no_matter():
    catalogue, _ = schema("")
    assert classify_columns(catalogue) == {}


@pytest.mark.parametrize("name", [*SEEN, *HELD_OUT])
def test_the_labels_know_only_meanings_that_there_are(name: str):
    assert set(labels(name).values()) <= {each.value for each in Meaning}


def test_there_are_labels_enough():
    assert sum(len(labels(name)) for name in SEEN) >= 300
    assert sum(len(labels(name)) for name in HELD_OUT) >= 100
