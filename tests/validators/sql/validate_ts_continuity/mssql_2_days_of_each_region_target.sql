SELECT TOP 2000001 ([shop].[orders].[area] COLLATE Latin1_General_100_BIN2) AS group_1,
  min([shop].[orders].[ordered]) AS min_ordered_1,
  COUNT_BIG(*) AS count_2,
  max([shop].[orders].[ordered]) AS max_ordered_3
FROM [shop].[orders]
GROUP BY ([shop].[orders].[area] COLLATE Latin1_General_100_BIN2)
