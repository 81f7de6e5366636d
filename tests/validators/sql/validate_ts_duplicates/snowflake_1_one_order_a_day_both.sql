SELECT "found"."series_0",
  "found"."period",
  "found"."times",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT "shop"."orders"."customer_key" AS "series_0",
    CAST(DATE_TRUNC('day', "shop"."orders"."loaded") AS DATE) AS "period",
    count(*) AS "times"
  FROM "shop"."orders"
  WHERE "shop"."orders"."loaded" IS NOT NULL
  GROUP BY "shop"."orders"."customer_key", CAST(DATE_TRUNC('day', "shop"."orders"."loaded") AS DATE)
  HAVING count(*) > 1
) AS "found"
ORDER BY "found"."series_0", "found"."period"
LIMIT 10000
