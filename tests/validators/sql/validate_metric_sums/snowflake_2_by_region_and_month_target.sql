SELECT COLLATE("shop"."orders"."area", 'utf8') AS "group_1",
  CAST(DATE_TRUNC('month', "shop"."orders"."ordered") AS DATE) AS "group_2",
  SUM("shop"."orders"."quantity") AS "sum_quantity_1",
  count(*) AS "count_2",
  SUM("shop"."orders"."amount") AS "sum_amount_3",
  sum(CAST("shop"."orders"."discount" AS DOUBLE)) AS "sum_discount_4",
  sum(abs(CAST("shop"."orders"."discount" AS DOUBLE))) AS "sum_of_absolutes_discount_5"
FROM "shop"."orders"
GROUP BY COLLATE("shop"."orders"."area", 'utf8'), CAST(DATE_TRUNC('month', "shop"."orders"."ordered") AS DATE)
LIMIT 2000001
