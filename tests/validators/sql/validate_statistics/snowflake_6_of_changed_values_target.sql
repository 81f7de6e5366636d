SELECT min(CAST("t"."meter" AS VARCHAR)) AS "min_meter_1",
  max(CAST("t"."meter" AS VARCHAR)) AS "max_meter_2",
  min(COLLATE("t"."kind", 'utf8')) AS "min_kind_3",
  max(COLLATE("t"."kind", 'utf8')) AS "max_kind_4",
  min(CAST("t"."level" AS DOUBLE)) AS "min_level_5",
  max(CAST("t"."level" AS DOUBLE)) AS "max_level_6"
FROM (
  SELECT "shop"."readings"."meter" AS "meter",
    "shop"."readings"."read_at" AS "read_at",
    "shop"."readings"."kind" AS "kind",
    "shop"."readings"."level" AS "level"
  FROM "shop"."readings"
  WHERE ("level" < 100)
    AND ("level" > 0)
) AS "t"
