SELECT STDDEV_SAMP(CAST("shop"."orders"."discount" AS DOUBLE)) AS "deviation_discount_1",
  sum(CAST("shop"."orders"."discount" AS DOUBLE)) AS "sum_discount_2",
  count("shop"."orders"."discount") AS "count_values_discount_3",
  sum(abs(CAST("shop"."orders"."discount" AS DOUBLE))) AS "sum_of_absolutes_discount_4"
FROM "shop"."orders"
