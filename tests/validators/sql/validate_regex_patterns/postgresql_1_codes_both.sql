SELECT found.value,
  found.times,
  count(*) OVER () AS found_in_all
FROM (
  SELECT ("shop"."orders"."code" COLLATE "C") AS value,
    count(*) AS times
  FROM "shop"."orders"
  WHERE ("shop"."orders"."code" COLLATE "C") IS NOT NULL
    AND ("shop"."orders"."code" COLLATE "C") !~ '^(?:[A-Z]-[0-9]+)$'
  GROUP BY ("shop"."orders"."code" COLLATE "C")
) AS found
ORDER BY found.value
LIMIT 10000
