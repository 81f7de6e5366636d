SELECT "found"."value",
  "found"."times",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT COLLATE("shop"."orders"."code", 'utf8') AS "value",
    count(*) AS "times"
  FROM "shop"."orders"
  WHERE COLLATE("shop"."orders"."code", 'utf8') IS NOT NULL
  GROUP BY COLLATE("shop"."orders"."code", 'utf8')
) AS "found"
ORDER BY "found"."value"
LIMIT 20000
