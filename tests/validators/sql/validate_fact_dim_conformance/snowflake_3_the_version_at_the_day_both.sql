SELECT "found"."key_0",
  "found"."times",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT "shop"."orders"."code" AS "key_0",
    count(*) AS "times"
  FROM "shop"."orders"
  WHERE "shop"."orders"."code" IS NOT NULL
    AND NOT (EXISTS (
    SELECT 1
    FROM "shop"."customers" AS "referred"
    WHERE "shop"."orders"."code" = "referred"."code"
  ))
  GROUP BY "shop"."orders"."code"
) AS "found"
ORDER BY "found"."key_0"
LIMIT 10000
