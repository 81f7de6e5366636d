SELECT "orders"."region" AS "region",
  SUM("orders"."amount") AS "amount"
FROM "shop"."orders" AS "orders"
GROUP BY "orders"."region"
LIMIT 10001
