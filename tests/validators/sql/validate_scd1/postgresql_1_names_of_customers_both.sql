SELECT ("shop"."customers"."code" COLLATE "C") AS group_1,
  count(*) AS count_1,
  min(("shop"."customers"."name" COLLATE "C")) AS min_name_2
FROM "shop"."customers"
WHERE ("valid_to" IS NULL)
GROUP BY ("shop"."customers"."code" COLLATE "C")
LIMIT 2000001
