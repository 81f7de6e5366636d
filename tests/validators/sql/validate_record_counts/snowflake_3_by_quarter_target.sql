SELECT COLLATE("shop"."orders"."area", 'utf8') AS "group_1",
  CAST(DATE_TRUNC('quarter', "shop"."orders"."ordered") AS DATE) AS "group_2",
  count(*) AS "count_1"
FROM "shop"."orders"
WHERE (NOT "is_paid" IS NULL)
GROUP BY COLLATE("shop"."orders"."area", 'utf8'), CAST(DATE_TRUNC('quarter', "shop"."orders"."ordered") AS DATE)
LIMIT 2000001
