SELECT COUNT_BIG(DISTINCT ([shop].[orders].[region] COLLATE Latin1_General_100_BIN2)) AS count_distinct_region_1,
  COUNT_BIG(DISTINCT [shop].[orders].[voucher]) AS count_distinct_voucher_2
FROM [shop].[orders]
