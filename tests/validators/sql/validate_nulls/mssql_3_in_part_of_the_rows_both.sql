SELECT TOP 2000001 [shop].[orders].[is_paid] AS group_1,
  COUNT_BIG(*) AS count_1,
  COUNT_BIG([shop].[orders].[voucher]) AS count_values_voucher_2
FROM [shop].[orders]
WHERE ([amount] >= 10.5)
GROUP BY [shop].[orders].[is_paid]
