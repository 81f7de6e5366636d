SELECT COLLATE("shop"."orders"."code", 'utf8') AS "group_1",
  "shop"."orders"."ordered" AS "group_2",
  count(*) AS "count_1"
FROM "shop"."orders"
GROUP BY COLLATE("shop"."orders"."code", 'utf8'), "shop"."orders"."ordered"
LIMIT 2000001
