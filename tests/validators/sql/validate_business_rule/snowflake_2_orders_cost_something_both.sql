SELECT "found"."order_id",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT "shop"."orders"."order_id" AS "order_id"
  FROM "shop"."orders"
  WHERE ((NOT ("amount" > 0)) AND ("quantity" > 0))
) AS "found"
ORDER BY "found"."order_id"
LIMIT 10000
