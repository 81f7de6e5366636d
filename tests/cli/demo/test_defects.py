"""Every defect does what its title says, shows where it should, and nowhere else."""

import duckdb
import pytest
from tests.cli.demo.conftest import Asker

from ombudsman.cli.demo.defects import DEFECTS, Defect
from ombudsman.cli.demo.expectations import EXPECTATIONS

JOINED_CUSTOMERS = (
    "source.Sales.DimCustomer AS s JOIN SALES.DIM_CUSTOMER AS t ON t.CUSTOMER_KEY = s.CustomerKey"
)
JOINED_PRODUCTS = (
    "source.Sales.DimProduct AS s JOIN SALES.DIM_PRODUCT AS t ON t.PRODUCT_KEY = s.ProductKey"
)
JOINED_STORES = "source.Sales.DimStore AS s JOIN SALES.DIM_STORE AS t ON t.STORE_KEY = s.StoreKey"
JOINED_SALES = "source.Sales.FactSales AS s JOIN SALES.FACT_SALES AS t ON t.SALES_KEY = s.SalesKey"
JOINED_RETURNS = (
    "source.Sales.FactReturns AS s JOIN SALES.FACT_RETURNS AS t ON t.RETURN_KEY = s.ReturnKey"
)


def target_column(table: str, column: str, condition: str) -> str:
    return f"""
        SELECT count(*) = 1 FROM duckdb_columns()
        WHERE table_name = '{table}' AND column_name = '{column}' AND {condition}
    """


