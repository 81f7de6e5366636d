SELECT "found"."key_0",
  "found"."date",
  "found"."times",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT "shop"."orders"."code" AS "key_0",
    "shop"."orders"."ordered" AS "date",
    count(*) AS "times"
  FROM "shop"."orders"
  WHERE "shop"."orders"."ordered" IS NOT NULL
    AND NOT ("shop"."orders"."code" IS NULL OR "shop"."orders"."code" IN ('n/a'))
    AND (EXISTS (
    SELECT 1
    FROM "shop"."customers" AS "version"
    WHERE "shop"."orders"."code" = "version"."code"
  ))
    AND NOT (EXISTS (
    SELECT 1
    FROM "shop"."customers" AS "version"
    WHERE "shop"."orders"."code" = "version"."code"
      AND ("version"."valid_from" IS NULL OR "version"."valid_from" <= "shop"."orders"."ordered")
      AND ("version"."valid_to" IS NULL OR CAST(DATE_TRUNC('day', "shop"."orders"."ordered") AS DATE) <= "version"."valid_to")
  ))
  GROUP BY "shop"."orders"."code", "shop"."orders"."ordered"
) AS "found"
ORDER BY "found"."key_0", "found"."date"
LIMIT 10000
