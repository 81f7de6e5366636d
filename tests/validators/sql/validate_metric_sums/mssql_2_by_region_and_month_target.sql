SELECT TOP 2000001 ([shop].[orders].[area] COLLATE Latin1_General_100_BIN2) AS group_1,
  DATEFROMPARTS(YEAR([shop].[orders].[ordered]), MONTH([shop].[orders].[ordered]), 1) AS group_2,
  SUM(CAST([shop].[orders].[quantity] AS DECIMAL(38, 0))) AS sum_quantity_1,
  COUNT_BIG(*) AS count_2,
  SUM([shop].[orders].[amount]) AS sum_amount_3,
  sum(CAST([shop].[orders].[discount] AS DOUBLE PRECISION)) AS sum_discount_4,
  sum(abs(CAST([shop].[orders].[discount] AS DOUBLE PRECISION))) AS sum_of_absolutes_discount_5
FROM [shop].[orders]
GROUP BY ([shop].[orders].[area] COLLATE Latin1_General_100_BIN2), DATEFROMPARTS(YEAR([shop].[orders].[ordered]), MONTH([shop].[orders].[ordered]), 1)
