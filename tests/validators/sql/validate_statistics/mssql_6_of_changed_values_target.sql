SELECT min(LOWER(CONVERT(CHAR(36), t.[meter]))) AS min_meter_1,
  max(LOWER(CONVERT(CHAR(36), t.[meter]))) AS max_meter_2,
  min((t.[kind] COLLATE Latin1_General_100_BIN2)) AS min_kind_3,
  max((t.[kind] COLLATE Latin1_General_100_BIN2)) AS max_kind_4,
  min(CAST(t.[level] AS DOUBLE PRECISION)) AS min_level_5,
  max(CAST(t.[level] AS DOUBLE PRECISION)) AS max_level_6
FROM (
  SELECT [shop].[readings].[meter] AS [meter],
    [shop].[readings].[read_at] AS [read_at],
    [shop].[readings].[kind] AS [kind],
    [shop].[readings].[level] AS [level]
  FROM [shop].[readings]
  WHERE ([level] < 100)
    AND ([level] > 0)
) AS t
