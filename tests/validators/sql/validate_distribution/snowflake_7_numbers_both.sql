SELECT count(*) AS "count_1",
  count("shop"."orders"."quantity") AS "count_values_quantity_2",
  count("shop"."orders"."amount") AS "count_values_amount_3",
  count("shop"."orders"."discount") AS "count_values_discount_4"
FROM "shop"."orders"
