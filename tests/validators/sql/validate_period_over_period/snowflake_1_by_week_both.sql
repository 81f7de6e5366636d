SELECT CAST(DATE_TRUNC('week', "shop"."orders"."loaded") AS DATE) AS "group_1",
  SUM("shop"."orders"."amount") AS "sum_amount_1",
  count(*) AS "count_2"
FROM "shop"."orders"
GROUP BY CAST(DATE_TRUNC('week', "shop"."orders"."loaded") AS DATE)
LIMIT 2000001
