SELECT TOP 2000001 DATEADD(DAY, -(DATEDIFF(DAY, CAST('0001-01-01' AS DATE), [shop].[orders].[loaded]) % 7), CAST([shop].[orders].[loaded] AS DATE)) AS group_1,
  SUM([shop].[orders].[amount]) AS sum_amount_1,
  COUNT_BIG(*) AS count_2
FROM [shop].[orders]
GROUP BY DATEADD(DAY, -(DATEDIFF(DAY, CAST('0001-01-01' AS DATE), [shop].[orders].[loaded]) % 7), CAST([shop].[orders].[loaded] AS DATE))
