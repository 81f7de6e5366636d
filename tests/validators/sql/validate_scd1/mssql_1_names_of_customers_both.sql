SELECT TOP 2000001 ([shop].[customers].[code] COLLATE Latin1_General_100_BIN2) AS group_1,
  COUNT_BIG(*) AS count_1,
  min(([shop].[customers].[name] COLLATE Latin1_General_100_BIN2)) AS min_name_2
FROM [shop].[customers]
WHERE ([valid_to] IS NULL)
GROUP BY ([shop].[customers].[code] COLLATE Latin1_General_100_BIN2)
