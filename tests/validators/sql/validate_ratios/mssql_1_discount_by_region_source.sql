SELECT TOP 2000001 ([shop].[orders].[region] COLLATE Latin1_General_100_BIN2) AS group_1,
  sum(CAST([shop].[orders].[discount] AS DOUBLE PRECISION)) AS sum_discount_1,
  SUM([shop].[orders].[amount]) AS sum_amount_2,
  sum(abs(CAST([shop].[orders].[discount] AS DOUBLE PRECISION))) AS sum_of_absolutes_discount_3,
  sum(abs(CAST([shop].[orders].[amount] AS DOUBLE PRECISION))) AS sum_of_absolutes_amount_4,
  COUNT_BIG(*) AS count_5
FROM [shop].[orders]
GROUP BY ([shop].[orders].[region] COLLATE Latin1_General_100_BIN2)
