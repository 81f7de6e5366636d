SELECT count(DISTINCT "shop"."orders"."order_id") AS "count_distinct_order_id_1"
FROM "shop"."orders"
