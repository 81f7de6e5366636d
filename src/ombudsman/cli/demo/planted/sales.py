"""Sales.FactSales: line by line what was sold."""

from ombudsman.cli.demo.defect import Defect, Expectation, Sighting
from ombudsman.model.result import Kind

DEFECTS: tuple[Defect, ...] = (
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
    Defect(
        id="sales_channel_renamed",
        title="The channel App is called Mobile in 2024; nobody had agreed to that.",
        table="Sales.FactSales",
        columns=("Channel",),
        kind=Kind.OUTSIDE_DOMAIN,
        how="UPDATE SALES.FACT_SALES SET CHANNEL = 'Mobile' WHERE CHANNEL = 'App' AND MONTH_KEY >= 202401",
        sightings=(Sighting("sales_channels", Kind.OUTSIDE_DOMAIN),),
    ),
    Defect(
        id="sales_tax_rate",
        title="The taxes of October 2024 were computed with half the rate.",
        table="Sales.FactSales",
        columns=("TaxAmount",),
        kind=Kind.RATIO_DIFFERS,
        how="UPDATE SALES.FACT_SALES SET TAX_AMOUNT = round(SALES_AMOUNT * 0.10, 2) WHERE MONTH_KEY = 202410",
        sightings=(Sighting("sales_tax_by_month", Kind.RATIO_DIFFERS),),
    ),
    Defect(
        id="sales_product_of_next_row",
        title="Sales of November 2024 refer to the next product: every key meets a row, and it is the wrong one.",
        table="Sales.FactSales",
        columns=("ProductKey",),
        kind=Kind.VALUE_DIFFERS,
        how="""
            UPDATE SALES.FACT_SALES
            SET PRODUCT_KEY = 1 + 3 * (
                ((PRODUCT_KEY - 1) // 3 + 1) % (SELECT count(DISTINCT PRODUCT_CODE) FROM SALES.DIM_PRODUCT)
            )
            WHERE MONTH_KEY = 202411
        """,
        sightings=(Sighting("sales_report", Kind.VALUE_DIFFERS),),
    ),
    Defect(
        id="sales_order_number_cut",
        title="The order numbers of December 2024 lost their last digit: ten orders are one.",
        table="Sales.FactSales",
        columns=("OrderNumber",),
        kind=Kind.VALUE_DIFFERS,
        how="UPDATE SALES.FACT_SALES SET ORDER_NUMBER = left(ORDER_NUMBER, 9) WHERE MONTH_KEY = 202412",
        sightings=(Sighting("sales_orders", Kind.VALUE_DIFFERS),),
    ),
)

