SELECT COLLATE("shop"."orders"."area", 'utf8') AS "group_1",
  SUM("shop"."orders"."amount" * "shop"."orders"."quantity") AS "sum_amount_quantity_1",
  SUM(CASE WHEN (CASE WHEN ("shop"."orders"."quantity" IS NOT NULL AND "shop"."orders"."amount" IS NOT NULL) THEN 1 END IS NOT NULL) THEN "shop"."orders"."quantity" END) AS "sum_where_all_there_quantity_amount_2",
  count(*) AS "count_3"
FROM "shop"."orders"
GROUP BY COLLATE("shop"."orders"."area", 'utf8')
LIMIT 2000001
