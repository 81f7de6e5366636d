SELECT TOP 2000001 ([shop].[customers].[code] COLLATE Latin1_General_100_BIN2) AS group_1,
  [shop].[customers].[valid_from] AS group_2,
  COUNT_BIG(*) AS count_1,
  min([shop].[customers].[customer_key]) AS min_customer_key_2
FROM [shop].[customers]
GROUP BY ([shop].[customers].[code] COLLATE Latin1_General_100_BIN2), [shop].[customers].[valid_from]
