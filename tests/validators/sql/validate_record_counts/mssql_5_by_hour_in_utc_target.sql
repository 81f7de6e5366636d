SELECT TOP 2000001 DATEADD(HOUR, DATEPART(HOUR, SWITCHOFFSET(t.[read_at], '+00:00')), CAST(CAST(SWITCHOFFSET(t.[read_at], '+00:00') AS DATE) AS DATETIME2(0))) AS group_1,
  COUNT_BIG(*) AS count_1
FROM (
  SELECT [shop].[readings].[meter] AS [meter],
    [shop].[readings].[read_at] AS [read_at],
    [shop].[readings].[kind] AS [kind],
    [shop].[readings].[level] AS [level]
  FROM [shop].[readings]
  WHERE ([level] < 100)
    AND ([level] > 0)
) AS t
GROUP BY DATEADD(HOUR, DATEPART(HOUR, SWITCHOFFSET(t.[read_at], '+00:00')), CAST(CAST(SWITCHOFFSET(t.[read_at], '+00:00') AS DATE) AS DATETIME2(0)))
