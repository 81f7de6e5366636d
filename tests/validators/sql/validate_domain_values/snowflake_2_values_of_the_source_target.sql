SELECT COLLATE("shop"."orders"."area", 'utf8') AS "group_1",
  count(*) AS "count_1"
FROM "shop"."orders"
GROUP BY COLLATE("shop"."orders"."area", 'utf8')
LIMIT 2000001
