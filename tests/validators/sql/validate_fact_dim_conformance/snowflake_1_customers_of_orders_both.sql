SELECT "found"."key_0",
  "found"."times",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT "shop"."orders"."customer_key" AS "key_0",
    count(*) AS "times"
  FROM "shop"."orders"
  WHERE "shop"."orders"."customer_key" IS NOT NULL
    AND NOT (EXISTS (
    SELECT 1
    FROM "shop"."customers" AS "referred"
    WHERE "shop"."orders"."customer_key" = "referred"."customer_key"
  ))
  GROUP BY "shop"."orders"."customer_key"
) AS "found"
ORDER BY "found"."key_0"
LIMIT 10000
