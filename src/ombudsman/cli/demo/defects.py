"""What the demo's migration got wrong, on purpose: one entry a defect.

Each is a piece of SQL that damages the target, with the steps of `retail.yaml` that must notice it. A defect that
no step can notice yet names none. The defects stand apart from one another (other tables, other columns, other months),
so that none hides another; `expectations.py` says how many findings all of them together must give.
"""

from dataclasses import dataclass

from ombudsman.model.result import Kind


@dataclass(frozen=True)
class Sighting:
    """A defect shows in this step, as findings of this kind."""

    step: str
    kind: Kind


@dataclass(frozen=True)
class Defect:
    """One thing that the migration got wrong.

    `table` and `columns` are the source's names; no columns means whole rows. `kind` is what it is, whether or not a
    step can see it. `how` is SQL over the target, in which the source is attached as `source`.
    """

    id: str
    title: str
    table: str
    kind: Kind
    how: str
    columns: tuple[str, ...] = ()
    sightings: tuple[Sighting, ...] = ()

    @property
    def seen_by(self) -> tuple[str, ...]:
        """The steps that must notice it, in the order in which they were named."""
        return tuple(dict.fromkeys(sighting.step for sighting in self.sightings))


DEFECTS: tuple[Defect, ...] = (
    # ------------------------------------------------------------ DimDate
    Defect(
        id="dates_leap_day_lost",
        title="The leap day of 2024 was not migrated.",
        table="Sales.DimDate",
        kind=Kind.PERIOD_MISSING,
        how="DELETE FROM SALES.DIM_DATE WHERE FULL_DATE = DATE '2024-02-29'",
        sightings=(
            Sighting("dates_count", Kind.COUNT_DIFFERS),
            Sighting("dates_days", Kind.PERIOD_MISSING),
        ),
    ),
    Defect(
        id="dates_weekend_shifted",
        title="Weekends were computed as if the week began on a Sunday: they fall on Friday and Saturday.",
        table="Sales.DimDate",
        columns=("IsWeekend",),
        kind=Kind.RULE_VIOLATED,
        how="UPDATE SALES.DIM_DATE SET IS_WEEKEND = DAY_OF_WEEK IN (5, 6)",
        sightings=(Sighting("dates_weekend", Kind.RULE_VIOLATED),),
    ),
    Defect(
        id="dates_fiscal_year_required",
        title="The fiscal year may be empty in the source, but not in the target.",
        table="Sales.DimDate",
        columns=("FiscalYear",),
        kind=Kind.NULLABILITY_DIFFERS,
        how="ALTER TABLE SALES.DIM_DATE ALTER COLUMN FISCAL_YEAR SET NOT NULL",
        sightings=(Sighting("dates_nullability", Kind.NULLABILITY_DIFFERS),),
    ),
    # ------------------------------------------------------------ DimStore
    Defect(
        id="stores_area_missing",
        title="The stores lost their floor area.",
        table="Sales.DimStore",
        columns=("FloorArea",),
        kind=Kind.COLUMN_MISSING_IN_TARGET,
        how="ALTER TABLE SALES.DIM_STORE DROP COLUMN FLOOR_AREA",
        sightings=(Sighting("stores_columns", Kind.COLUMN_MISSING_IN_TARGET),),
    ),
    Defect(
        id="stores_legacy_column",
        title="A column of an abandoned attempt was left in the target.",
        table="Sales.DimStore",
        columns=("LEGACY_ID",),
        kind=Kind.COLUMN_MISSING_IN_SOURCE,
        how="ALTER TABLE SALES.DIM_STORE ADD COLUMN LEGACY_ID VARCHAR",
        sightings=(Sighting("stores_columns", Kind.COLUMN_MISSING_IN_SOURCE),),
    ),
    Defect(
        id="stores_opening_as_text",
        title="The day on which a store opened became a text, day first.",
        table="Sales.DimStore",
        columns=("OpenedOn",),
        kind=Kind.TYPE_DIFFERS,
        how="ALTER TABLE SALES.DIM_STORE ALTER COLUMN OPENED_ON TYPE VARCHAR USING strftime(OPENED_ON, '%d.%m.%Y')",
        sightings=(Sighting("stores_types", Kind.TYPE_DIFFERS),),
    ),
    Defect(
        id="stores_latitude_single",
        title="Latitudes are stored in single precision: stores have moved by metres.",
        table="Sales.DimStore",
        columns=("Latitude",),
        kind=Kind.TYPE_NARROWER,
        how="ALTER TABLE SALES.DIM_STORE ALTER COLUMN LATITUDE TYPE FLOAT",
        sightings=(Sighting("stores_types", Kind.TYPE_NARROWER),),
    ),
    Defect(
        id="stores_closed_at_end_of_time",
        title="Stores that never closed are said to close at the end of the year 9999.",
        table="Sales.DimStore",
        columns=("ClosedOn",),
        kind=Kind.NULL_COUNT_DIFFERS,
        how="UPDATE SALES.DIM_STORE SET CLOSED_ON = DATE '9999-12-31' WHERE CLOSED_ON IS NULL",
        sightings=(Sighting("stores_nulls", Kind.NULL_COUNT_DIFFERS),),
    ),
    # ------------------------------------------------------------ DimCustomer
    Defect(
        id="customers_phone_lost",
        title="Some customers lost their phone number.",
        table="Sales.DimCustomer",
        columns=("Phone",),
        kind=Kind.NULL_COUNT_DIFFERS,
        how="UPDATE SALES.DIM_CUSTOMER SET PHONE = NULL WHERE CUSTOMER_KEY % 11 = 0",
        sightings=(Sighting("customers_nulls", Kind.NULL_COUNT_DIFFERS),),
    ),
    Defect(
        id="customers_empty_for_null",
        title="Customers without a middle name have an empty one.",
        table="Sales.DimCustomer",
        columns=("MiddleName",),
        kind=Kind.NULL_COUNT_DIFFERS,
        how="UPDATE SALES.DIM_CUSTOMER SET MIDDLE_NAME = '' WHERE MIDDLE_NAME IS NULL",
        sightings=(Sighting("customers_nulls", Kind.NULL_COUNT_DIFFERS),),
    ),
    Defect(
        id="customers_email_cut",
        title="E-mail addresses were cut after 16 characters.",
        table="Sales.DimCustomer",
        columns=("Email",),
        kind=Kind.RULE_VIOLATED,
        how="UPDATE SALES.DIM_CUSTOMER SET EMAIL = left(EMAIL, 16)",
        sightings=(Sighting("customers_email", Kind.RULE_VIOLATED),),
    ),
    Defect(
        id="customers_code_twice",
        title="Some customers carry the code of another.",
        table="Sales.DimCustomer",
        columns=("CustomerCode",),
        kind=Kind.KEY_DUPLICATED,
        how="""
            UPDATE SALES.DIM_CUSTOMER SET CUSTOMER_CODE = printf('C%07d', CUSTOMER_KEY - 1)
            WHERE CUSTOMER_KEY % 50 = 0
        """,
        sightings=(Sighting("customers_code", Kind.KEY_DUPLICATED),),
    ),
    Defect(
        id="customers_postal_code_as_number",
        title="Postal codes went through a number: leading zeros are gone.",
        table="Sales.DimCustomer",
        columns=("PostalCode",),
        kind=Kind.RULE_VIOLATED,
        how="UPDATE SALES.DIM_CUSTOMER SET POSTAL_CODE = ltrim(POSTAL_CODE, '0') WHERE POSTAL_CODE LIKE '0%'",
        sightings=(Sighting("customers_postal_code", Kind.RULE_VIOLATED),),
    ),
    Defect(
        id="customers_credit_in_rappen",
        title="Swiss credit limits are a hundred times too high: francs were read as rappen.",
        table="Sales.DimCustomer",
        columns=("CreditLimit",),
        kind=Kind.AGGREGATE_DIFFERS,
        how="UPDATE SALES.DIM_CUSTOMER SET CREDIT_LIMIT = CREDIT_LIMIT * 100 WHERE COUNTRY_CODE = 'CH'",
        sightings=(Sighting("customers_credit_by_country", Kind.AGGREGATE_DIFFERS),),
    ),
    Defect(
        id="customers_reactivated",
        title="Customers who had left are active again.",
        table="Sales.DimCustomer",
        columns=("IsActive",),
        kind=Kind.COUNT_DIFFERS,
        how="UPDATE SALES.DIM_CUSTOMER SET IS_ACTIVE = TRUE WHERE NOT IS_ACTIVE",
        sightings=(Sighting("customers_active", Kind.COUNT_DIFFERS),),
    ),
    Defect(
        id="customers_time_zone",
        title="Local times were taken for UTC: customers joined one or two hours too early.",
        table="Sales.DimCustomer",
        columns=("CreatedAt",),
        kind=Kind.AGGREGATE_DIFFERS,
        how="""
            UPDATE SALES.DIM_CUSTOMER
            SET CREATED_AT = CREATED_AT - to_hours(CASE WHEN month(CREATED_AT) BETWEEN 4 AND 10 THEN 2 ELSE 1 END)
        """,
        sightings=(Sighting("customers_created", Kind.AGGREGATE_DIFFERS),),
    ),
    Defect(
        id="customers_points_narrowed",
        title="Loyalty points no longer fit beyond 32,767.",
        table="Sales.DimCustomer",
        columns=("LoyaltyPoints",),
        kind=Kind.TYPE_NARROWER,
        how="ALTER TABLE SALES.DIM_CUSTOMER ALTER COLUMN LOYALTY_POINTS TYPE SMALLINT",
        sightings=(Sighting("customers_types", Kind.TYPE_NARROWER),),
    ),
    Defect(
        id="customers_points_default_lost",
        title="New customers get no loyalty points instead of 0.",
        table="Sales.DimCustomer",
        columns=("LoyaltyPoints",),
        kind=Kind.DEFAULT_DIFFERS,
        how="ALTER TABLE SALES.DIM_CUSTOMER ALTER COLUMN LOYALTY_POINTS DROP DEFAULT",
    ),
    Defect(
        id="customers_city_upper_case",
        title="French cities are written in capitals.",
        table="Sales.DimCustomer",
        columns=("City",),
        kind=Kind.VALUE_DIFFERS,
        how="UPDATE SALES.DIM_CUSTOMER SET CITY = upper(CITY) WHERE COUNTRY_CODE = 'FR'",
    ),
    Defect(
        id="customers_street_trailing_blank",
        title="Streets end in a blank.",
        table="Sales.DimCustomer",
        columns=("Street",),
        kind=Kind.VALUE_DIFFERS,
        how="UPDATE SALES.DIM_CUSTOMER SET STREET = STREET || ' ' WHERE CUSTOMER_KEY % 4 = 0",
    ),
    Defect(
        id="customers_mojibake",
        title="UTF-8 was read as Latin-1: Müller is called MÃ¼ller.",
        table="Sales.DimCustomer",
        columns=("LastName",),
        kind=Kind.VALUE_DIFFERS,
        how="UPDATE SALES.DIM_CUSTOMER SET LAST_NAME = 'MÃ¼ller' WHERE LAST_NAME = 'Müller'",
    ),
    Defect(
        id="customers_names_swapped",
        title="Some customers' first and last names changed places.",
        table="Sales.DimCustomer",
        columns=("FirstName", "LastName"),
        kind=Kind.VALUE_DIFFERS,
        how="""
            UPDATE SALES.DIM_CUSTOMER SET FIRST_NAME = LAST_NAME, LAST_NAME = FIRST_NAME
            WHERE CUSTOMER_KEY % 36 = 9
        """,
    ),
    Defect(
        id="customers_birthday_swapped",
        title="Day and month of birth changed places wherever both could be a month.",
        table="Sales.DimCustomer",
        columns=("BirthDate",),
        kind=Kind.VALUE_DIFFERS,
        how="""
            UPDATE SALES.DIM_CUSTOMER SET BIRTH_DATE = make_date(year(BIRTH_DATE), day(BIRTH_DATE), month(BIRTH_DATE))
            WHERE day(BIRTH_DATE) <= 12
        """,
    ),
    # ------------------------------------------------------------ DimProduct
    Defect(
        id="products_price_narrowed",
        title="List prices lost their second digit behind the point.",
        table="Sales.DimProduct",
        columns=("ListPrice",),
        kind=Kind.TYPE_NARROWER,
        how="ALTER TABLE SALES.DIM_PRODUCT ALTER COLUMN LIST_PRICE TYPE DECIMAL(18, 1)",
        sightings=(Sighting("products_types", Kind.TYPE_NARROWER),),
    ),
    Defect(
        id="products_cost_rounded",
        title="Standard costs were rounded to cents.",
        table="Sales.DimProduct",
        columns=("StandardCost",),
        kind=Kind.AGGREGATE_DIFFERS,
        how="UPDATE SALES.DIM_PRODUCT SET STANDARD_COST = round(STANDARD_COST, 2)",
        sightings=(Sighting("products_cost", Kind.AGGREGATE_DIFFERS),),
    ),
    Defect(
        id="products_category_optional",
        title="A product needs a category in the source, but not in the target.",
        table="Sales.DimProduct",
        columns=("Category",),
        kind=Kind.NULLABILITY_DIFFERS,
        how="ALTER TABLE SALES.DIM_PRODUCT ALTER COLUMN CATEGORY DROP NOT NULL",
        sightings=(Sighting("products_nullability", Kind.NULLABILITY_DIFFERS),),
    ),
    Defect(
        id="products_history_gap",
        title="Some products did not exist for ten days between two versions.",
        table="Sales.DimProduct",
        columns=("ValidTo",),
        kind=Kind.INTERVAL_GAP,
        how="""
            UPDATE SALES.DIM_PRODUCT SET VALID_TO = VALID_TO - 10
            WHERE PRODUCT_KEY IN (SELECT 3 * p - 2 FROM range(30, 2001, 30) AS numbers(p))
        """,
        sightings=(Sighting("products_history", Kind.INTERVAL_GAP),),
    ),
    Defect(
        id="products_history_overlap",
        title="Some products had two versions at once for ten days.",
        table="Sales.DimProduct",
        columns=("ValidTo",),
        kind=Kind.INTERVAL_OVERLAP,
        how="""
            UPDATE SALES.DIM_PRODUCT SET VALID_TO = VALID_TO + 10
            WHERE PRODUCT_KEY IN (SELECT 3 * p - 2 FROM range(3, 2001, 30) AS numbers(p))
        """,
        sightings=(Sighting("products_history", Kind.INTERVAL_OVERLAP),),
    ),
    Defect(
        id="products_two_current",
        title="Some products kept the current flag on a version that had ended.",
        table="Sales.DimProduct",
        columns=("IsCurrent",),
        kind=Kind.CURRENT_NOT_UNIQUE,
        how="""
            UPDATE SALES.DIM_PRODUCT SET IS_CURRENT = TRUE
            WHERE PRODUCT_KEY IN (SELECT 3 * p - 1 FROM range(6, 2001, 30) AS numbers(p))
        """,
        sightings=(
            Sighting("products_history", Kind.CURRENT_NOT_UNIQUE),
            Sighting("products_history", Kind.CURRENT_CONTRADICTED),
        ),
    ),
    Defect(
        id="products_none_current",
        title="The last version of some products was closed although they are still sold.",
        table="Sales.DimProduct",
        columns=("ValidTo", "IsCurrent"),
        kind=Kind.CURRENT_MISSING,
        how="""
            UPDATE SALES.DIM_PRODUCT SET VALID_TO = DATE '2024-12-31', IS_CURRENT = FALSE
            WHERE PRODUCT_KEY IN (SELECT 3 * p FROM range(9, 2001, 30) AS numbers(p))
        """,
        sightings=(Sighting("products_history", Kind.CURRENT_MISSING),),
    ),
    Defect(
        id="products_history_inverted",
        title="The last version of some products ends before it begins.",
        table="Sales.DimProduct",
        columns=("ValidTo", "IsCurrent"),
        kind=Kind.INTERVAL_INVERTED,
        how="""
            UPDATE SALES.DIM_PRODUCT SET VALID_TO = VALID_FROM - 1, IS_CURRENT = FALSE
            WHERE PRODUCT_KEY IN (SELECT 3 * p FROM range(12, 2001, 30) AS numbers(p))
        """,
        sightings=(
            Sighting("products_history", Kind.INTERVAL_INVERTED),
            Sighting("products_history", Kind.CURRENT_MISSING),
        ),
    ),
    # ------------------------------------------------------------ DimPromotion
    Defect(
        id="promotions_missing",
        title="The promotions were forgotten altogether.",
        table="Sales.DimPromotion",
        kind=Kind.TABLE_MISSING,
        how="DROP TABLE SALES.DIM_PROMOTION",
        sightings=(Sighting("promotions_columns", Kind.TABLE_MISSING),),
    ),
    # ------------------------------------------------------------ FactSales
    Defect(
        id="sales_month_tail_lost",
        title="The sales after the twelfth of March 2023 were lost, to the end of that month.",
        table="Sales.FactSales",
        kind=Kind.ROW_MISSING_IN_TARGET,
        how="DELETE FROM SALES.FACT_SALES WHERE DATE_KEY BETWEEN 20230313 AND 20230331",
        sightings=(
            Sighting("sales_count", Kind.COUNT_DIFFERS),
            Sighting("sales_count_by_month", Kind.COUNT_DIFFERS),
            Sighting("sales_amount_by_month", Kind.AGGREGATE_DIFFERS),
            Sighting("sales_weeks", Kind.PERIOD_MISSING),
            Sighting("returns_sale", Kind.KEY_ORPHANED),
        ),
    ),
    Defect(
        id="sales_loaded_twice",
        title="Some sales of June 2023 were loaded twice.",
        table="Sales.FactSales",
        kind=Kind.ROW_DUPLICATED,
        how="""
            INSERT INTO SALES.FACT_SALES
            SELECT * FROM SALES.FACT_SALES WHERE MONTH_KEY = 202306
            QUALIFY row_number() OVER (ORDER BY SALES_KEY) <= greatest(2, count(*) OVER () // 50)
            ORDER BY SALES_KEY
        """,
        sightings=(
            Sighting("sales_key", Kind.KEY_DUPLICATED),
            Sighting("sales_count", Kind.COUNT_DIFFERS),
            Sighting("sales_count_by_month", Kind.COUNT_DIFFERS),
            Sighting("sales_amount_by_month", Kind.AGGREGATE_DIFFERS),
        ),
    ),
    Defect(
        id="sales_test_orders",
        title="Test orders of the migration team stayed in September 2023.",
        table="Sales.FactSales",
        kind=Kind.ROW_MISSING_IN_SOURCE,
        how="""
            INSERT INTO SALES.FACT_SALES
            SELECT * REPLACE (1000000000000 + SALES_KEY AS SALES_KEY, 'TEST-' || ORDER_NUMBER AS ORDER_NUMBER)
            FROM SALES.FACT_SALES WHERE MONTH_KEY = 202309
            QUALIFY row_number() OVER (ORDER BY SALES_KEY) <= greatest(3, count(*) OVER () // 50)
            ORDER BY SALES_KEY
        """,
        sightings=(
            Sighting("sales_count", Kind.COUNT_DIFFERS),
            Sighting("sales_count_by_month", Kind.COUNT_DIFFERS),
            Sighting("sales_amount_by_month", Kind.AGGREGATE_DIFFERS),
        ),
    ),
    Defect(
        id="sales_discount_dropped",
        title="The discounts of the first quarter of 2024 are 0, though the amounts were reduced by them.",
        table="Sales.FactSales",
        columns=("DiscountAmount",),
        kind=Kind.RULE_VIOLATED,
        how="UPDATE SALES.FACT_SALES SET DISCOUNT_AMOUNT = 0 WHERE MONTH_KEY BETWEEN 202401 AND 202403",
        sightings=(Sighting("sales_amount_rule", Kind.RULE_VIOLATED),),
    ),
    # ------------------------------------------------------------ FactReturns
    Defect(
        id="returns_store_orphaned",
        title="Some returns point to stores that do not exist.",
        table="Sales.FactReturns",
        columns=("StoreKey",),
        kind=Kind.KEY_ORPHANED,
        how="UPDATE SALES.FACT_RETURNS SET STORE_KEY = 1000000 + RETURN_KEY WHERE RETURN_KEY % 50 = 1",
        sightings=(Sighting("returns_store", Kind.KEY_ORPHANED),),
    ),
    Defect(
        id="returns_fee_shifted",
        title="Ten euros of fees moved from May to July 2023: the total is right, the months are not.",
        table="Sales.FactReturns",
        columns=("RestockingFee",),
        kind=Kind.AGGREGATE_DIFFERS,
        how="""
            UPDATE SALES.FACT_RETURNS
            SET RESTOCKING_FEE = RESTOCKING_FEE + CASE MONTH_KEY WHEN 202305 THEN -10 ELSE 10 END
            WHERE RETURN_KEY IN (
                SELECT min(RETURN_KEY) FROM SALES.FACT_RETURNS WHERE MONTH_KEY IN (202305, 202307) GROUP BY MONTH_KEY
            )
        """,
        sightings=(Sighting("returns_fees_by_month", Kind.AGGREGATE_DIFFERS),),
    ),
    Defect(
        id="returns_refund_sign",
        title="Refunds of the marketplace are negative.",
        table="Sales.FactReturns",
        columns=("RefundAmount",),
        kind=Kind.AGGREGATE_DIFFERS,
        how="UPDATE SALES.FACT_RETURNS SET REFUND_AMOUNT = -REFUND_AMOUNT WHERE CHANNEL = 'Marketplace'",
        sightings=(Sighting("returns_refunds_by_channel", Kind.AGGREGATE_DIFFERS),),
    ),
    # ------------------------------------------------------------ FactInventoryDaily
    Defect(
        id="inventory_days_missing",
        title="One store's stock is missing for three days.",
        table="Sales.FactInventoryDaily",
        kind=Kind.PERIOD_MISSING,
        how="""
            DELETE FROM SALES.FACT_INVENTORY_DAILY
            WHERE STORE_KEY = 3 AND SNAPSHOT_DATE BETWEEN DATE '2024-10-07' AND DATE '2024-10-09'
        """,
        sightings=(
            Sighting("inventory_count", Kind.COUNT_DIFFERS),
            Sighting("inventory_days", Kind.PERIOD_MISSING),
            Sighting("inventory_value_by_store", Kind.AGGREGATE_DIFFERS),
        ),
    ),
    Defect(
        id="inventory_null_to_zero",
        title="Where nobody knew how much stock was reserved, the target says 0.",
        table="Sales.FactInventoryDaily",
        columns=("Reserved",),
        kind=Kind.NULL_COUNT_DIFFERS,
        how="UPDATE SALES.FACT_INVENTORY_DAILY SET RESERVED = 0 WHERE RESERVED IS NULL",
        sightings=(Sighting("inventory_nulls", Kind.NULL_COUNT_DIFFERS),),
    ),
)
