SELECT "found"."series_0",
  "found"."period",
  "found"."next_period",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT "steps"."series_0" AS "series_0",
    "steps"."period" AS "period",
    "steps"."next_period" AS "next_period"
  FROM (
    SELECT "periods"."series_0" AS "series_0",
      "periods"."period" AS "period",
      lead("periods"."period") OVER (PARTITION BY "periods"."series_0" ORDER BY "periods"."period") AS "next_period"
    FROM (
      SELECT DISTINCT "shop"."orders"."area" AS "series_0",
        CAST(DATE_TRUNC('day', "shop"."orders"."ordered") AS DATE) AS "period"
      FROM "shop"."orders"
      WHERE "shop"."orders"."ordered" IS NOT NULL
    ) AS "periods"
  ) AS "steps"
  WHERE DATEADD(DAY, -1, "steps"."next_period") > "steps"."period"
) AS "found"
ORDER BY "found"."series_0", "found"."period"
LIMIT 10000
