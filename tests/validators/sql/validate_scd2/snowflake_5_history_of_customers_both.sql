SELECT found.key_0,
  found.begins,
  found.ends,
  found."following",
  found.covered,
  found.open_so_far,
  found.contradicts,
  count(*) OVER () AS found_in_all
FROM (
  SELECT versions.key_0 AS key_0,
    versions.begins AS begins,
    versions.ends AS ends,
    versions."following" AS "following",
    versions.covered AS covered,
    versions.open_so_far AS open_so_far,
    versions.contradicts AS contradicts
  FROM (
    SELECT "shop"."customers"."code" AS key_0,
      "shop"."customers"."valid_from" AS begins,
      CASE WHEN ("shop"."customers"."valid_to" >= '9999-12-31') THEN NULL ELSE "shop"."customers"."valid_to" END AS ends,
      lead("shop"."customers"."valid_from") OVER (PARTITION BY "shop"."customers"."code" ORDER BY "shop"."customers"."valid_from", CASE WHEN ("shop"."customers"."valid_to" >= '9999-12-31') THEN NULL ELSE "shop"."customers"."valid_to" END) AS "following",
      max(CASE WHEN ("shop"."customers"."valid_to" >= '9999-12-31') THEN NULL ELSE "shop"."customers"."valid_to" END) OVER (PARTITION BY "shop"."customers"."code" ORDER BY "shop"."customers"."valid_from", CASE WHEN ("shop"."customers"."valid_to" >= '9999-12-31') THEN NULL ELSE "shop"."customers"."valid_to" END ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS covered,
      count(CASE WHEN (CASE WHEN ("shop"."customers"."valid_to" >= '9999-12-31') THEN NULL ELSE "shop"."customers"."valid_to" END IS NULL) THEN 1 END) OVER (PARTITION BY "shop"."customers"."code" ORDER BY "shop"."customers"."valid_from", CASE WHEN ("shop"."customers"."valid_to" >= '9999-12-31') THEN NULL ELSE "shop"."customers"."valid_to" END ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS open_so_far,
      CASE WHEN ("shop"."customers"."is_current" IS NOT NULL AND "shop"."customers"."is_current" AND CASE WHEN ("shop"."customers"."valid_to" >= '9999-12-31') THEN NULL ELSE "shop"."customers"."valid_to" END IS NOT NULL) THEN 1 WHEN (NOT ("shop"."customers"."is_current" IS NOT NULL AND "shop"."customers"."is_current") AND CASE WHEN ("shop"."customers"."valid_to" >= '9999-12-31') THEN NULL ELSE "shop"."customers"."valid_to" END IS NULL) THEN 1 ELSE 0 END AS contradicts
    FROM "shop"."customers"
  ) AS versions
  WHERE CASE WHEN (versions.begins > versions.ends) THEN 'interval_inverted' WHEN (versions."following" IS NOT NULL AND versions.ends IS NULL) THEN 'interval_overlap' WHEN (versions."following" < versions.ends) THEN 'interval_overlap' WHEN (versions."following" > versions.covered AND versions.open_so_far = 0) THEN 'interval_gap' WHEN (versions.contradicts = 1) THEN 'current_contradicted' END = 'interval_inverted'
) AS found
ORDER BY found.key_0, found.begins
LIMIT 10000
