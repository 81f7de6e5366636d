SELECT found.value,
  found.times,
  count(*) OVER () AS found_in_all
FROM (
  SELECT "shop"."orders"."code" AS value,
    count(*) AS times
  FROM "shop"."orders"
  WHERE "shop"."orders"."code" IS NOT NULL
    AND NOT regexp_full_match("shop"."orders"."code", '[A-Z]-[0-9]+')
  GROUP BY "shop"."orders"."code"
) AS found
ORDER BY found.value
LIMIT 10000
