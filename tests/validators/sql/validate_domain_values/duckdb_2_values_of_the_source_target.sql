SELECT "shop"."orders"."area" AS group_1,
  count(*) AS count_1
FROM "shop"."orders"
GROUP BY "shop"."orders"."area"
LIMIT 2000001
