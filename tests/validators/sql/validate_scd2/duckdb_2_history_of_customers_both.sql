SELECT count(DISTINCT "shop"."customers"."code") AS count_distinct_code_1
FROM "shop"."customers"
