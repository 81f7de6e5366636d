SELECT TOP 2000001 ([shop].[customers].[code] COLLATE Latin1_General_100_BIN2) AS group_1,
  COUNT_BIG(*) AS count_1
FROM [shop].[customers]
WHERE ([valid_to] IS NULL)
GROUP BY ([shop].[customers].[code] COLLATE Latin1_General_100_BIN2)
