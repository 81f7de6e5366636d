SELECT "found"."key_0",
  "found"."happened",
  "found"."arrived",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT "shop"."orders"."order_id" AS "key_0",
    "shop"."orders"."ordered" AS "happened",
    "first_version"."begins" AS "arrived"
  FROM "shop"."orders"
  JOIN (
    SELECT "shop"."customers"."code" AS "member_0",
      min("shop"."customers"."valid_from") AS "begins"
    FROM "shop"."customers"
    GROUP BY "shop"."customers"."code"
    HAVING count("shop"."customers"."valid_from") = count(*)
  ) AS "first_version" ON "shop"."orders"."code" = "first_version"."member_0"
  WHERE CAST(DATE_TRUNC('day', "shop"."orders"."ordered") AS DATE) < CAST(DATE_TRUNC('day', "first_version"."begins") AS DATE)
) AS "found"
ORDER BY "found"."key_0", "found"."happened", "found"."arrived"
LIMIT 10000
