"""Facts, dimensions, bridges, calendars and histories, with and without names that say so."""

import pytest
from tests.relationships.schemas import schema

from ombudsman.relationships.history import VersionColumns
from ombudsman.relationships.infer import infer_relationships
from ombudsman.relationships.star import StarTable, TableRole, star_of

NAMED = """
    DimDate: DateKey* int, CalendarDate date, MonthNumber int, CalendarYear int
    DimProduct: ProductKey* int, ProductCode text, Name text, ValidFrom date, ValidTo? date, IsCurrent bool
    DimStore: StoreKey* int, StoreName text
    FactSales: SalesKey* int, DateKey int, ProductKey int, StoreKey int, Amount dec
    BridgeProductStore: ProductKey* int, StoreKey* int
    Notes: Id* int, Body long
"""

UNNAMED = """
    calendar: cal_id* int, cal_day int, cal_month int, cal_year int
    customer: customer_id* int, customer_name text
    product: product_id* int, product_name text
    orders: order_id* int, customer_id int, product_id int, cal_id int, amount dec, placed date
    customer_product: customer_id* int, product_id* int
"""


def star(text: str) -> dict[str, StarTable]:
    catalogue, _ = schema(text)
    told = star_of(catalogue, infer_relationships(catalogue))
    return {ref.name: each for ref, each in told.items()}


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        (
            NAMED,
            {
                "DimDate": TableRole.CALENDAR,
                "DimProduct": TableRole.DIMENSION,
                "DimStore": TableRole.DIMENSION,
                "FactSales": TableRole.FACT,
                "BridgeProductStore": TableRole.BRIDGE,
                "Notes": TableRole.TABLE,
            },
        ),
        (
            UNNAMED,
            {
                "calendar": TableRole.CALENDAR,
                "customer": TableRole.DIMENSION,
                "product": TableRole.DIMENSION,
                "orders": TableRole.FACT,
                "customer_product": TableRole.BRIDGE,
            },
        ),
    ],
)
def test_each_table_has_its_role_and_a_reason(text: str, roles: dict[str, TableRole]):
    told = star(text)
    assert {name: each.role for name, each in told.items()} == roles
    assert all(each.why for each in told.values())


def test_the_columns_of_a_history_are_told():
    product = star(NAMED)["DimProduct"]
    assert product.versions == VersionColumns(
        valid_from="ValidFrom",
        valid_to="ValidTo",
        current="IsCurrent",
        business_key=("ProductCode",),
    )
    assert (product.surrogate_key, product.business_key) == ("ProductKey", ("ProductCode",))


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("effective_from", "effective_to"),
        ("rec_start_date", "rec_end_date"),
        ("EffectiveDate", "ExpiryDate"),
        ("GültigVon", "GültigBis"),
        ("生效日期", "失效日期"),
    ],
)
def test_intervals_are_told_in_many_words(begin: str, end: str):
    told = star(f"item: item_sk* int, item_id text, {begin} date, {end}? date")["item"]
    assert told.versions is not None
    assert (told.versions.valid_from, told.versions.valid_to) == (begin, end)
    assert (told.role, told.business_key) == (TableRole.DIMENSION, ("item_id",))


def test_a_start_and_an_end_are_no_history_without_a_flag():
    assert (
        star("project: project_id* int, start_date date, end_date date")["project"].versions is None
    )
