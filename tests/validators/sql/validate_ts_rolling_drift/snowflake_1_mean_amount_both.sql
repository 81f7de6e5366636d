SELECT CAST(DATE_TRUNC('day', "shop"."orders"."ordered") AS DATE) AS "group_1",
  SUM("shop"."orders"."amount") AS "sum_amount_1",
  count(*) AS "count_2",
  count("shop"."orders"."amount") AS "count_values_amount_3"
FROM "shop"."orders"
GROUP BY CAST(DATE_TRUNC('day', "shop"."orders"."ordered") AS DATE)
LIMIT 2000001
