SELECT "shop"."customers"."code" AS group_1,
  count(*) AS count_1,
  min("shop"."customers"."name") AS min_name_2
FROM "shop"."customers"
WHERE ("valid_to" IS NULL)
GROUP BY "shop"."customers"."code"
LIMIT 2000001
