SELECT count(CASE WHEN (CAST("shop"."orders"."discount" AS DOUBLE) < CAST('0.01835034172557774' AS DOUBLE PRECISION) OR CAST("shop"."orders"."discount" AS DOUBLE) > CAST('0.18164965827442228' AS DOUBLE PRECISION)) THEN 1 END) AS "count_outside_discount_1"
FROM "shop"."orders"
