SELECT TOP 2000001 ([shop].[orders].[region] COLLATE Latin1_General_100_BIN2) AS group_1,
  COUNT_BIG(*) AS count_1
FROM [shop].[orders]
GROUP BY ([shop].[orders].[region] COLLATE Latin1_General_100_BIN2)
