SELECT count(DISTINCT COLLATE("shop"."customers"."code", 'utf8')) AS "count_distinct_code_1"
FROM "shop"."customers"
