"""Every defect does what its title says, shows where it should, and nowhere else."""

from collections.abc import Iterable

import duckdb
import pytest
from tests.cli.demo.conftest import Asker

from ombudsman.cli.demo.defect import Defect
from ombudsman.cli.demo.defects import DEFECTS, EXPECTATIONS

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
JOINED_EMPLOYEES = (
    "source.Sales.DimEmployee AS s JOIN SALES.DIM_EMPLOYEE AS t ON t.EMPLOYEE_CODE = s.EmployeeCode"
)
JOINED_SHIPMENTS = "source.Sales.FactShipments AS s JOIN SALES.FACT_SHIPMENTS AS t ON t.SHIPMENT_KEY = s.ShipmentKey"
JOINED_HOURS = (
    "source.Sales.FactFootfall AS s JOIN SALES.FACT_FOOTFALL AS t"
    " ON t.STORE_KEY = s.StoreKey AND t.COUNTED_AT = s.CountedAt"
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
    "products_history_collapsed": f"""
        SELECT bool_and(t.VALID_TO = (SELECT VALID_FROM FROM SALES.DIM_PRODUCT WHERE PRODUCT_KEY = 45))
            AND (SELECT count(*) = 0 FROM SALES.DIM_PRODUCT WHERE PRODUCT_KEY = 44)
            AND (SELECT count(*) = 1 FROM source.Sales.DimProduct WHERE ProductKey = 44)
        FROM {JOINED_PRODUCTS} WHERE s.ProductKey = 43
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
    "products_begin_late": f"""
        SELECT count(*) > 0 AND bool_and(t.VALID_FROM = t.VALID_TO - 1 AND s.ValidFrom < DATE '2022-04-01')
        FROM {JOINED_PRODUCTS} WHERE t.VALID_FROM <> s.ValidFrom
    """,
    "store_promotions_code_case": """
        SELECT (SELECT count(*) > 0 FROM source.Sales.StorePromotion WHERE StoreCode = 'ST0003')
            AND (SELECT count(*) FROM SALES.STORE_PROMOTION WHERE STORE_CODE = 'ST0003') = 0
            AND (SELECT count(*) FROM SALES.STORE_PROMOTION WHERE STORE_CODE = 'st0003')
                = (SELECT count(*) FROM source.Sales.StorePromotion WHERE StoreCode = 'ST0003')
    """,
    "employees_lost": """
        SELECT count(*) > 0 AND bool_and(right(EmployeeCode, 2) = '70') FROM source.Sales.DimEmployee
        WHERE EmployeeCode NOT IN (SELECT EMPLOYEE_CODE FROM SALES.DIM_EMPLOYEE)
    """,
    "employees_test_account": """
        SELECT list(EMPLOYEE_CODE) = ['TRY'] FROM SALES.DIM_EMPLOYEE
        WHERE EMPLOYEE_CODE NOT IN (SELECT EmployeeCode FROM source.Sales.DimEmployee)
    """,
    "employees_key_twice": """
        SELECT max(times) = 2 FROM (SELECT count(*) AS times FROM SALES.DIM_EMPLOYEE GROUP BY EMPLOYEE_KEY)
    """,
    "employees_unknown_moved": "SELECT count(*) = 0 FROM SALES.DIM_EMPLOYEE WHERE EMPLOYEE_KEY = -1",
    "employees_hours_cut": f"""
        SELECT count(*) > 0 AND bool_and(s.HoursPerWeek = 38.5 AND t.HOURS_PER_WEEK = 38)
        FROM {JOINED_EMPLOYEES} WHERE t.HOURS_PER_WEEK <> s.HoursPerWeek
    """,
    "employees_title_translated": f"""
        SELECT count(*) > 0 AND bool_and(s.JobTitle = 'Cashier' AND t.JOB_TITLE = 'Kassier')
        FROM {JOINED_EMPLOYEES} WHERE t.JOB_TITLE <> s.JobTitle
    """,
    "employees_phone_plus_lost": f"""
        SELECT count(*) > 0 AND bool_and(t.PHONE LIKE '0043 %' AND right(t.PHONE, 11) = right(s.Phone, 11))
        FROM {JOINED_EMPLOYEES} WHERE t.PHONE <> s.Phone
    """,
    "employees_salary_in_cents": f"""
        SELECT count(*) > 0 AND bool_and(t.MONTHLY_SALARY = 100 * s.MonthlySalary)
        FROM {JOINED_EMPLOYEES} WHERE t.MONTHLY_SALARY <> s.MonthlySalary
    """,
    "carriers_code_unguarded": "SELECT count(*) = 0 FROM duckdb_indexes() WHERE table_name = 'DIM_CARRIER'",
    "promotions_missing": "SELECT count(*) = 0 FROM duckdb_tables() WHERE table_name = 'DIM_PROMOTION'",
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
    "sales_channel_renamed": f"""
        SELECT count(*) > 0 AND bool_and(s.Channel = 'App' AND t.CHANNEL = 'Mobile' AND t.MONTH_KEY >= 202401)
        FROM {JOINED_SALES} WHERE t.CHANNEL <> s.Channel
    """,
    "sales_tax_rate": f"""
        SELECT count(*) > 0 AND bool_and(t.MONTH_KEY = 202410 AND abs(2 * t.TAX_AMOUNT - s.TaxAmount) <= 0.01)
        FROM {JOINED_SALES} WHERE t.TAX_AMOUNT <> s.TaxAmount
    """,
    "sales_product_of_next_row": f"""
        SELECT count(*) > 0 AND bool_and(t.MONTH_KEY = 202411)
            AND bool_and(t.PRODUCT_KEY IN (SELECT ProductKey FROM source.Sales.DimProduct))
        FROM {JOINED_SALES} WHERE t.PRODUCT_KEY <> s.ProductKey
    """,
    "sales_order_number_cut": f"""
        SELECT count(*) > 0 AND bool_and(t.MONTH_KEY = 202412 AND t.ORDER_NUMBER = left(s.OrderNumber, 9))
            AND count(DISTINCT t.ORDER_NUMBER) < count(DISTINCT s.OrderNumber)
        FROM {JOINED_SALES} WHERE t.ORDER_NUMBER <> s.OrderNumber
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
    "shipments_rebuilt": """
        SELECT (SELECT count(*) = 0 FROM duckdb_constraints() WHERE table_name = 'FACT_SHIPMENTS')
            AND (SELECT bool_and(is_nullable) FROM duckdb_columns() WHERE table_name = 'FACT_SHIPMENTS')
    """,
    "shipments_packer_by_old_key": f"""
        SELECT count(*) > 0 FROM {JOINED_SHIPMENTS} WHERE t.PACKED_BY = s.PackedBy AND s.PackedBy <> -1
    """,
    "shipments_packer_not_looked_up": f"""
        SELECT count(*) > 0 AND bool_and(t.PACKED_BY = -1) AND NOT bool_and(s.PackedBy = -1)
        FROM {JOINED_SHIPMENTS} WHERE s.CarrierKey = 5
    """,
    "shipments_loaded_by_the_migration": f"""
        SELECT count(*) > 0 AND bool_and(s.ShippedOn BETWEEN DATE '2024-06-03' AND DATE '2024-06-09')
        FROM {JOINED_SHIPMENTS} WHERE t.LOADED_ON = DATE '2025-02-01'
    """,
    "shipments_loaded_before_shipped": f"""
        SELECT count(*) > 0 AND bool_and(t.LOADED_ON = s.ShippedOn - 2)
        FROM {JOINED_SHIPMENTS} WHERE t.LOADED_ON < s.LoadedOn AND t.LOADED_ON < t.SHIPPED_ON
    """,
    "shipments_weight_rounded_up": f"""
        SELECT bool_and((t.WEIGHT_IN_KG > s.ParcelWeight) = (s.CarrierKey = 2))
            AND bool_and(t.WEIGHT_IN_KG = ceil(s.ParcelWeight)) FILTER (s.CarrierKey = 2)
        FROM {JOINED_SHIPMENTS}
    """,
    "shipments_insurance_rates_swapped": f"""
        SELECT bool_and(t.INSURANCE_AMOUNT > s.InsuranceAmount) FILTER (s.CarrierKey = 3)
            AND bool_and(t.INSURANCE_AMOUNT < s.InsuranceAmount) FILTER (s.CarrierKey = 4)
            AND bool_and(t.INSURANCE_AMOUNT = s.InsuranceAmount) FILTER (s.CarrierKey NOT IN (3, 4))
        FROM {JOINED_SHIPMENTS}
    """,
    "shipments_all_delivered": f"""
        SELECT bool_and(t.STATUS = 'delivered') AND count(*) > 0 FROM {JOINED_SHIPMENTS} WHERE s.Status = 'on its way'
    """,
    "footfall_hours_split": f"""
        SELECT count(*) = 20 AND sum(t.VISITORS) = sum(s.Visitors) / 2
        FROM {JOINED_HOURS} WHERE s.StoreKey = 3 AND CAST(s.CountedAt AS DATE) = DATE '2024-10-12'
    """,
    "footfall_counter_misread": f"""
        SELECT bool_and((t.VISITORS < s.Visitors) = (s.CountedAt >= TIMESTAMP '2024-11-04 00:00:00'))
        FROM {JOINED_HOURS} WHERE s.StoreKey = 2
    """,
    "footfall_clock_set_back_twice": """
        SELECT min(hour(COUNTED_AT)) = 8 AND max(hour(COUNTED_AT)) = 17 AND min(COUNTED_AT) >= DATE '2024-10-27'
        FROM SALES.FACT_FOOTFALL
        WHERE STORE_KEY = 4 AND CAST(COUNTED_AT AS DATE) IN (
            SELECT CAST(COUNTED_AT AS DATE) FROM SALES.FACT_FOOTFALL WHERE hour(COUNTED_AT) = 8
        )
    """,
}


