SELECT COLLATE("shop"."customers"."code", 'utf8') AS "group_1",
  "shop"."customers"."valid_from" AS "group_2",
  count(*) AS "count_1",
  min("shop"."customers"."customer_key") AS "min_customer_key_2"
FROM "shop"."customers"
GROUP BY COLLATE("shop"."customers"."code", 'utf8'), "shop"."customers"."valid_from"
LIMIT 2000001
