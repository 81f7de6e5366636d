SELECT TOP 10000 found.period,
  found.next_period,
  COUNT_BIG(*) OVER () AS found_in_all
FROM (
  SELECT steps.period AS period,
    steps.next_period AS next_period
  FROM (
    SELECT periods.period AS period,
      lead(periods.period) OVER (ORDER BY periods.period) AS next_period
    FROM (
      SELECT DISTINCT DATEADD(HOUR, DATEPART(HOUR, [shop].[orders].[loaded]), CAST(CAST([shop].[orders].[loaded] AS DATE) AS DATETIME2(0))) AS period
      FROM [shop].[orders]
      WHERE [shop].[orders].[loaded] IS NOT NULL
    ) AS periods
  ) AS steps
  WHERE DATEADD(HOUR, -1, steps.next_period) > steps.period
) AS found
ORDER BY found.period
