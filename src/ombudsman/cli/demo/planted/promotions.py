"""Sales.DimPromotion, and Sales.StorePromotion: which store takes part in which of them."""

from ombudsman.cli.demo.defect import Defect, Expectation, Sighting
from ombudsman.model.result import Kind

DEFECTS: tuple[Defect, ...] = (
    Defect(
        id="promotions_missing",
        title="The promotions were forgotten altogether.",
        table="Sales.DimPromotion",
        kind=Kind.TABLE_MISSING,
        how="DROP TABLE SALES.DIM_PROMOTION",
        sightings=(Sighting("promotions_columns", Kind.TABLE_MISSING),),
    ),
    Defect(
        id="store_promotions_code_case",
        title="One store's promotions were booked under its code in small letters.",
        table="Sales.StorePromotion",
        columns=("StoreCode",),
        kind=Kind.ROW_MISSING_IN_TARGET,
        how="UPDATE SALES.STORE_PROMOTION SET STORE_CODE = 'st0003' WHERE STORE_CODE = 'ST0003'",
        sightings=(
            Sighting("store_promotions_pairs", Kind.ROW_MISSING_IN_TARGET),
            Sighting("store_promotions_pairs", Kind.ROW_MISSING_IN_SOURCE),
        ),
    ),
)

EXPECTATIONS: tuple[Expectation, ...] = (
    Expectation(
        "promotions_columns",
        Kind.TABLE_MISSING,
        "SELECT 'the whole table' WHERE NOT EXISTS (FROM duckdb_tables() WHERE table_name = 'DIM_PROMOTION')",
    ),
    Expectation(
        "store_promotions_pairs",
        Kind.ROW_MISSING_IN_TARGET,
        """
        SELECT StoreCode || ', ' || s.PromoCode FROM source.Sales.StorePromotion AS s
        ANTI JOIN SALES.STORE_PROMOTION AS t ON STORE_CODE = StoreCode AND PROMO_CODE = s.PromoCode
        """,
    ),
    Expectation(
        "store_promotions_pairs",
        Kind.ROW_MISSING_IN_SOURCE,
        """
        SELECT STORE_CODE || ', ' || PROMO_CODE FROM SALES.STORE_PROMOTION
        ANTI JOIN source.Sales.StorePromotion AS s ON STORE_CODE = StoreCode AND PROMO_CODE = s.PromoCode
        """,
    ),
)
