SELECT ("shop"."orders"."region" COLLATE "C") AS group_1,
  count(*) AS count_1
FROM "shop"."orders"
GROUP BY ("shop"."orders"."region" COLLATE "C")
LIMIT 2000001
