SELECT COLLATE("shop"."orders"."region", 'utf8') AS "group_1",
  min("shop"."orders"."ordered") AS "min_ordered_1",
  count(*) AS "count_2",
  max("shop"."orders"."ordered") AS "max_ordered_3"
FROM "shop"."orders"
GROUP BY COLLATE("shop"."orders"."region", 'utf8')
LIMIT 2000001