# What the title of each defect says, as a question with the answer yes.
SHOWN = {
    "dates_leap_day_lost": """
        SELECT list(FullDate) = [DATE '2024-02-29'] FROM source.Sales.DimDate
        WHERE FullDate NOT IN (SELECT FULL_DATE FROM SALES.DIM_DATE)
    """,
    "dates_weekend_shifted": """
        SELECT list_sort(list(DISTINCT dayname(FULL_DATE))) = ['Friday', 'Saturday']
        FROM SALES.DIM_DATE WHERE IS_WEEKEND
    """,
    "dates_fiscal_year_required": target_column("DIM_DATE", "FISCAL_YEAR", "NOT is_nullable"),
    "stores_area_missing": """
        SELECT count(*) = 0 FROM duckdb_columns() WHERE table_name = 'DIM_STORE' AND column_name = 'FLOOR_AREA'
    """,
    "stores_legacy_column": target_column("DIM_STORE", "LEGACY_ID", "TRUE"),
    "stores_opening_as_text": f"""
        SELECT bool_and(regexp_full_match(t.OPENED_ON, '\\d\\d\\.\\d\\d\\.\\d{{4}}')
            AND CAST(strptime(t.OPENED_ON, '%d.%m.%Y') AS DATE) = s.OpenedOn) FROM {JOINED_STORES}
    """,
    "stores_latitude_single": f"""
        SELECT bool_and(typeof(t.LATITUDE) = 'FLOAT' AND t.LATITUDE <> s.Latitude) FROM {JOINED_STORES}
    """,
    "stores_closed_at_end_of_time": f"""
        SELECT bool_and(t.CLOSED_ON = DATE '9999-12-31') AND count(*) > 0 FROM {JOINED_STORES} WHERE s.ClosedOn IS NULL
    """,
    "customers_phone_lost": f"""
        SELECT count(*) > 0 FROM {JOINED_CUSTOMERS} WHERE s.Phone IS NOT NULL AND t.PHONE IS NULL
    """,
    "customers_empty_for_null": f"""
        SELECT bool_and(t.MIDDLE_NAME = '') AND count(*) > 0 FROM {JOINED_CUSTOMERS} WHERE s.MiddleName IS NULL
    """,
    "customers_email_cut": f"""
        SELECT bool_and(length(t.EMAIL) = 16 AND starts_with(s.Email, t.EMAIL) AND length(s.Email) > 16)
        FROM {JOINED_CUSTOMERS}
    """,
    "customers_code_twice": """
        SELECT count(DISTINCT CUSTOMER_CODE) < count(*)
            AND (SELECT count(DISTINCT CustomerCode) = count(*) FROM source.Sales.DimCustomer)
        FROM SALES.DIM_CUSTOMER
    """,
    "customers_postal_code_as_number": f"""
        SELECT bool_and(t.POSTAL_CODE = CAST(CAST(s.PostalCode AS INTEGER) AS VARCHAR)
            AND t.POSTAL_CODE <> s.PostalCode)
        FROM {JOINED_CUSTOMERS} WHERE s.PostalCode LIKE '0%'
    """,
    "customers_credit_in_rappen": f"""
        SELECT bool_and((t.CREDIT_LIMIT = s.CreditLimit * 100) = (s.CountryCode = 'CH')
            AND (t.CREDIT_LIMIT = s.CreditLimit) = (s.CountryCode <> 'CH'))
        FROM {JOINED_CUSTOMERS}
    """,
    "customers_reactivated": f"""
        SELECT bool_and(t.IS_ACTIVE) AND NOT bool_and(s.IsActive) FROM {JOINED_CUSTOMERS}
    """,
    "customers_time_zone": f"""
        SELECT list_sort(list(DISTINCT date_diff('second', t.CREATED_AT, s.CreatedAt))) = [3600, 7200]
        FROM {JOINED_CUSTOMERS}
    """,
    "customers_points_narrowed": """
        SELECT typeof(any_value(LOYALTY_POINTS)) = 'SMALLINT' AND max(LOYALTY_POINTS) <= 32767 FROM SALES.DIM_CUSTOMER
    """,
    "customers_points_default_lost": target_column(
        "DIM_CUSTOMER",
        "LOYALTY_POINTS",
        """
        column_default IS NULL
        AND (SELECT column_default = '0' FROM duckdb_columns() WHERE column_name = 'LoyaltyPoints')
        """,
    ),
    "customers_city_upper_case": f"""
        SELECT bool_and((t.CITY <> s.City) = (s.CountryCode = 'FR')) AND bool_and(upper(t.CITY) = upper(s.City))
        FROM {JOINED_CUSTOMERS}
    """,
    "customers_street_trailing_blank": f"""
        SELECT count(*) FILTER (t.STREET = s.Street || ' ') > 0 AND bool_and(rtrim(t.STREET) = s.Street)
        FROM {JOINED_CUSTOMERS}
    """,
    "customers_mojibake": f"""
        SELECT bool_and(t.LAST_NAME = 'M' || chr(195) || chr(188) || 'ller') AND count(*) > 0
        FROM {JOINED_CUSTOMERS} WHERE s.LastName = 'Müller'
    """,
    "customers_names_swapped": f"""
        SELECT count(*) > 0 FROM {JOINED_CUSTOMERS}
        WHERE t.FIRST_NAME = s.LastName AND t.LAST_NAME = s.FirstName AND s.FirstName <> s.LastName
    """,
    "customers_birthday_swapped": f"""
        SELECT count(*) > 0 AND bool_and(
            year(t.BIRTH_DATE) = year(s.BirthDate) AND month(t.BIRTH_DATE) = day(s.BirthDate)
            AND day(t.BIRTH_DATE) = month(s.BirthDate)
        )
        FROM {JOINED_CUSTOMERS} WHERE t.BIRTH_DATE <> s.BirthDate
    """,
    "products_price_narrowed": f"""
        SELECT bool_and(typeof(t.LIST_PRICE) = 'DECIMAL(18,1)') AND count(*) FILTER (t.LIST_PRICE <> s.ListPrice) > 0
        FROM {JOINED_PRODUCTS}
    """,
    "products_cost_rounded": f"""
        SELECT bool_and(t.STANDARD_COST = round(s.StandardCost, 2) AND t.STANDARD_COST <> s.StandardCost)
            AND any_value(typeof(t.STANDARD_COST)) = 'DECIMAL(18,4)'
        FROM {JOINED_PRODUCTS}
    """,
    "products_category_optional": target_column("DIM_PRODUCT", "CATEGORY", "is_nullable"),
    "products_history_gap": f"""
        SELECT count(*) > 0 FROM {JOINED_PRODUCTS} WHERE t.VALID_TO = s.ValidTo - 10
    """,
    "products_history_overlap": f"""
        SELECT count(*) > 0 FROM {JOINED_PRODUCTS} WHERE t.VALID_TO = s.ValidTo + 10
    """,
    "products_two_current": """
        SELECT max(currents) = 2
        FROM (SELECT count(*) AS currents FROM SALES.DIM_PRODUCT WHERE IS_CURRENT GROUP BY PRODUCT_CODE)
    """,
    "products_none_current": f"""
        SELECT count(*) > 0 AND bool_and(NOT t.IS_CURRENT)
        FROM {JOINED_PRODUCTS} WHERE s.IsCurrent AND t.VALID_TO = DATE '2024-12-31'
    """,
    "products_history_inverted": f"""
        SELECT count(*) > 0 FROM {JOINED_PRODUCTS} WHERE s.IsCurrent AND t.VALID_TO < t.VALID_FROM
    """,
    "promotions_missing": "SELECT count(*) = 0 FROM duckdb_tables() WHERE table_name LIKE '%PROMOTION'",
    "sales_month_tail_lost": """
        SELECT count(*) > 0 AND min(DateKey) >= 20230313 AND max(DateKey) <= 20230331
            AND count(*) = (SELECT count(*) FROM source.Sales.FactSales WHERE DateKey BETWEEN 20230313 AND 20230331)
        FROM source.Sales.FactSales WHERE SalesKey NOT IN (SELECT SALES_KEY FROM SALES.FACT_SALES)
    """,
    "sales_loaded_twice": """
        SELECT count(*) > 0 AND max(times) = 2 AND bool_and(month = 202306)
        FROM (
            SELECT count(*) AS times, any_value(MONTH_KEY) AS month
            FROM SALES.FACT_SALES GROUP BY SALES_KEY HAVING times > 1
        )
    """,
    "sales_test_orders": """
        SELECT count(*) > 0 AND bool_and(MONTH_KEY = 202309 AND ORDER_NUMBER LIKE 'TEST-%')
        FROM SALES.FACT_SALES WHERE SALES_KEY NOT IN (SELECT SalesKey FROM source.Sales.FactSales)
    """,
    "sales_discount_dropped": f"""
        SELECT count(*) > 0 AND bool_and(t.DISCOUNT_AMOUNT = 0 AND t.MONTH_KEY BETWEEN 202401 AND 202403)
        FROM {JOINED_SALES} WHERE t.DISCOUNT_AMOUNT <> s.DiscountAmount AND t.SALES_AMOUNT = s.SalesAmount
    """,
    "returns_store_orphaned": """
        SELECT count(*) > 0 AND count(*) = count(DISTINCT STORE_KEY)
        FROM SALES.FACT_RETURNS WHERE STORE_KEY NOT IN (SELECT STORE_KEY FROM SALES.DIM_STORE)
    """,
    "returns_fee_shifted": f"""
        SELECT list_sort(list((t.MONTH_KEY, t.RESTOCKING_FEE - s.RestockingFee))) = [(202305, -10), (202307, 10)]
        FROM {JOINED_RETURNS} WHERE t.RESTOCKING_FEE <> s.RestockingFee
    """,
    "returns_refund_sign": f"""
        SELECT bool_and((t.REFUND_AMOUNT = -s.RefundAmount) = (s.Channel = 'Marketplace'))
            AND bool_and(abs(t.REFUND_AMOUNT) = s.RefundAmount AND s.RefundAmount > 0)
        FROM {JOINED_RETURNS}
    """,
    "inventory_days_missing": """
        SELECT list_sort(list(DISTINCT (StoreKey, SnapshotDate))) = [
            (3, DATE '2024-10-07'), (3, DATE '2024-10-08'), (3, DATE '2024-10-09')
        ]
        FROM source.Sales.FactInventoryDaily ANTI JOIN SALES.FACT_INVENTORY_DAILY
            ON STORE_KEY = StoreKey AND PRODUCT_KEY = ProductKey AND SNAPSHOT_DATE = SnapshotDate
    """,
    "inventory_null_to_zero": """
        SELECT count(*) > 0 AND bool_and(t.RESERVED = 0)
        FROM source.Sales.FactInventoryDaily AS s JOIN SALES.FACT_INVENTORY_DAILY AS t
            ON t.STORE_KEY = s.StoreKey AND t.PRODUCT_KEY = s.ProductKey AND t.SNAPSHOT_DATE = s.SnapshotDate
        WHERE s.Reserved IS NULL
    """,
}


