"""Sales.DimDate: the calendar."""

from ombudsman.cli.demo.defect import Defect, Expectation, Sighting
from ombudsman.model.result import Kind

DEFECTS: tuple[Defect, ...] = (
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
)

EXPECTATIONS: tuple[Expectation, ...] = (
    Expectation(
        "dates_count",
        Kind.COUNT_DIFFERS,
        """
        SELECT 'the whole table'
        WHERE (SELECT count(*) FROM source.Sales.DimDate) <> (SELECT count(*) FROM SALES.DIM_DATE)
        """,
    ),
    Expectation(
        "dates_days",
        Kind.PERIOD_MISSING,
        "SELECT FullDate FROM source.Sales.DimDate ANTI JOIN SALES.DIM_DATE ON FULL_DATE = FullDate",
    ),
    Expectation(
        "dates_weekend",
        Kind.RULE_VIOLATED,
        "SELECT DATE_KEY FROM SALES.DIM_DATE WHERE IS_WEEKEND AND DAY_OF_WEEK < 6",
    ),
    Expectation(
        "dates_nullability",
        Kind.NULLABILITY_DIFFERS,
        """
        SELECT 'FiscalYear' FROM duckdb_columns()
        WHERE table_name = 'DIM_DATE' AND column_name = 'FISCAL_YEAR' AND NOT is_nullable
        """,
    ),
)
