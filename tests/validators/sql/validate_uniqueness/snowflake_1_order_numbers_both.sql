SELECT count(*) AS "count_1",
  count("shop"."orders"."order_id") AS "count_values_order_id_2"
FROM "shop"."orders"
