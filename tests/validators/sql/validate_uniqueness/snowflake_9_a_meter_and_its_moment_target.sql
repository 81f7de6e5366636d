SELECT count(DISTINCT (replace(CAST("t"."meter" AS VARCHAR), CHR(31), CHR(31) || CHR(31)) || CHR(31) || 'V' || TO_VARCHAR(CONVERT_TIMEZONE('UTC', "t"."read_at"), 'YYYY-MM-DD HH24:MI:SS.FF9') || CHR(31) || 'V' || CAST("t"."level" AS VARCHAR))) AS "count_distinct_meter_read_at_level_1"
FROM (
  SELECT "shop"."readings"."meter" AS "meter",
    "shop"."readings"."read_at" AS "read_at",
    "shop"."readings"."kind" AS "kind",
    "shop"."readings"."level" AS "level"
  FROM "shop"."readings"
  WHERE ("level" < 100)
    AND ("level" > 0)
) AS "t"
