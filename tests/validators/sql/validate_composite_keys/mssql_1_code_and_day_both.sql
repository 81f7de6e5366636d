SELECT TOP 2000001 ([shop].[orders].[code] COLLATE Latin1_General_100_BIN2) AS group_1,
  [shop].[orders].[ordered] AS group_2,
  COUNT_BIG(*) AS count_1
FROM [shop].[orders]
GROUP BY ([shop].[orders].[code] COLLATE Latin1_General_100_BIN2), [shop].[orders].[ordered]
