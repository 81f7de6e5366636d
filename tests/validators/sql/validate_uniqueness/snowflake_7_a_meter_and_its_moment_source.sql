SELECT count(DISTINCT (replace(CAST("t"."meter" AS VARCHAR), CHR(31), CHR(31) || CHR(31)) || CHR(31) || 'V' || TO_VARCHAR(CONVERT_TIMEZONE('UTC', "t"."read_at"), 'YYYY-MM-DD HH24:MI:SS.FF9') || CHR(31) || 'V' || CAST("t"."level" AS VARCHAR))) AS "count_distinct_meter_read_at_level_1"
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
