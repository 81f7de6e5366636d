SELECT "shop"."customers"."customer_key" AS "group_1",
  count(*) AS "count_1"
FROM "shop"."customers"
GROUP BY "shop"."customers"."customer_key"
LIMIT 2000001
