SELECT "found"."key_0",
  "found"."number",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT "shop"."orders"."order_id" AS "key_0",
    "shop"."orders"."discount" AS "number"
  FROM "shop"."orders"
  WHERE CAST("shop"."orders"."discount" AS DOUBLE) < CAST('0.01835034172557774' AS DOUBLE PRECISION)
    OR CAST("shop"."orders"."discount" AS DOUBLE) > CAST('0.18164965827442228' AS DOUBLE PRECISION)
) AS "found"
ORDER BY "found"."key_0"
LIMIT 10000
