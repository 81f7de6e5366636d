SELECT "found"."key_0",
  "found"."current",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT "shop"."customers"."code" AS "key_0",
    count(CASE WHEN ("shop"."customers"."is_current" IS NOT NULL AND "shop"."customers"."is_current") THEN 1 END) AS "current"
  FROM "shop"."customers"
  GROUP BY "shop"."customers"."code"
  HAVING count(CASE WHEN ("shop"."customers"."is_current" IS NOT NULL AND "shop"."customers"."is_current") THEN 1 END) = 0
) AS "found"
ORDER BY "found"."key_0"
LIMIT 10000
