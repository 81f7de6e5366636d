SELECT "orders"."area" AS "area",
  SUM("orders"."amount") AS "amount"
FROM "shop"."orders" AS "orders"
GROUP BY "orders"."area"
LIMIT 10001
