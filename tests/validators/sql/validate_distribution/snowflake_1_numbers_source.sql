SELECT min("shop"."orders"."quantity") AS "min_quantity_1",
  min("shop"."orders"."amount") AS "min_amount_2",
  min(CAST("shop"."orders"."discount" AS DOUBLE)) AS "min_discount_3"
FROM "shop"."orders"
