SELECT found.value,
  found.times,
  found.rarity,
  count(*) OVER () AS found_in_all
FROM (
  SELECT ("shop"."orders"."region" COLLATE "C") AS value,
    count(*) AS times,
    -count(*) AS rarity
  FROM "shop"."orders"
  WHERE ("shop"."orders"."region" COLLATE "C") IS NOT NULL
  GROUP BY ("shop"."orders"."region" COLLATE "C")
) AS found
ORDER BY found.rarity, found.value
LIMIT 1
