SELECT TOP 2000001 CAST([shop].[orders].[ordered] AS DATE) AS group_1,
  SUM([shop].[orders].[amount]) AS sum_amount_1,
  COUNT_BIG(*) AS count_2,
  COUNT_BIG([shop].[orders].[amount]) AS count_values_amount_3
FROM [shop].[orders]
GROUP BY CAST([shop].[orders].[ordered] AS DATE)
