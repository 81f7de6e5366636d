SELECT count(*) AS "count_1",
  count(CASE WHEN ("t"."meter" IS NOT NULL AND "t"."read_at" IS NOT NULL AND "t"."level" IS NOT NULL) THEN 1 END) AS "count_values_meter_read_at_level_2"
FROM (
  SELECT "shop"."readings"."meter" AS "meter",
    "shop"."readings"."read_at" AS "read_at",
    "shop"."readings"."kind" AS "kind",
    "shop"."readings"."level" AS "level"
  FROM "shop"."readings"
  WHERE ("level" < 100)
    AND ("level" > 0)
) AS "t"
