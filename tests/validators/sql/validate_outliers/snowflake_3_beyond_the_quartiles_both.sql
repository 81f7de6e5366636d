SELECT "found"."key_0",
  "found"."number",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT "shop"."orders"."order_id" AS "key_0",
    "shop"."orders"."amount" AS "number"
  FROM "shop"."orders"
  WHERE "shop"."orders"."amount" < -20.000
    OR "shop"."orders"."amount" > 60.000
) AS "found"
ORDER BY "found"."key_0"
LIMIT 10000
