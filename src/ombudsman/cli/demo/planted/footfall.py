"""Sales.FactFootfall: hour by hour, how many came in."""

from ombudsman.cli.demo.defect import Defect, Expectation, Sighting
from ombudsman.model.result import Kind

DEFECTS: tuple[Defect, ...] = (
    Defect(
        id="footfall_hours_split",
        title="One store's hours of a day were counted in two halves each: the sums are right, the rows are not.",
        table="Sales.FactFootfall",
        kind=Kind.PERIOD_DUPLICATED,
        how="""
            INSERT INTO SALES.FACT_FOOTFALL
            SELECT * REPLACE (VISITORS - VISITORS // 2 AS VISITORS) FROM SALES.FACT_FOOTFALL
            WHERE STORE_KEY = 3 AND CAST(COUNTED_AT AS DATE) = DATE '2024-10-12'
            ORDER BY COUNTED_AT;
            UPDATE SALES.FACT_FOOTFALL AS f SET VISITORS = s.Visitors // 2 FROM source.Sales.FactFootfall AS s
            WHERE STORE_KEY = 3 AND CAST(COUNTED_AT AS DATE) = DATE '2024-10-12'
                AND StoreKey = STORE_KEY AND CountedAt = COUNTED_AT AND f.VISITORS = s.Visitors
        """,
        sightings=(
            Sighting("footfall_hours", Kind.PERIOD_DUPLICATED),
            Sighting("footfall_count", Kind.COUNT_DIFFERS),
        ),
    ),
    Defect(
        id="footfall_counter_misread",
        title="From the fourth of November on, one store counts only three visitors of four.",
        table="Sales.FactFootfall",
        columns=("Visitors",),
        kind=Kind.DRIFT,
        how="""
            UPDATE SALES.FACT_FOOTFALL SET VISITORS = VISITORS * 3 // 4
            WHERE STORE_KEY = 2 AND COUNTED_AT >= TIMESTAMP '2024-11-04 00:00:00'
        """,
        sightings=(Sighting("footfall_level", Kind.DRIFT),),
    ),
    Defect(
        id="footfall_clock_set_back_twice",
        title="When summer time ended, one store's clock was set back twice: each day ends an hour too early.",
        table="Sales.FactFootfall",
        columns=("CountedAt",),
        kind=Kind.PERIOD_MISSING,
        how="""
            UPDATE SALES.FACT_FOOTFALL SET COUNTED_AT = COUNTED_AT - to_hours(1)
            WHERE STORE_KEY = 4 AND COUNTED_AT >= TIMESTAMP '2024-10-27 00:00:00'
        """,
        sightings=(Sighting("footfall_open_hours", Kind.PERIOD_MISSING),),
    ),
)

EXPECTATIONS: tuple[Expectation, ...] = (
    Expectation(
        "footfall_count",
        Kind.COUNT_DIFFERS,
        """
        SELECT 'the whole table'
        WHERE (SELECT count(*) FROM source.Sales.FactFootfall) <> (SELECT count(*) FROM SALES.FACT_FOOTFALL)
        """,
    ),
    Expectation(
        "footfall_hours",
        Kind.PERIOD_DUPLICATED,
        """
        SELECT STORE_KEY || ', ' || strftime(COUNTED_AT, '%Y-%m-%dT%H:%M:%S') FROM SALES.FACT_FOOTFALL
        GROUP BY STORE_KEY, COUNTED_AT HAVING count(*) > 1
        """,
    ),
    Expectation(
        "footfall_open_hours",
        Kind.PERIOD_MISSING,
        """
        SELECT StoreKey || ', ' || strftime(CountedAt, '%Y-%m-%dT%H:%M:%S') FROM source.Sales.FactFootfall
        ANTI JOIN SALES.FACT_FOOTFALL ON STORE_KEY = StoreKey AND COUNTED_AT = CountedAt
        """,
    ),
    Expectation(
        "footfall_level",
        Kind.DRIFT,
        """
        WITH was AS (
            SELECT StoreKey AS store, CAST(CountedAt AS DATE) AS day, sum(Visitors) AS visitors
            FROM source.Sales.FactFootfall GROUP BY ALL
        ),
        became AS (
            SELECT STORE_KEY AS store, CAST(COUNTED_AT AS DATE) AS day, sum(VISITORS) AS visitors
            FROM SALES.FACT_FOOTFALL GROUP BY ALL
        ),
        weeks AS (
            SELECT store, day, sum(was.visitors - became.visitors) OVER week <> 0 AS drifts
            FROM was JOIN became USING (store, day)
            WINDOW week AS (PARTITION BY store ORDER BY day ROWS 6 PRECEDING)
        )
        SELECT store || ', ' || day
        FROM (SELECT *, lag(drifts, 1, FALSE) OVER (PARTITION BY store ORDER BY day) AS drifted FROM weeks)
        WHERE drifts AND NOT drifted
        """,
    ),
)
