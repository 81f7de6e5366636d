SELECT COUNT_BIG(DISTINCT (replace(LOWER(CONVERT(CHAR(36), t.[meter])), CHAR(31), CHAR(31) + CHAR(31)) + CHAR(31) + 'V' + CONVERT(VARCHAR(40), SWITCHOFFSET(t.[read_at], '+00:00'), 121) + CHAR(31) + 'V' + CONVERT(VARCHAR(40), t.[level], 3))) AS count_distinct_meter_read_at_level_1
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
