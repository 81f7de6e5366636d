SELECT CAST(DATE_TRUNC('hour', CONVERT_TIMEZONE('UTC', "t"."read_at")) AS TIMESTAMP_NTZ) AS "group_1",
  count(*) AS "count_1"
FROM (
  SELECT "shop"."readings"."meter" AS "meter",
    "shop"."readings"."read_at" AS "read_at",
    "shop"."readings"."kind" AS "kind",
    "shop"."readings"."level" AS "level"
  FROM "shop"."readings"
  WHERE ("level" < 100)
    AND ("level" > 0)
) AS "t"
GROUP BY CAST(DATE_TRUNC('hour', CONVERT_TIMEZONE('UTC', "t"."read_at")) AS TIMESTAMP_NTZ)
LIMIT 2000001
