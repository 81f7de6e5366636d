SELECT TOP 2000001 ([shop].[orders].[region] COLLATE Latin1_General_100_BIN2) AS group_1,
  DATEFROMPARTS(YEAR([shop].[orders].[ordered]), DATEPART(QUARTER, [shop].[orders].[ordered]) * 3 - 2, 1) AS group_2,
  COUNT_BIG(*) AS count_1
FROM [shop].[orders]
WHERE (NOT CAST([is_paid] AS INTEGER) IS NULL)
GROUP BY ([shop].[orders].[region] COLLATE Latin1_General_100_BIN2), DATEFROMPARTS(YEAR([shop].[orders].[ordered]), DATEPART(QUARTER, [shop].[orders].[ordered]) * 3 - 2, 1)
