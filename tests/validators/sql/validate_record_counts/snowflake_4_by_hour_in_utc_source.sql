SELECT CAST(DATE_TRUNC('hour', CONVERT_TIMEZONE('UTC', "t"."read_at")) AS TIMESTAMP_NTZ) AS "group_1",
  count(*) AS "count_1"
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
GROUP BY CAST(DATE_TRUNC('hour', CONVERT_TIMEZONE('UTC', "t"."read_at")) AS TIMESTAMP_NTZ)
LIMIT 2000001
