"""Sales.DimStore: the shops of the chain."""

from ombudsman.cli.demo.defect import Defect, Expectation, Sighting
from ombudsman.model.result import Kind

DEFECTS: tuple[Defect, ...] = (
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
)

EXPECTATIONS: tuple[Expectation, ...] = (
    Expectation(
        "stores_columns",
        Kind.COLUMN_MISSING_IN_TARGET,
        """
        SELECT 'FloorArea'
        WHERE NOT EXISTS (FROM duckdb_columns() WHERE table_name = 'DIM_STORE' AND column_name = 'FLOOR_AREA')
        """,
    ),
    Expectation(
        "stores_columns",
        Kind.COLUMN_MISSING_IN_SOURCE,
        "SELECT column_name FROM duckdb_columns() WHERE table_name = 'DIM_STORE' AND column_name = 'LEGACY_ID'",
    ),
    Expectation(
        "stores_types",
        Kind.TYPE_DIFFERS,
        """
        SELECT 'OpenedOn' FROM duckdb_columns()
        WHERE table_name = 'DIM_STORE' AND column_name = 'OPENED_ON' AND data_type = 'VARCHAR'
        """,
    ),
    Expectation(
        "stores_types",
        Kind.TYPE_NARROWER,
        """
        SELECT 'Latitude' FROM duckdb_columns()
        WHERE table_name = 'DIM_STORE' AND column_name = 'LATITUDE' AND data_type = 'FLOAT'
        """,
    ),
    Expectation(
        "stores_nulls",
        Kind.NULL_COUNT_DIFFERS,
        """
        SELECT 'ClosedOn'
        WHERE (SELECT count(*) FROM source.Sales.DimStore WHERE StoreCode <> 'TEST' AND ClosedOn IS NULL)
            <> (SELECT count(*) FROM SALES.DIM_STORE WHERE CLOSED_ON IS NULL)
        """,
    ),
)
