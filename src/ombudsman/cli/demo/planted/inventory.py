"""Sales.FactInventoryDaily: what lay in the stores at the end of the day."""

from ombudsman.cli.demo.defect import Defect, Expectation, Sighting
from ombudsman.model.result import Kind

DEFECTS: tuple[Defect, ...] = (
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

EXPECTATIONS: tuple[Expectation, ...] = (
    Expectation(
        "inventory_count",
        Kind.COUNT_DIFFERS,
        """
        SELECT 'the whole table'
        WHERE (SELECT count(*) FROM source.Sales.FactInventoryDaily)
            <> (SELECT count(*) FROM SALES.FACT_INVENTORY_DAILY)
        """,
    ),
    Expectation(
        "inventory_days",
        Kind.PERIOD_MISSING,
        """
        WITH was AS (SELECT DISTINCT StoreKey AS store, SnapshotDate AS day FROM source.Sales.FactInventoryDaily),
        became AS (SELECT DISTINCT STORE_KEY AS store, SNAPSHOT_DATE AS day FROM SALES.FACT_INVENTORY_DAILY)
        SELECT store || ', ' || day FROM was ANTI JOIN became USING (store, day)
        """,
    ),
    Expectation(
        "inventory_value_by_store",
        Kind.AGGREGATE_DIFFERS,
        """
        WITH was AS (
            SELECT StoreKey AS store, sum(StockValue) AS total FROM source.Sales.FactInventoryDaily GROUP BY ALL
        ),
        became AS (SELECT STORE_KEY AS store, sum(STOCK_VALUE) AS total FROM SALES.FACT_INVENTORY_DAILY GROUP BY ALL)
        SELECT store FROM was FULL JOIN became USING (store) WHERE was.total IS DISTINCT FROM became.total
        """,
    ),
    Expectation(
        "inventory_nulls",
        Kind.NULL_COUNT_DIFFERS,
        """
        SELECT 'Reserved'
        WHERE (SELECT count(*) FROM source.Sales.FactInventoryDaily AS s WHERE s.Reserved IS NULL)
            <> (SELECT count(*) FROM SALES.FACT_INVENTORY_DAILY WHERE RESERVED IS NULL)
        """,
    ),
)
