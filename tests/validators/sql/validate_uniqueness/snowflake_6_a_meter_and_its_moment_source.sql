SELECT count(*) AS "count_1",
  count(CASE WHEN ("t"."meter" IS NOT NULL AND "t"."read_at" IS NOT NULL AND "t"."level" IS NOT NULL) THEN 1 END) AS "count_values_meter_read_at_level_2"
FROM (
  SELECT "t"."meter" AS "meter",
    "t"."read_at" AS "read_at",
    "t"."kind" AS "kind",
    "t"."level" AS "level"
  FROM (
    SELECT "shop"."readings"."meter" AS "meter",
      "shop"."readings"."read_at" AS "read_at",
      CASE WHEN ("shop"."readings"."kind" = 'A') THEN 'active' WHEN ("shop"."readings"."kind" = 'I') THEN 'idle' ELSE "shop"."readings"."kind" END AS "kind",
      ROUND("shop"."readings"."level", 1) AS "level"
    FROM "shop"."readings"
  ) AS "t"
  WHERE ("level" > 0)
) AS "t"
