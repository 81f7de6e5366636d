SELECT sum(CAST("shop"."orders"."discount" AS DOUBLE)) AS "sum_discount_1",
  count("shop"."orders"."discount") AS "count_values_discount_2",
  sum(abs(CAST("shop"."orders"."discount" AS DOUBLE))) AS "sum_of_absolutes_discount_3"
FROM "shop"."orders"
