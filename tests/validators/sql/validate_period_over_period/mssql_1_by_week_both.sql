SELECT TOP 2000001 CAST(DATEADD(DAY, DATEDIFF(DAY, 0, [shop].[orders].[loaded]) / 7 * 7, 0) AS DATE) AS group_1,
  SUM([shop].[orders].[amount]) AS sum_amount_1,
  count(*) AS count_2
FROM [shop].[orders]
GROUP BY CAST(DATEADD(DAY, DATEDIFF(DAY, 0, [shop].[orders].[loaded]) / 7 * 7, 0) AS DATE)
