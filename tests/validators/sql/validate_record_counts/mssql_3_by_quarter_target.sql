SELECT TOP 2000001 ([shop].[orders].[area] COLLATE Latin1_General_100_BIN2) AS group_1,
  CAST(DATEADD(QUARTER, DATEDIFF(QUARTER, 0, [shop].[orders].[ordered]), 0) AS DATE) AS group_2,
  count(*) AS count_1
FROM [shop].[orders]
WHERE (NOT CAST([is_paid] AS INTEGER) IS NULL) = 1
GROUP BY ([shop].[orders].[area] COLLATE Latin1_General_100_BIN2), CAST(DATEADD(QUARTER, DATEDIFF(QUARTER, 0, [shop].[orders].[ordered]), 0) AS DATE)
