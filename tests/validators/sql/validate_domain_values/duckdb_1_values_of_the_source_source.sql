SELECT "shop"."orders"."region" AS group_1,
  count(*) AS count_1
FROM "shop"."orders"
GROUP BY "shop"."orders"."region"
LIMIT 2000001
