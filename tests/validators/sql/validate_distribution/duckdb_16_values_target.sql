SELECT found.value,
  found.times,
  found.rarity,
  count(*) OVER () AS found_in_all
FROM (
  SELECT "shop"."orders"."area" AS value,
    count(*) AS times,
    -count(*) AS rarity
  FROM "shop"."orders"
  WHERE "shop"."orders"."area" IS NOT NULL
    AND "shop"."orders"."area" IN ('north')
  GROUP BY "shop"."orders"."area"
) AS found
ORDER BY found.rarity, found.value
LIMIT 1
