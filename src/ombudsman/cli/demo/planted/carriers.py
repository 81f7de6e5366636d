"""Sales.DimCarrier: who brings the parcels."""

from ombudsman.cli.demo.defect import Defect, Expectation, Sighting
from ombudsman.model.result import Kind

DEFECTS: tuple[Defect, ...] = (
    Defect(
        id="carriers_code_unguarded",
        title="Nothing keeps two carriers from having one code any more.",
        table="Sales.DimCarrier",
        columns=("CarrierCode",),
        kind=Kind.KEY_DIFFERS,
        how="DROP INDEX SALES.CARRIER_CODES",
        sightings=(Sighting("carriers_keys", Kind.KEY_DIFFERS),),
    ),
)

EXPECTATIONS: tuple[Expectation, ...] = (
    Expectation(
        "carriers_keys",
        Kind.KEY_DIFFERS,
        "SELECT 'CarrierCode' WHERE NOT EXISTS (FROM duckdb_indexes() WHERE index_name = 'CARRIER_CODES')",
    ),
)
