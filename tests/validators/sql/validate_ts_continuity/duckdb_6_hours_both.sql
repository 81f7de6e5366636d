SELECT found.period,
  found.following,
  count(*) OVER () AS found_in_all
FROM (
  SELECT steps.period AS period,
    steps.following AS following
  FROM (
    SELECT periods.period AS period,
      lead(periods.period) OVER (ORDER BY periods.period) AS following
    FROM (
      SELECT DISTINCT CAST(DATE_TRUNC('hour', "shop"."orders"."loaded") AS TIMESTAMP) AS period
      FROM "shop"."orders"
      WHERE "shop"."orders"."loaded" IS NOT NULL
    ) AS periods
  ) AS steps
  WHERE steps.following > (steps.period + INTERVAL '1 hour')
) AS found
ORDER BY found.period
LIMIT 10000
