SELECT max("shop"."orders"."quantity") AS "max_quantity_1",
  max("shop"."orders"."amount") AS "max_amount_2",
  max(CAST("shop"."orders"."discount" AS DOUBLE)) AS "max_discount_3"
FROM "shop"."orders"