def test_every_defect_has_a_question_that_shows_it():
    assert sorted(SHOWN) == sorted(defect.id for defect in DEFECTS)


def test_there_are_many_defects_of_many_kinds_in_all_tables():
    assert len(DEFECTS) >= 24
    assert len({defect.kind for defect in DEFECTS}) >= 18
    assert len({defect.table for defect in DEFECTS}) == 8


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.id)
def test_the_target_shows_what_the_title_says(defect: Defect, ask: Asker):
    assert ask(SHOWN[defect.id]) is True


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.id)
def test_without_the_defect_there_is_nothing_to_show(
    defect: Defect, faultless: duckdb.DuckDBPyConnection
):
    question = SHOWN[defect.id]
    if (
        defect.id == "stores_opening_as_text"
    ):  # it asks about a text, and without the defect there is a date
        with pytest.raises(duckdb.BinderException):
            faultless.execute(question)
        return
    row = faultless.execute(question).fetchone()
    assert row is not None
    assert row[0] is not True


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.id)
def test_a_defect_alone_shows_in_its_steps_and_in_no_other(
    defect: Defect, faultless: duckdb.DuckDBPyConnection
):
    faultless.execute("BEGIN")
    try:
        faultless.execute(defect.how)
        seen = {(step, kind) for (step, kind), count in _counted(faultless).items() if count}
    finally:
        faultless.execute("ROLLBACK")
    assert seen == {(each.step, each.kind) for each in defect.sightings}


def test_a_faultless_migration_gives_no_findings(faultless: duckdb.DuckDBPyConnection):
    assert set(_counted(faultless).values()) == {0}


def test_every_sighting_is_counted_and_every_count_is_a_sighting():
    sightings = {(each.step, each.kind) for defect in DEFECTS for each in defect.sightings}
    counted = [(each.step, each.kind) for each in EXPECTATIONS]
    assert sorted(sightings) == sorted(counted)


def _counted(database: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    rows = {
        (each.step, each.kind): database.execute(each.count).fetchone() for each in EXPECTATIONS
    }
    return {key: row[0] for key, row in rows.items() if row is not None}
