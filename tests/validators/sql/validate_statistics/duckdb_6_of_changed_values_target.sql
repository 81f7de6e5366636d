SELECT min(CAST(t."meter" AS VARCHAR)) AS min_meter_1,
  max(CAST(t."meter" AS VARCHAR)) AS max_meter_2,
  min(t."kind") AS min_kind_3,
  max(t."kind") AS max_kind_4,
  min(CAST(t."level" AS DOUBLE PRECISION)) AS min_level_5,
  max(CAST(t."level" AS DOUBLE PRECISION)) AS max_level_6
FROM (
  SELECT "shop"."readings"."meter" AS "meter",
    "shop"."readings"."read_at" AS "read_at",
    "shop"."readings"."kind" AS "kind",
    "shop"."readings"."level" AS "level"
  FROM "shop"."readings"
  WHERE ("level" < 100)
    AND ("level" > 0)
) AS t
