"""Sales.FactShipments: what was sent, by whom it was packed, and when it was loaded."""

from ombudsman.cli.demo.defect import Defect, Expectation, Sighting
from ombudsman.model.result import Kind

DEFECTS: tuple[Defect, ...] = (
    Defect(
        id="shipments_rebuilt",
        title="The table was rebuilt by CREATE TABLE AS: no key is declared any more, and every column may be empty.",
        table="Sales.FactShipments",
        kind=Kind.KEY_DIFFERS,
        how="CREATE OR REPLACE TABLE SALES.FACT_SHIPMENTS AS FROM SALES.FACT_SHIPMENTS",
        sightings=(
            Sighting("shipments_keys", Kind.KEY_DIFFERS),
            Sighting("shipments_nullability", Kind.NULLABILITY_DIFFERS),
        ),
    ),
    Defect(
        id="shipments_packer_by_old_key",
        title="Some shipments kept the old key of the employee who packed them.",
        table="Sales.FactShipments",
        columns=("PackedBy",),
        kind=Kind.KEY_ORPHANED,
        how="""
            UPDATE SALES.FACT_SHIPMENTS SET PACKED_BY = 1000000 - PACKED_BY
            WHERE SHIPMENT_KEY % 30 = 8 AND PACKED_BY <> -1
        """,
        sightings=(Sighting("shipments_packer", Kind.KEY_ORPHANED),),
    ),
    Defect(
        id="shipments_packer_not_looked_up",
        title="Who packed what went by ship could not be looked up: all of it is said to be packed by the unknown one.",
        table="Sales.FactShipments",
        columns=("PackedBy",),
        kind=Kind.RATIO_DIFFERS,
        how="UPDATE SALES.FACT_SHIPMENTS SET PACKED_BY = -1 WHERE CARRIER_KEY = 5",
        sightings=(Sighting("shipments_packer", Kind.RATIO_DIFFERS),),
    ),
    Defect(
        id="shipments_loaded_by_the_migration",
        title="For a week of June 2024 the day of the load is the day of the migration.",
        table="Sales.FactShipments",
        columns=("LoadedOn",),
        kind=Kind.LATE_ARRIVAL,
        how="""
            UPDATE SALES.FACT_SHIPMENTS SET LOADED_ON = DATE '2025-02-01'
            WHERE SHIPPED_ON BETWEEN DATE '2024-06-03' AND DATE '2024-06-09' AND LOADED_ON <= SHIPPED_ON + 3
        """,
        sightings=(Sighting("shipments_late", Kind.LATE_ARRIVAL),),
    ),
    Defect(
        id="shipments_loaded_before_shipped",
        title="Some shipments were loaded two days before they were sent.",
        table="Sales.FactShipments",
        columns=("LoadedOn",),
        kind=Kind.OUT_OF_ORDER,
        how="""
            UPDATE SALES.FACT_SHIPMENTS SET LOADED_ON = SHIPPED_ON - 2
            WHERE SHIPMENT_KEY % 50 = 20 AND LOADED_ON <= SHIPPED_ON + 3
        """,
        sightings=(Sighting("shipments_late", Kind.OUT_OF_ORDER),),
    ),
    Defect(
        id="shipments_weight_rounded_up",
        title="Parcels that went by railway weigh whole kilograms.",
        table="Sales.FactShipments",
        columns=("ParcelWeight",),
        kind=Kind.AGGREGATE_DIFFERS,
        how="UPDATE SALES.FACT_SHIPMENTS SET WEIGHT_IN_KG = ceil(WEIGHT_IN_KG) WHERE CARRIER_KEY = 2",
        sightings=(Sighting("shipments_weight", Kind.AGGREGATE_DIFFERS),),
    ),
    Defect(
        id="shipments_insurance_rates_swapped",
        title="Bicycle and van changed their rates of insurance.",
        table="Sales.FactShipments",
        columns=("InsuranceAmount",),
        kind=Kind.RATIO_DIFFERS,
        how="""
            UPDATE SALES.FACT_SHIPMENTS SET INSURANCE_AMOUNT = round(FREIGHT_AMOUNT * (7 - CARRIER_KEY) * 0.01, 2)
            WHERE CARRIER_KEY IN (3, 4)
        """,
        sightings=(Sighting("shipments_insurance", Kind.RATIO_DIFFERS),),
    ),
    Defect(
        id="shipments_all_delivered",
        title="What was still on its way is said to be delivered.",
        table="Sales.FactShipments",
        columns=("Status",),
        kind=Kind.DISTRIBUTION_DIFFERS,
        how="UPDATE SALES.FACT_SHIPMENTS SET STATUS = 'delivered' WHERE STATUS = 'on its way'",
        sightings=(Sighting("shipments_status", Kind.DISTRIBUTION_DIFFERS),),
    ),
)

