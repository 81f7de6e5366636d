SELECT found.value,
  found.times,
  found.rarity,
  count(*) OVER () AS found_in_all
FROM (
  SELECT ("shop"."orders"."area" COLLATE "C") AS value,
    count(*) AS times,
    -count(*) AS rarity
  FROM "shop"."orders"
  WHERE ("shop"."orders"."area" COLLATE "C") IS NOT NULL
    AND ("shop"."orders"."area" COLLATE "C") IN ('north')
  GROUP BY ("shop"."orders"."area" COLLATE "C")
) AS found
ORDER BY found.rarity, found.value
LIMIT 1
