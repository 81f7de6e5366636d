SELECT count(*) AS "count_1"
FROM "shop"."orders"
WHERE ((NOT ("amount" > 0)) AND ("quantity" > 0))
