SELECT count(*) AS "count_1",
  count("shop"."orders"."order_id") AS "count_values_order_id_2",
  count("shop"."orders"."customer_key") AS "count_values_customer_key_3",
  count("shop"."orders"."code") AS "count_values_code_4",
  count("shop"."orders"."ordered") AS "count_values_ordered_5",
  count("shop"."orders"."loaded") AS "count_values_loaded_6",
  count("shop"."orders"."area") AS "count_values_region_7",
  count("shop"."orders"."quantity") AS "count_values_quantity_8",
  count("shop"."orders"."amount") AS "count_values_amount_9",
  count("shop"."orders"."discount") AS "count_values_discount_10",
  count("shop"."orders"."is_paid") AS "count_values_is_paid_11",
  count("shop"."orders"."voucher") AS "count_values_voucher_12"
FROM "shop"."orders"
