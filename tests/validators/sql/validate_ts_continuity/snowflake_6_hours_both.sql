SELECT "found"."period",
  "found"."next_period",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT "steps"."period" AS "period",
    "steps"."next_period" AS "next_period"
  FROM (
    SELECT "periods"."period" AS "period",
      lead("periods"."period") OVER (ORDER BY "periods"."period") AS "next_period"
    FROM (
      SELECT DISTINCT CAST(DATE_TRUNC('hour', "shop"."orders"."loaded") AS TIMESTAMP_NTZ) AS "period"
      FROM "shop"."orders"
      WHERE "shop"."orders"."loaded" IS NOT NULL
    ) AS "periods"
  ) AS "steps"
  WHERE DATEADD(HOUR, -1, "steps"."next_period") > "steps"."period"
) AS "found"
ORDER BY "found"."period"
LIMIT 10000
