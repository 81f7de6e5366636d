"""Sales.FactReturns: what came back."""

from ombudsman.cli.demo.defect import Defect, Expectation, Sighting
from ombudsman.model.result import Kind

DEFECTS: tuple[Defect, ...] = (
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
)

EXPECTATIONS: tuple[Expectation, ...] = (
    Expectation(
        "returns_store",
        Kind.KEY_ORPHANED,
        """
        SELECT DISTINCT FACT_RETURNS.STORE_KEY FROM SALES.FACT_RETURNS
        ANTI JOIN SALES.DIM_STORE ON DIM_STORE.STORE_KEY = FACT_RETURNS.STORE_KEY
        """,
    ),
    Expectation(
        "returns_sale",
        Kind.KEY_ORPHANED,
        """
        SELECT DISTINCT FACT_RETURNS.SALES_KEY FROM SALES.FACT_RETURNS
        ANTI JOIN SALES.FACT_SALES ON FACT_SALES.SALES_KEY = FACT_RETURNS.SALES_KEY
        """,
    ),
    Expectation(
        "returns_fees_by_month",
        Kind.AGGREGATE_DIFFERS,
        """
        WITH was AS (SELECT MonthKey AS month, sum(RestockingFee) AS total FROM source.Sales.FactReturns GROUP BY ALL),
        became AS (SELECT MONTH_KEY AS month, sum(RESTOCKING_FEE) AS total FROM SALES.FACT_RETURNS GROUP BY ALL)
        SELECT month FROM was FULL JOIN became USING (month) WHERE was.total IS DISTINCT FROM became.total
        """,
    ),
    Expectation(
        "returns_refunds_by_channel",
        Kind.AGGREGATE_DIFFERS,
        """
        WITH was AS (
            SELECT s.Channel AS name, sum(RefundAmount) AS total FROM source.Sales.FactReturns AS s GROUP BY ALL
        ),
        became AS (SELECT CHANNEL AS name, sum(REFUND_AMOUNT) AS total FROM SALES.FACT_RETURNS GROUP BY ALL)
        SELECT name FROM was FULL JOIN became USING (name) WHERE was.total IS DISTINCT FROM became.total
        """,
    ),
)
