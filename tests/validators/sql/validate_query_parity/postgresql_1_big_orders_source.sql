SELECT "o"."order_id" AS "order_id",
  "c"."name" AS "name",
  "o"."amount" * "o"."quantity" AS "total"
FROM "shop"."orders" AS "o"
JOIN "shop"."customers" AS "c" ON "c"."customer_key" = "o"."customer_key"
WHERE "o"."region" = 'north'
LIMIT 10001
