SELECT count(*) AS "count_1"
FROM "shop"."orders"
WHERE (CASE WHEN "amount" > 0 OR "discount" < 0.5 THEN 0 ELSE 1 END = 1)
