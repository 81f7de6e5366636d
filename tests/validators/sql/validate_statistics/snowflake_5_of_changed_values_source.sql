SELECT min(CAST("t"."meter" AS VARCHAR)) AS "min_meter_1",
  max(CAST("t"."meter" AS VARCHAR)) AS "max_meter_2",
  min(COLLATE("t"."kind", 'utf8')) AS "min_kind_3",
  max(COLLATE("t"."kind", 'utf8')) AS "max_kind_4",
  min(CAST("t"."level" AS DOUBLE)) AS "min_level_5",
  max(CAST("t"."level" AS DOUBLE)) AS "max_level_6"
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
