SELECT count(DISTINCT ("shop"."customers"."code" COLLATE "C")) AS count_distinct_code_1
FROM "shop"."customers"
