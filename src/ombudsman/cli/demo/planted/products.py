"""Sales.DimProduct: what is sold, version by version."""

from ombudsman.cli.demo.defect import Defect, Expectation, Sighting
from ombudsman.model.result import Kind

DEFECTS: tuple[Defect, ...] = (
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
        id="products_history_collapsed",
        title="Of some products the version in the middle is gone, and the first one lasts until the last begins.",
        table="Sales.DimProduct",
        kind=Kind.ATTRIBUTE_HISTORY_DIFFERS,
        how="""
            DELETE FROM SALES.DIM_PRODUCT
            WHERE PRODUCT_KEY IN (SELECT 3 * p - 1 FROM range(15, 2001, 30) AS numbers(p));
            UPDATE SALES.DIM_PRODUCT AS first SET VALID_TO = last.VALID_FROM FROM SALES.DIM_PRODUCT AS last
            WHERE first.PRODUCT_KEY IN (SELECT 3 * p - 2 FROM range(15, 2001, 30) AS numbers(p))
                AND last.PRODUCT_KEY = first.PRODUCT_KEY + 2
        """,
        sightings=(
            Sighting("products_history", Kind.ATTRIBUTE_HISTORY_DIFFERS),
            Sighting("products_count", Kind.COUNT_DIFFERS),
            Sighting("products_cost", Kind.AGGREGATE_DIFFERS),
            Sighting("sales_product", Kind.KEY_ORPHANED),
        ),
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
    Defect(
        id="products_begin_late",
        title="The first version of some products begins the day before it ends: what was sold until then has none.",
        table="Sales.DimProduct",
        columns=("ValidFrom",),
        kind=Kind.LATE_ARRIVAL,
        how="""
            UPDATE SALES.DIM_PRODUCT SET VALID_FROM = VALID_TO - 1
            WHERE PRODUCT_KEY IN (SELECT 3 * p - 2 FROM range(13, 2001, 30) AS numbers(p))
        """,
        sightings=(
            Sighting("shipments_late", Kind.LATE_ARRIVAL),
            Sighting("shipments_version", Kind.KEY_ORPHANED),
        ),
    ),
)

EXPECTATIONS: tuple[Expectation, ...] = (
    Expectation(
        "products_types",
        Kind.TYPE_NARROWER,
        """
        SELECT 'ListPrice' FROM duckdb_columns()
        WHERE table_name = 'DIM_PRODUCT' AND column_name = 'LIST_PRICE' AND numeric_scale = 1
        """,
    ),
    Expectation(
        "products_cost",
        Kind.AGGREGATE_DIFFERS,
        """
        WITH was AS (
            SELECT s.Category AS name, sum(StandardCost) AS total FROM source.Sales.DimProduct AS s GROUP BY ALL
        ),
        became AS (SELECT CATEGORY AS name, sum(STANDARD_COST) AS total FROM SALES.DIM_PRODUCT GROUP BY ALL)
        SELECT name FROM was FULL JOIN became USING (name) WHERE was.total IS DISTINCT FROM became.total
        """,
    ),
    Expectation(
        "products_nullability",
        Kind.NULLABILITY_DIFFERS,
        """
        SELECT 'Category' FROM duckdb_columns()
        WHERE table_name = 'DIM_PRODUCT' AND column_name = 'CATEGORY' AND is_nullable
        """,
    ),
    Expectation(
        "products_count",
        Kind.COUNT_DIFFERS,
        """
        SELECT 'the whole table'
        WHERE (SELECT count(*) FROM source.Sales.DimProduct) <> (SELECT count(*) FROM SALES.DIM_PRODUCT)
        """,
    ),
    Expectation(
        "products_history",
        Kind.ATTRIBUTE_HISTORY_DIFFERS,
        """
        SELECT 'the whole table'
        WHERE (SELECT count(*) FROM source.Sales.DimProduct) <> (SELECT count(*) FROM SALES.DIM_PRODUCT)
        """,
    ),
    Expectation(
        "products_history",
        Kind.INTERVAL_GAP,
        """
        SELECT version.PRODUCT_CODE FROM SALES.DIM_PRODUCT AS version
        JOIN SALES.DIM_PRODUCT AS later
            ON later.PRODUCT_CODE = version.PRODUCT_CODE AND later.PRODUCT_KEY = version.PRODUCT_KEY + 1
        WHERE version.VALID_TO < later.VALID_FROM
        """,
    ),
    Expectation(
        "products_history",
        Kind.INTERVAL_OVERLAP,
        """
        SELECT version.PRODUCT_CODE FROM SALES.DIM_PRODUCT AS version
        JOIN SALES.DIM_PRODUCT AS later
            ON later.PRODUCT_CODE = version.PRODUCT_CODE AND later.PRODUCT_KEY = version.PRODUCT_KEY + 1
        WHERE version.VALID_TO > later.VALID_FROM OR version.VALID_TO IS NULL
        """,
    ),
    Expectation(
        "products_history",
        Kind.INTERVAL_INVERTED,
        "SELECT PRODUCT_CODE FROM SALES.DIM_PRODUCT WHERE VALID_TO < VALID_FROM",
    ),
    Expectation(
        "products_history",
        Kind.CURRENT_MISSING,
        "SELECT PRODUCT_CODE FROM SALES.DIM_PRODUCT GROUP BY PRODUCT_CODE HAVING NOT bool_or(IS_CURRENT)",
    ),
    Expectation(
        "products_history",
        Kind.CURRENT_NOT_UNIQUE,
        "SELECT PRODUCT_CODE FROM SALES.DIM_PRODUCT WHERE IS_CURRENT GROUP BY PRODUCT_CODE HAVING count(*) > 1",
    ),
    Expectation(
        "products_history",
        Kind.CURRENT_CONTRADICTED,
        "SELECT PRODUCT_CODE FROM SALES.DIM_PRODUCT WHERE IS_CURRENT <> (VALID_TO IS NULL)",
    ),
)
