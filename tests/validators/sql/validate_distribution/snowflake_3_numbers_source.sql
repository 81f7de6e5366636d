SELECT "found"."value",
  "found"."times",
  "found"."next_value",
  "found"."up_to",
  count(*) OVER () AS "found_in_all"
FROM (
  SELECT "counted"."value" AS "value",
    "counted"."times" AS "times",
    "counted"."next_value" AS "next_value",
    "counted"."up_to" AS "up_to"
  FROM (
    SELECT "by_value"."value" AS "value",
      "by_value"."times" AS "times",
      lead("by_value"."value") OVER (ORDER BY "by_value"."value") AS "next_value",
      sum("by_value"."times") OVER (ORDER BY "by_value"."value") AS "up_to",
      sum("by_value"."times") OVER () AS "in_all"
    FROM (
      SELECT "chosen"."value" AS "value",
        count(*) AS "times"
      FROM (
        SELECT "shop"."orders"."quantity" AS "value"
        FROM "shop"."orders"
        WHERE "shop"."orders"."quantity" IS NOT NULL
      ) AS "chosen"
      GROUP BY "chosen"."value"
    ) AS "by_value"
  ) AS "counted"
  WHERE ("counted"."up_to" * 2) % "counted"."in_all" < "counted"."times" * 2
) AS "found"
ORDER BY "found"."value"
LIMIT 3
