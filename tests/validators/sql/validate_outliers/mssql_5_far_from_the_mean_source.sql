SELECT STDEV(CAST([shop].[orders].[discount] AS DOUBLE PRECISION)) AS deviation_discount_1,
  sum(CAST([shop].[orders].[discount] AS DOUBLE PRECISION)) AS sum_discount_2,
  COUNT_BIG([shop].[orders].[discount]) AS count_values_discount_3,
  sum(abs(CAST([shop].[orders].[discount] AS DOUBLE PRECISION))) AS sum_of_absolutes_discount_4
FROM [shop].[orders]
