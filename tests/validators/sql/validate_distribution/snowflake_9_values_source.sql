SELECT count(*) AS "count_1",
  count("shop"."orders"."region") AS "count_values_region_2",
  count("shop"."orders"."is_paid") AS "count_values_is_paid_3"
FROM "shop"."orders"
