SELECT "found"."value",
  "found"."times",
  "found"."rarity",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT COLLATE("shop"."orders"."region", 'utf8') AS "value",
    count(*) AS "times",
    -count(*) AS "rarity"
  FROM "shop"."orders"
  WHERE COLLATE("shop"."orders"."region", 'utf8') IS NOT NULL
    AND COLLATE("shop"."orders"."region", 'utf8') IN ('north')
  GROUP BY COLLATE("shop"."orders"."region", 'utf8')
) AS "found"
ORDER BY "found"."rarity", "found"."value"
LIMIT 1
