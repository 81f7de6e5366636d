SELECT "found"."facts",
  "found"."unknown_0",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT count(*) AS "facts",
    count(CASE WHEN ("shop"."orders"."customer_key" IS NULL OR "shop"."orders"."customer_key" IN (-1)) THEN 1 END) AS "unknown_0"
  FROM "shop"."orders"
) AS "found"
ORDER BY "found"."facts"
LIMIT 100
