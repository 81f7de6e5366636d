SELECT count(CASE WHEN ("shop"."orders"."amount" < -20.000 OR "shop"."orders"."amount" > 60.000) THEN 1 END) AS "count_outside_amount_1"
FROM "shop"."orders"
