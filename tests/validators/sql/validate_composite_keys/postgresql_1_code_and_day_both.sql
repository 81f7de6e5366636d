SELECT ("shop"."orders"."code" COLLATE "C") AS group_1,
  "shop"."orders"."ordered" AS group_2,
  count(*) AS count_1
FROM "shop"."orders"
GROUP BY ("shop"."orders"."code" COLLATE "C"), "shop"."orders"."ordered"
LIMIT 2000001
