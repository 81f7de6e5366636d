"""How many findings all planted defects together must give, counted without any validator.

One entry for each step and kind that `defects.py` names, with plain SQL over the two databases; the source is attached
as `source`.
"""

from dataclasses import dataclass

from ombudsman.model.result import Kind


@dataclass(frozen=True)
class Expectation:
    """A step must find so many of a kind: the number that the SQL in `count` selects."""

    step: str
    kind: Kind
    count: str


EXPECTATIONS: tuple[Expectation, ...] = (
    # ------------------------------------------------------------ DimDate
    Expectation(
        "dates_count",
        Kind.COUNT_DIFFERS,
        """
        SELECT CAST(
            (SELECT count(*) FROM source.Sales.DimDate) <> (SELECT count(*) FROM SALES.DIM_DATE) AS INTEGER
        )
        """,
    ),
    Expectation(
        "dates_days",
        Kind.PERIOD_MISSING,
        "SELECT count(*) FROM source.Sales.DimDate ANTI JOIN SALES.DIM_DATE ON FULL_DATE = FullDate",
    ),
    Expectation(
        "dates_weekend",
        Kind.RULE_VIOLATED,
        "SELECT count(*) FROM SALES.DIM_DATE WHERE IS_WEEKEND AND DAY_OF_WEEK < 6",
    ),
    Expectation(
        "dates_nullability",
        Kind.NULLABILITY_DIFFERS,
        """
        SELECT count(*) FROM duckdb_columns()
        WHERE table_name = 'DIM_DATE' AND column_name = 'FISCAL_YEAR' AND NOT is_nullable
        """,
    ),
    # ------------------------------------------------------------ DimStore
    Expectation(
        "stores_columns",
        Kind.COLUMN_MISSING_IN_TARGET,
        """
        SELECT 1 - count(*) FROM duckdb_columns() WHERE table_name = 'DIM_STORE' AND column_name = 'FLOOR_AREA'
        """,
    ),
    Expectation(
        "stores_columns",
        Kind.COLUMN_MISSING_IN_SOURCE,
        "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'DIM_STORE' AND column_name = 'LEGACY_ID'",
    ),
    Expectation(
        "stores_types",
        Kind.TYPE_DIFFERS,
        """
        SELECT count(*) FROM duckdb_columns()
        WHERE table_name = 'DIM_STORE' AND column_name = 'OPENED_ON' AND data_type = 'VARCHAR'
        """,
    ),
    Expectation(
        "stores_types",
        Kind.TYPE_NARROWER,
        """
        SELECT count(*) FROM duckdb_columns()
        WHERE table_name = 'DIM_STORE' AND column_name = 'LATITUDE' AND data_type = 'FLOAT'
        """,
    ),
    Expectation(
        "stores_nulls",
        Kind.NULL_COUNT_DIFFERS,
        """
        SELECT CAST(
            (SELECT count(*) FROM source.Sales.DimStore WHERE StoreCode <> 'TEST' AND ClosedOn IS NULL)
            <> (SELECT count(*) FROM SALES.DIM_STORE WHERE CLOSED_ON IS NULL) AS INTEGER
        )
        """,
    ),
    # ------------------------------------------------------------ DimCustomer
    Expectation(
        "customers_nulls",
        Kind.NULL_COUNT_DIFFERS,
        """
        SELECT
            CAST(
                (SELECT count(Phone) FROM source.Sales.DimCustomer) <> (SELECT count(PHONE) FROM SALES.DIM_CUSTOMER)
                AS INTEGER
            )
            + CAST(
                (SELECT count(MiddleName) FROM source.Sales.DimCustomer)
                <> (SELECT count(MIDDLE_NAME) FROM SALES.DIM_CUSTOMER) AS INTEGER
            )
        """,
    ),
    Expectation(
        "customers_created",
        Kind.AGGREGATE_DIFFERS,
        """
        SELECT
            CAST(
                (SELECT min(CreatedAt) FROM source.Sales.DimCustomer)
                <> (SELECT min(CREATED_AT) FROM SALES.DIM_CUSTOMER) AS INTEGER
            )
            + CAST(
                (SELECT max(CreatedAt) FROM source.Sales.DimCustomer)
                <> (SELECT max(CREATED_AT) FROM SALES.DIM_CUSTOMER) AS INTEGER
            )
        """,
    ),
    Expectation(
        "customers_email",
        Kind.RULE_VIOLATED,
        "SELECT count(*) FROM SALES.DIM_CUSTOMER WHERE NOT regexp_full_match(EMAIL, '.*@example\\....')",
    ),
    Expectation(
        "customers_code",
        Kind.KEY_DUPLICATED,
        """
        SELECT count(*)
        FROM (SELECT CUSTOMER_CODE FROM SALES.DIM_CUSTOMER GROUP BY CUSTOMER_CODE HAVING count(*) > 1)
        """,
    ),
    Expectation(
        "customers_postal_code",
        Kind.RULE_VIOLATED,
        "SELECT count(*) FROM SALES.DIM_CUSTOMER WHERE length(POSTAL_CODE) < 5",
    ),
    Expectation(
        "customers_credit_by_country",
        Kind.AGGREGATE_DIFFERS,
        """
        WITH was AS (SELECT CountryCode, sum(CreditLimit) AS total FROM source.Sales.DimCustomer GROUP BY ALL),
        became AS (SELECT COUNTRY_CODE, sum(CREDIT_LIMIT) AS total FROM SALES.DIM_CUSTOMER GROUP BY ALL)
        SELECT count(*) FROM was FULL JOIN became ON COUNTRY_CODE = CountryCode
        WHERE was.total IS DISTINCT FROM became.total
        """,
    ),
    Expectation(
        "customers_active",
        Kind.COUNT_DIFFERS,
        """
        SELECT CAST(
            (SELECT count(*) FROM source.Sales.DimCustomer WHERE IsActive)
            <> (SELECT count(*) FROM SALES.DIM_CUSTOMER WHERE IS_ACTIVE) AS INTEGER
        )
        """,
    ),
    Expectation(
        "customers_types",
        Kind.TYPE_NARROWER,
        """
        SELECT count(*) FROM duckdb_columns()
        WHERE table_name = 'DIM_CUSTOMER' AND column_name = 'LOYALTY_POINTS' AND data_type = 'SMALLINT'
        """,
    ),
    # ------------------------------------------------------------ DimProduct
    Expectation(
        "products_types",
        Kind.TYPE_NARROWER,
        """
        SELECT count(*) FROM duckdb_columns()
        WHERE table_name = 'DIM_PRODUCT' AND column_name = 'LIST_PRICE' AND numeric_scale = 1
        """,
    ),
    Expectation(
        "products_cost",
        Kind.AGGREGATE_DIFFERS,
        """
        SELECT CAST(
            (SELECT sum(StandardCost) FROM source.Sales.DimProduct)
            <> (SELECT sum(STANDARD_COST) FROM SALES.DIM_PRODUCT) AS INTEGER
        )
        """,
    ),
    Expectation(
        "products_nullability",
        Kind.NULLABILITY_DIFFERS,
        """
        SELECT count(*) FROM duckdb_columns()
        WHERE table_name = 'DIM_PRODUCT' AND column_name = 'CATEGORY' AND is_nullable
        """,
    ),
    Expectation(
        "products_history",
        Kind.INTERVAL_GAP,
        """
        SELECT count(*) FROM SALES.DIM_PRODUCT AS version
        JOIN SALES.DIM_PRODUCT AS later
            ON later.PRODUCT_CODE = version.PRODUCT_CODE AND later.PRODUCT_KEY = version.PRODUCT_KEY + 1
        WHERE version.VALID_TO < later.VALID_FROM
        """,
    ),
    Expectation(
        "products_history",
        Kind.INTERVAL_OVERLAP,
        """
        SELECT count(*) FROM SALES.DIM_PRODUCT AS version
        JOIN SALES.DIM_PRODUCT AS later
            ON later.PRODUCT_CODE = version.PRODUCT_CODE AND later.PRODUCT_KEY = version.PRODUCT_KEY + 1
        WHERE version.VALID_TO > later.VALID_FROM OR version.VALID_TO IS NULL
        """,
    ),
    Expectation(
        "products_history",
        Kind.INTERVAL_INVERTED,
        "SELECT count(*) FROM SALES.DIM_PRODUCT WHERE VALID_TO < VALID_FROM",
    ),
    Expectation(
        "products_history",
        Kind.CURRENT_MISSING,
        """
        SELECT count(DISTINCT PRODUCT_CODE) FROM SALES.DIM_PRODUCT
        WHERE PRODUCT_CODE NOT IN (SELECT PRODUCT_CODE FROM SALES.DIM_PRODUCT WHERE IS_CURRENT)
        """,
    ),
    Expectation(
        "products_history",
        Kind.CURRENT_NOT_UNIQUE,
        """
        SELECT count(*)
        FROM (SELECT PRODUCT_CODE FROM SALES.DIM_PRODUCT WHERE IS_CURRENT GROUP BY PRODUCT_CODE HAVING count(*) > 1)
        """,
    ),
    Expectation(
        "products_history",
        Kind.CURRENT_CONTRADICTED,
        "SELECT count(*) FROM SALES.DIM_PRODUCT WHERE IS_CURRENT <> (VALID_TO IS NULL)",
    ),
    # ------------------------------------------------------------ DimPromotion
    Expectation(
        "promotions_columns",
        Kind.TABLE_MISSING,
        "SELECT 1 - count(*) FROM duckdb_tables() WHERE table_name = 'DIM_PROMOTION'",
    ),
    # ------------------------------------------------------------ FactSales
    Expectation(
        "sales_count",
        Kind.COUNT_DIFFERS,
        """
        SELECT CAST(
            (SELECT count(*) FROM source.Sales.FactSales) <> (SELECT count(*) FROM SALES.FACT_SALES) AS INTEGER
        )
        """,
    ),
    Expectation(
        "sales_count_by_month",
        Kind.COUNT_DIFFERS,
        """
        WITH was AS (SELECT MonthKey, count(*) AS total FROM source.Sales.FactSales GROUP BY ALL),
        became AS (SELECT MONTH_KEY, count(*) AS total FROM SALES.FACT_SALES GROUP BY ALL)
        SELECT count(*) FROM was FULL JOIN became ON MONTH_KEY = MonthKey
        WHERE was.total IS DISTINCT FROM became.total
        """,
    ),
    Expectation(
        "sales_amount_by_month",
        Kind.AGGREGATE_DIFFERS,
        """
        WITH was AS (SELECT MonthKey, sum(SalesAmount) AS total FROM source.Sales.FactSales GROUP BY ALL),
        became AS (SELECT MONTH_KEY, sum(SALES_AMOUNT) AS total FROM SALES.FACT_SALES GROUP BY ALL)
        SELECT count(*) FROM was FULL JOIN became ON MONTH_KEY = MonthKey
        WHERE was.total IS DISTINCT FROM became.total
        """,
    ),
    Expectation(
        "sales_key",
        Kind.KEY_DUPLICATED,
        "SELECT count(*) FROM (SELECT SALES_KEY FROM SALES.FACT_SALES GROUP BY SALES_KEY HAVING count(*) > 1)",
    ),
    Expectation(
        "sales_weeks",
        Kind.PERIOD_MISSING,
        """
        WITH was AS (SELECT DISTINCT date_trunc('week', OrderDate) AS week FROM source.Sales.FactSales),
        became AS (SELECT DISTINCT date_trunc('week', ORDER_DATE) AS week FROM SALES.FACT_SALES)
        SELECT count(*) FROM was ANTI JOIN became USING (week)
        """,
    ),
    Expectation(
        "sales_amount_rule",
        Kind.RULE_VIOLATED,
        """
        SELECT count(*) FROM SALES.FACT_SALES
        WHERE SALES_AMOUNT <> round(QUANTITY * UNIT_PRICE - DISCOUNT_AMOUNT, 2)
        """,
    ),
    # ------------------------------------------------------------ FactReturns
    Expectation(
        "returns_store",
        Kind.KEY_ORPHANED,
        """
        SELECT count(*) FROM SALES.FACT_RETURNS
        ANTI JOIN SALES.DIM_STORE ON DIM_STORE.STORE_KEY = FACT_RETURNS.STORE_KEY
        """,
    ),
    Expectation(
        "returns_sale",
        Kind.KEY_ORPHANED,
        """
        SELECT count(*) FROM SALES.FACT_RETURNS
        ANTI JOIN SALES.FACT_SALES ON FACT_SALES.SALES_KEY = FACT_RETURNS.SALES_KEY
        """,
    ),
    Expectation(
        "returns_fees_by_month",
        Kind.AGGREGATE_DIFFERS,
        """
        WITH was AS (SELECT MonthKey, sum(RestockingFee) AS total FROM source.Sales.FactReturns GROUP BY ALL),
        became AS (SELECT MONTH_KEY, sum(RESTOCKING_FEE) AS total FROM SALES.FACT_RETURNS GROUP BY ALL)
        SELECT count(*) FROM was FULL JOIN became ON MONTH_KEY = MonthKey
        WHERE was.total IS DISTINCT FROM became.total
        """,
    ),
    Expectation(
        "returns_refunds_by_channel",
        Kind.AGGREGATE_DIFFERS,
        """
        WITH was AS (SELECT Channel, sum(RefundAmount) AS total FROM source.Sales.FactReturns GROUP BY ALL),
        became AS (SELECT CHANNEL, sum(REFUND_AMOUNT) AS total FROM SALES.FACT_RETURNS GROUP BY ALL)
        SELECT count(*) FROM was FULL JOIN became ON became.CHANNEL = was.Channel
        WHERE was.total IS DISTINCT FROM became.total
        """,
    ),
    # ------------------------------------------------------------ FactInventoryDaily
    Expectation(
        "inventory_count",
        Kind.COUNT_DIFFERS,
        """
        SELECT CAST(
            (SELECT count(*) FROM source.Sales.FactInventoryDaily)
            <> (SELECT count(*) FROM SALES.FACT_INVENTORY_DAILY) AS INTEGER
        )
        """,
    ),
    Expectation(
        "inventory_days",
        Kind.PERIOD_MISSING,
        """
        WITH was AS (SELECT DISTINCT StoreKey, SnapshotDate FROM source.Sales.FactInventoryDaily),
        became AS (SELECT DISTINCT STORE_KEY, SNAPSHOT_DATE FROM SALES.FACT_INVENTORY_DAILY)
        SELECT count(*) FROM was ANTI JOIN became ON STORE_KEY = StoreKey AND SNAPSHOT_DATE = SnapshotDate
        """,
    ),
    Expectation(
        "inventory_value_by_store",
        Kind.AGGREGATE_DIFFERS,
        """
        WITH was AS (SELECT StoreKey, sum(StockValue) AS total FROM source.Sales.FactInventoryDaily GROUP BY ALL),
        became AS (SELECT STORE_KEY, sum(STOCK_VALUE) AS total FROM SALES.FACT_INVENTORY_DAILY GROUP BY ALL)
        SELECT count(*) FROM was FULL JOIN became ON STORE_KEY = StoreKey
        WHERE was.total IS DISTINCT FROM became.total
        """,
    ),
    Expectation(
        "inventory_nulls",
        Kind.NULL_COUNT_DIFFERS,
        """
        SELECT CAST(
            (SELECT count(*) FROM source.Sales.FactInventoryDaily WHERE Reserved IS NULL)
            <> (SELECT count(*) FROM SALES.FACT_INVENTORY_DAILY WHERE RESERVED IS NULL) AS INTEGER
        )
        """,
    ),
)