EXPECTATIONS: tuple[Expectation, ...] = (
    Expectation(
        "shipments_keys",
        Kind.KEY_DIFFERS,
        """
        SELECT unnest(['ShipmentKey', 'CarrierKey'])
        WHERE NOT EXISTS (FROM duckdb_constraints() WHERE table_name = 'FACT_SHIPMENTS')
        """,
    ),
    Expectation(
        "shipments_nullability",
        Kind.NULLABILITY_DIFFERS,
        """
        SELECT was.column_name FROM duckdb_columns() AS was JOIN duckdb_columns() AS became USING (column_index)
        WHERE was.table_name = 'FactShipments' AND became.table_name = 'FACT_SHIPMENTS' AND became.is_nullable
        """,
    ),
    Expectation(
        "shipments_packer",
        Kind.KEY_ORPHANED,
        """
        SELECT DISTINCT PACKED_BY FROM SALES.FACT_SHIPMENTS
        ANTI JOIN SALES.DIM_EMPLOYEE ON EMPLOYEE_KEY = PACKED_BY
        """,
    ),
    Expectation(
        "shipments_version",
        Kind.KEY_ORPHANED,
        """
        SELECT DISTINCT s.PRODUCT_CODE || ', ' || SHIPPED_ON FROM SALES.FACT_SHIPMENTS AS s
        ANTI JOIN SALES.DIM_PRODUCT AS p
            ON p.PRODUCT_CODE = s.PRODUCT_CODE AND VALID_FROM <= SHIPPED_ON AND coalesce(SHIPPED_ON < VALID_TO, TRUE)
        """,
    ),
    Expectation(
        "shipments_packer",
        Kind.RATIO_DIFFERS,
        """
        SELECT 'PackedBy'
        WHERE (SELECT count(*) FROM source.Sales.FactShipments WHERE PackedBy = -1)
            <> (SELECT count(*) FROM SALES.FACT_SHIPMENTS WHERE PACKED_BY = -1)
        """,
    ),
    Expectation(
        "shipments_late",
        Kind.LATE_ARRIVAL,
        """
        SELECT SHIPMENT_KEY FROM SALES.FACT_SHIPMENTS
        JOIN source.Sales.FactShipments ON ShipmentKey = SHIPMENT_KEY
        WHERE LOADED_ON > SHIPPED_ON + 3 AND LOADED_ON <> LoadedOn
        UNION ALL
        SELECT SHIPMENT_KEY FROM SALES.FACT_SHIPMENTS AS s
        WHERE SHIPPED_ON < (SELECT min(VALID_FROM) FROM SALES.DIM_PRODUCT AS p WHERE p.PRODUCT_CODE = s.PRODUCT_CODE)
        """,
    ),
    Expectation(
        "shipments_late",
        Kind.OUT_OF_ORDER,
        "SELECT SHIPMENT_KEY FROM SALES.FACT_SHIPMENTS WHERE LOADED_ON < SHIPPED_ON",
    ),
    Expectation(
        "shipments_weight",
        Kind.AGGREGATE_DIFFERS,
        """
        SELECT CARRIER_KEY
        FROM SALES.FACT_SHIPMENTS JOIN source.Sales.FactShipments AS s ON s.ShipmentKey = SHIPMENT_KEY
        GROUP BY CARRIER_KEY HAVING sum(WEIGHT_IN_KG * s.Parcels) <> sum(s.ParcelWeight * s.Parcels)
        """,
    ),
    Expectation(
        "shipments_insurance",
        Kind.RATIO_DIFFERS,
        """
        SELECT CARRIER_KEY
        FROM SALES.FACT_SHIPMENTS JOIN source.Sales.FactShipments AS s ON s.ShipmentKey = SHIPMENT_KEY
        GROUP BY CARRIER_KEY HAVING sum(INSURANCE_AMOUNT) <> sum(s.InsuranceAmount)
        """,
    ),
    Expectation(
        "shipments_status",
        Kind.DISTRIBUTION_DIFFERS,
        """
        WITH was AS (SELECT s.Status AS name, count(*) AS times FROM source.Sales.FactShipments AS s GROUP BY ALL),
        became AS (SELECT STATUS AS name, count(*) AS times FROM SALES.FACT_SHIPMENTS GROUP BY ALL),
        differing AS (SELECT name FROM was FULL JOIN became USING (name) WHERE was.times IS DISTINCT FROM became.times)
        SELECT name FROM differing
        UNION ALL
        SELECT 'Status' WHERE EXISTS (FROM differing)
        """,
    ),
)
