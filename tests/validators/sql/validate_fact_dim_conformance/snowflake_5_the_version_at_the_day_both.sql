SELECT "found"."facts",
  "found"."unknown_0",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT count(*) AS "facts",
    count(CASE WHEN ("shop"."orders"."code" IS NULL OR "shop"."orders"."code" IN ('n/a')) THEN 1 END) AS "unknown_0"
  FROM "shop"."orders"
) AS "found"
ORDER BY "found"."facts"
LIMIT 100
