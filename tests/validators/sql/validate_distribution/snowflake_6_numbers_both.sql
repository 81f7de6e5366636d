SELECT count(CASE WHEN ("shop"."orders"."quantity" <= 0) THEN 1 END) AS "count_up_to_quantity_1",
  count(CASE WHEN ("shop"."orders"."quantity" <= 2) THEN 1 END) AS "count_up_to_quantity_2",
  count(CASE WHEN ("shop"."orders"."quantity" <= 4) THEN 1 END) AS "count_up_to_quantity_3",
  count("shop"."orders"."quantity") AS "count_values_quantity_4",
  count(CASE WHEN ("shop"."orders"."amount" <= 9.995) THEN 1 END) AS "count_up_to_amount_5",
  count(CASE WHEN ("shop"."orders"."amount" <= 25.00) THEN 1 END) AS "count_up_to_amount_6",
  count(CASE WHEN ("shop"."orders"."amount" <= 40.005) THEN 1 END) AS "count_up_to_amount_7",
  count("shop"."orders"."amount") AS "count_values_amount_8",
  count(CASE WHEN (CAST("shop"."orders"."discount" AS DOUBLE) <= CAST('-1e-30' AS DOUBLE PRECISION)) THEN 1 END) AS "count_up_to_discount_9",
  count(CASE WHEN (CAST("shop"."orders"."discount" AS DOUBLE) <= CAST('0.15000000000000002' AS DOUBLE PRECISION)) THEN 1 END) AS "count_up_to_discount_10",
  count(CASE WHEN (CAST("shop"."orders"."discount" AS DOUBLE) <= CAST('0.20000020000000002' AS DOUBLE PRECISION)) THEN 1 END) AS "count_up_to_discount_11",
  count("shop"."orders"."discount") AS "count_values_discount_12"
FROM "shop"."orders"
