SELECT "found"."value",
  "found"."times",
  "found"."rarity",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT CASE WHEN NOT "shop"."orders"."is_paid" THEN 0 WHEN ("shop"."orders"."is_paid" IS NOT NULL) THEN 1 END AS "value",
    count(*) AS "times",
    -count(*) AS "rarity"
  FROM "shop"."orders"
  WHERE CASE WHEN NOT "shop"."orders"."is_paid" THEN 0 WHEN ("shop"."orders"."is_paid" IS NOT NULL) THEN 1 END IS NOT NULL
  GROUP BY CASE WHEN NOT "shop"."orders"."is_paid" THEN 0 WHEN ("shop"."orders"."is_paid" IS NOT NULL) THEN 1 END
) AS "found"
ORDER BY "found"."rarity", "found"."value"
LIMIT 1
