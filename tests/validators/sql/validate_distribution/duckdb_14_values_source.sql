SELECT found.value,
  found.times,
  found.rarity,
  count(*) OVER () AS found_in_all
FROM (
  SELECT "shop"."orders"."region" AS value,
    count(*) AS times,
    -count(*) AS rarity
  FROM "shop"."orders"
  WHERE "shop"."orders"."region" IS NOT NULL
    AND "shop"."orders"."region" IN ('north')
  GROUP BY "shop"."orders"."region"
) AS found
ORDER BY found.rarity, found.value
LIMIT 1