EXPECTATIONS: tuple[Expectation, ...] = (
    Expectation(
        "sales_count",
        Kind.COUNT_DIFFERS,
        """
        SELECT 'the whole table'
        WHERE (SELECT count(*) FROM source.Sales.FactSales) <> (SELECT count(*) FROM SALES.FACT_SALES)
        """,
    ),
    Expectation(
        "sales_count_by_month",
        Kind.COUNT_DIFFERS,
        """
        WITH was AS (SELECT MonthKey AS month, count(*) AS total FROM source.Sales.FactSales GROUP BY ALL),
        became AS (SELECT MONTH_KEY AS month, count(*) AS total FROM SALES.FACT_SALES GROUP BY ALL)
        SELECT make_date(month // 100, month % 100, 1) FROM was FULL JOIN became USING (month)
        WHERE was.total IS DISTINCT FROM became.total
        """,
    ),
    Expectation(
        "sales_amount_by_month",
        Kind.AGGREGATE_DIFFERS,
        """
        WITH was AS (SELECT MonthKey AS month, sum(SalesAmount) AS total FROM source.Sales.FactSales GROUP BY ALL),
        became AS (SELECT MONTH_KEY AS month, sum(SALES_AMOUNT) AS total FROM SALES.FACT_SALES GROUP BY ALL)
        SELECT make_date(month // 100, month % 100, 1) FROM was FULL JOIN became USING (month)
        WHERE was.total IS DISTINCT FROM became.total
        """,
    ),
    Expectation(
        "sales_key",
        Kind.KEY_DUPLICATED,
        "SELECT SALES_KEY FROM SALES.FACT_SALES GROUP BY SALES_KEY HAVING count(*) > 1",
    ),
    Expectation(
        "sales_weeks",
        Kind.PERIOD_MISSING,
        """
        WITH was AS (SELECT DISTINCT CAST(date_trunc('week', OrderDate) AS DATE) AS week FROM source.Sales.FactSales),
        became AS (SELECT DISTINCT CAST(date_trunc('week', ORDER_DATE) AS DATE) AS week FROM SALES.FACT_SALES)
        SELECT week FROM was ANTI JOIN became USING (week)
        """,
    ),
    Expectation(
        "sales_amount_rule",
        Kind.RULE_VIOLATED,
        """
        SELECT SALES_KEY FROM SALES.FACT_SALES
        WHERE SALES_AMOUNT <> round(QUANTITY * UNIT_PRICE - DISCOUNT_AMOUNT, 2)
        """,
    ),
    Expectation(
        "sales_product",
        Kind.KEY_ORPHANED,
        """
        SELECT DISTINCT s.PRODUCT_KEY FROM SALES.FACT_SALES AS s
        ANTI JOIN SALES.DIM_PRODUCT AS p ON p.PRODUCT_KEY = s.PRODUCT_KEY
        """,
    ),
    Expectation(
        "sales_channels",
        Kind.OUTSIDE_DOMAIN,
        """
        SELECT DISTINCT CHANNEL FROM SALES.FACT_SALES
        WHERE CHANNEL NOT IN (SELECT s.Channel FROM source.Sales.FactSales AS s)
        """,
    ),
    Expectation(
        "sales_tax_by_month",
        Kind.RATIO_DIFFERS,
        """
        WITH was AS (SELECT MonthKey AS month, sum(TaxAmount) AS tax FROM source.Sales.FactSales GROUP BY ALL),
        became AS (SELECT MONTH_KEY AS month, sum(TAX_AMOUNT) AS tax FROM SALES.FACT_SALES GROUP BY ALL),
        changes AS (
            SELECT month, was.tax * lag(became.tax) OVER months = became.tax * lag(was.tax) OVER months AS alike
            FROM was JOIN became USING (month)
            WHERE month >= 202401
            WINDOW months AS (ORDER BY month)
        )
        SELECT make_date(month // 100, month % 100, 1) FROM changes WHERE NOT alike
        """,
    ),
    Expectation(
        "sales_report",
        Kind.VALUE_DIFFERS,
        """
        WITH was AS (
            SELECT s.ProductKey AS product, sum(s.SalesAmount) AS amount FROM source.Sales.FactSales AS s
            WHERE s.MonthKey = 202411 GROUP BY ALL
        ),
        became AS (
            SELECT PRODUCT_KEY AS product, sum(SALES_AMOUNT) AS amount FROM SALES.FACT_SALES
            WHERE MONTH_KEY = 202411 GROUP BY ALL
        ),
        differences AS (
            SELECT p.Category AS category, sum(coalesce(was.amount, 0) - coalesce(became.amount, 0)) AS difference
            FROM was FULL JOIN became USING (product) JOIN source.Sales.DimProduct AS p ON p.ProductKey = product
            GROUP BY ALL
        )
        SELECT category FROM differences WHERE difference <> 0
        """,
    ),
    Expectation(
        "sales_orders",
        Kind.VALUE_DIFFERS,
        """
        WITH was AS (
            SELECT MonthKey AS month, count(DISTINCT OrderNumber) AS orders FROM source.Sales.FactSales GROUP BY ALL
        ),
        became AS (
            SELECT MONTH_KEY AS month, count(DISTINCT ORDER_NUMBER) AS orders FROM SALES.FACT_SALES GROUP BY ALL
        )
        SELECT month FROM was JOIN became USING (month) WHERE month >= 202401 AND was.orders <> became.orders
        """,
    ),
)
