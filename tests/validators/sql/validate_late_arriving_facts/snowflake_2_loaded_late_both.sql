SELECT "found"."key_0",
  "found"."happened",
  "found"."arrived",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT "shop"."orders"."order_id" AS "key_0",
    "shop"."orders"."ordered" AS "happened",
    "shop"."orders"."loaded" AS "arrived"
  FROM "shop"."orders"
  WHERE CAST(DATE_TRUNC('day', "shop"."orders"."loaded") AS DATE) < CAST(DATE_TRUNC('day', "shop"."orders"."ordered") AS DATE)
) AS "found"
ORDER BY "found"."key_0", "found"."happened", "found"."arrived"
LIMIT 10000
