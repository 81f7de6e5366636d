SELECT count(*) AS "count_1",
  count(CASE WHEN ("shop"."orders"."code" IS NOT NULL AND "shop"."orders"."ordered" IS NOT NULL) THEN 1 END) AS "count_values_code_ordered_2"
FROM "shop"."orders"
