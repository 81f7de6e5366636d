SELECT COUNT_BIG(DISTINCT (replace(LOWER(CONVERT(CHAR(36), t.[meter])), CHAR(31), CHAR(31) + CHAR(31)) + CHAR(31) + 'V' + CONVERT(VARCHAR(40), SWITCHOFFSET(t.[read_at], '+00:00'), 121) + CHAR(31) + 'V' + CONVERT(VARCHAR(40), t.[level], 3))) AS count_distinct_meter_read_at_level_1
FROM (
  SELECT [shop].[readings].[meter] AS [meter],
    [shop].[readings].[read_at] AS [read_at],
    [shop].[readings].[kind] AS [kind],
    [shop].[readings].[level] AS [level]
  FROM [shop].[readings]
  WHERE ([level] < 100)
    AND ([level] > 0)
) AS t
