SELECT COLLATE("shop"."orders"."region", 'utf8') AS "group_1",
  sum(CAST("shop"."orders"."discount" AS DOUBLE)) AS "sum_discount_1",
  SUM("shop"."orders"."amount") AS "sum_amount_2",
  sum(abs(CAST("shop"."orders"."discount" AS DOUBLE))) AS "sum_of_absolutes_discount_3",
  sum(abs(CAST("shop"."orders"."amount" AS DOUBLE))) AS "sum_of_absolutes_amount_4",
  count(*) AS "count_5"
FROM "shop"."orders"
GROUP BY COLLATE("shop"."orders"."region", 'utf8')
LIMIT 2000001
