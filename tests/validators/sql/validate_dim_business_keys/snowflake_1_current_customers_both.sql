SELECT COLLATE("shop"."customers"."code", 'utf8') AS "group_1",
  count(*) AS "count_1"
FROM "shop"."customers"
WHERE ("valid_to" IS NULL)
GROUP BY COLLATE("shop"."customers"."code", 'utf8')
LIMIT 2000001