def test_every_defect_has_a_question_that_shows_it():
    assert sorted(SHOWN) == sorted(defect.id for defect in DEFECTS)


def test_there_are_many_defects_of_many_kinds_in_all_tables():
    visible = [defect for defect in DEFECTS if defect.sightings]
    assert len(visible) >= 60
    assert len({defect.title for defect in DEFECTS}) == len(DEFECTS)
    assert len({defect.kind for defect in visible}) >= 26
    assert len({defect.table for defect in visible}) == 13


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
    seen = {place for place, findings in _expected(faultless, [defect]).items() if findings}
    assert seen == _sightings(defect)


def test_no_defect_is_covered_up_by_the_others(faultless: duckdb.DuckDBPyConnection):
    with_all = _expected(faultless, DEFECTS)
    for defect in DEFECTS:
        if not defect.sightings:
            continue
        without = _expected(faultless, [other for other in DEFECTS if other is not defect])
        changed = {place for place in with_all if with_all[place] != without[place]}
        assert changed, defect.id
        assert changed <= _sightings(defect), defect.id


def test_a_faultless_migration_gives_no_findings(faultless: duckdb.DuckDBPyConnection):
    assert not any(_expected(faultless, []).values())


def test_every_sighting_is_counted_and_every_count_is_a_sighting():
    sightings = {place for defect in DEFECTS for place in _sightings(defect)}
    assert sorted(sightings) == sorted((each.step, each.kind) for each in EXPECTATIONS)


def _sightings(defect: Defect) -> set[tuple[str, str]]:
    return {(each.step, each.kind) for each in defect.sightings}


def _expected(
    faultless: duckdb.DuckDBPyConnection, defects: Iterable[Defect]
) -> dict[tuple[str, str], list[str]]:
    """What the steps must find when these defects are planted; they are taken out again."""
    faultless.execute("BEGIN")
    try:
        for defect in defects:
            faultless.execute(defect.how)
        return {
            (each.step, each.kind): sorted(
                str(row) for row in faultless.execute(each.findings).fetchall()
            )
            for each in EXPECTATIONS
        }
    finally:
        faultless.execute("ROLLBACK")
