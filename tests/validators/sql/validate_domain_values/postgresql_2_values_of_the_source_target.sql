SELECT ("shop"."orders"."area" COLLATE "C") AS group_1,
  count(*) AS count_1
FROM "shop"."orders"
GROUP BY ("shop"."orders"."area" COLLATE "C")
LIMIT 2000001
