SELECT TOP 10000 found.series_0,
  found.period,
  found.times,
  COUNT_BIG(*) OVER () AS found_in_all
FROM (
  SELECT [shop].[orders].[customer_key] AS series_0,
    CAST([shop].[orders].[loaded] AS DATE) AS period,
    COUNT_BIG(*) AS times
  FROM [shop].[orders]
  WHERE [shop].[orders].[loaded] IS NOT NULL
  GROUP BY [shop].[orders].[customer_key], CAST([shop].[orders].[loaded] AS DATE)
  HAVING COUNT_BIG(*) > 1
) AS found
ORDER BY found.series_0, found.period
