SELECT TOP 2000001 DATEADD(HOUR, DATEPART(HOUR, SWITCHOFFSET(t.[read_at], '+00:00')), CAST(CAST(SWITCHOFFSET(t.[read_at], '+00:00') AS DATE) AS DATETIME2(0))) AS group_1,
  COUNT_BIG(*) AS count_1
FROM (
  SELECT t.[meter] AS [meter],
    t.[read_at] AS [read_at],
    t.[kind] AS [kind],
    t.[level] AS [level]
  FROM (
    SELECT [shop].[readings].[meter] AS [meter],
      [shop].[readings].[read_at] AS [read_at],
      CASE WHEN ([shop].[readings].[kind] = 'A') THEN 'active' WHEN ([shop].[readings].[kind] = 'I') THEN 'idle' ELSE [shop].[readings].[kind] END AS [kind],
      ROUND([shop].[readings].[level], 1) AS [level]
    FROM [shop].[readings]
  ) AS t
  WHERE ([level] > 0)
) AS t
GROUP BY DATEADD(HOUR, DATEPART(HOUR, SWITCHOFFSET(t.[read_at], '+00:00')), CAST(CAST(SWITCHOFFSET(t.[read_at], '+00:00') AS DATE) AS DATETIME2(0)))
