SELECT min(CAST(t."meter" AS VARCHAR)) AS min_meter_1,
  max(CAST(t."meter" AS VARCHAR)) AS max_meter_2,
  min((t."kind" COLLATE "C")) AS min_kind_3,
  max((t."kind" COLLATE "C")) AS max_kind_4,
  min(CAST(t."level" AS DOUBLE PRECISION)) AS min_level_5,
  max(CAST(t."level" AS DOUBLE PRECISION)) AS max_level_6
FROM (
  SELECT t."meter" AS "meter",
    t."read_at" AS "read_at",
    t."kind" AS "kind",
    t."level" AS "level"
  FROM (
    SELECT "shop"."readings"."meter" AS "meter",
      "shop"."readings"."read_at" AS "read_at",
      CASE WHEN ("shop"."readings"."kind" = 'A') THEN 'active' WHEN ("shop"."readings"."kind" = 'I') THEN 'idle' ELSE "shop"."readings"."kind" END AS "kind",
      CAST(ROUND(CAST("shop"."readings"."level" AS NUMERIC), 1) AS DOUBLE PRECISION) AS "level"
    FROM "shop"."readings"
  ) AS t
  WHERE ("level" > 0)
) AS t
