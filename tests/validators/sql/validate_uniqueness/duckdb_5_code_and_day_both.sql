SELECT count(DISTINCT (replace(CAST("shop"."orders"."code" AS VARCHAR), CHR(31), CHR(31) || CHR(31)) || CHR(31) || 'V' || CAST("shop"."orders"."ordered" AS VARCHAR))) AS count_distinct_code_ordered_1
FROM "shop"."orders"
