SELECT TOP 2000001 ([shop].[orders].[area] COLLATE Latin1_General_100_BIN2) AS group_1,
  SUM([shop].[orders].[amount] * [shop].[orders].[quantity]) AS sum_amount_quantity_1,
  SUM(CAST(CASE WHEN (CASE WHEN ([shop].[orders].[quantity] IS NOT NULL AND [shop].[orders].[amount] IS NOT NULL) THEN 1 END IS NOT NULL) THEN [shop].[orders].[quantity] END AS DECIMAL(38, 0))) AS sum_where_all_there_quantity_amount_2,
  COUNT_BIG(*) AS count_3
FROM [shop].[orders]
GROUP BY ([shop].[orders].[area] COLLATE Latin1_General_100_BIN2)
