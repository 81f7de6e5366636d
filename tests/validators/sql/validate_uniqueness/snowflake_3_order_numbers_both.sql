SELECT "found"."key_0",
  "found"."times",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT "shop"."orders"."order_id" AS "key_0",
    count(*) AS "times"
  FROM "shop"."orders"
  WHERE "shop"."orders"."order_id" IS NOT NULL
  GROUP BY "shop"."orders"."order_id"
  HAVING count(*) > 1
) AS "found"
ORDER BY "found"."key_0"
LIMIT 10000
