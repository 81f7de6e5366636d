SELECT TOP 2000001 [shop].[customers].[customer_key] AS group_1,
  COUNT_BIG(*) AS count_1
FROM [shop].[customers]
GROUP BY [shop].[customers].[customer_key]
