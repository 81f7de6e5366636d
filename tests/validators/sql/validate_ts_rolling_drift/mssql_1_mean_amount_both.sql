SELECT TOP 2000001 CAST([shop].[orders].[ordered] AS DATE) AS group_1,
  SUM([shop].[orders].[amount]) AS sum_amount_1,
  count(*) AS count_2,
  count([shop].[orders].[amount]) AS count_values_amount_3
FROM [shop].[orders]
GROUP BY CAST([shop].[orders].[ordered] AS DATE)
