SELECT "found"."key_0",
  "found"."begins",
  "found"."ends",
  "found"."next_begin",
  "found"."covered",
  "found"."open_so_far",
  "found"."contradicts",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT "versions"."key_0" AS "key_0",
    "versions"."begins" AS "begins",
    "versions"."ends" AS "ends",
    "versions"."next_begin" AS "next_begin",
    "versions"."covered" AS "covered",
    "versions"."open_so_far" AS "open_so_far",
    "versions"."contradicts" AS "contradicts"
  FROM (
    SELECT "told"."key_0" AS "key_0",
      "told"."begins" AS "begins",
      "told"."ends" AS "ends",
      lead("told"."begins") OVER (PARTITION BY "told"."key_0" ORDER BY "told"."begins" NULLS LAST, "told"."ends" NULLS LAST) AS "next_begin",
      max("told"."ends") OVER (PARTITION BY "told"."key_0" ORDER BY "told"."begins" NULLS LAST, "told"."ends" NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS "covered",
      count(CASE WHEN ("told"."ends" IS NULL) THEN 1 END) OVER (PARTITION BY "told"."key_0" ORDER BY "told"."begins" NULLS LAST, "told"."ends" NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS "open_so_far",
      "told"."contradicts" AS "contradicts"
    FROM (
      SELECT "shop"."customers"."code" AS "key_0",
        "shop"."customers"."valid_from" AS "begins",
        CASE WHEN ("shop"."customers"."valid_to" >= CAST('9999-12-31' AS DATE)) THEN NULL ELSE "shop"."customers"."valid_to" END AS "ends",
        CASE WHEN ("shop"."customers"."is_current" IS NOT NULL AND "shop"."customers"."is_current" AND CASE WHEN ("shop"."customers"."valid_to" >= CAST('9999-12-31' AS DATE)) THEN NULL ELSE "shop"."customers"."valid_to" END IS NOT NULL) THEN 1 WHEN (NOT ("shop"."customers"."is_current" IS NOT NULL AND "shop"."customers"."is_current") AND CASE WHEN ("shop"."customers"."valid_to" >= CAST('9999-12-31' AS DATE)) THEN NULL ELSE "shop"."customers"."valid_to" END IS NULL) THEN 1 ELSE 0 END AS "contradicts"
      FROM "shop"."customers"
    ) AS "told"
  ) AS "versions"
  WHERE CASE WHEN ("versions"."begins" > "versions"."ends") THEN 'interval_inverted' WHEN ("versions"."next_begin" IS NOT NULL AND "versions"."ends" IS NULL) THEN 'interval_overlap' WHEN ("versions"."next_begin" < "versions"."ends") THEN 'interval_overlap' WHEN ("versions"."next_begin" > "versions"."covered" AND "versions"."open_so_far" = 0) THEN 'interval_gap' WHEN ("versions"."contradicts" = 1) THEN 'current_contradicted' END = 'interval_overlap'
) AS "found"
ORDER BY "found"."key_0", "found"."begins"
LIMIT 10000
