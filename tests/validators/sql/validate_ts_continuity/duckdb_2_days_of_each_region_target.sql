SELECT "shop"."orders"."area" AS group_1,
  min("shop"."orders"."ordered") AS min_ordered_1,
  count(*) AS count_2,
  max("shop"."orders"."ordered") AS max_ordered_3
FROM "shop"."orders"
GROUP BY "shop"."orders"."area"
LIMIT 2000001
