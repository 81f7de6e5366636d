SELECT count(DISTINCT (replace(CAST(COLLATE("shop"."orders"."code", 'utf8') AS VARCHAR), CHR(31), CHR(31) || CHR(31)) || CHR(31) || 'V' || TO_VARCHAR("shop"."orders"."ordered", 'YYYY-MM-DD'))) AS "count_distinct_code_ordered_1"
FROM "shop"."orders"
