SELECT COLLATE("shop"."customers"."code", 'utf8') AS "group_1",
  count(*) AS "count_1",
  min(COLLATE("shop"."customers"."name", 'utf8')) AS "min_name_2"
FROM "shop"."customers"
WHERE ("valid_to" IS NULL)
GROUP BY COLLATE("shop"."customers"."code", 'utf8')
LIMIT 2000001
