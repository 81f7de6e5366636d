SELECT COUNT_BIG(*) AS count_1,
  COUNT_BIG([shop].[orders].[region]) AS count_values_region_2,
  COUNT_BIG([shop].[orders].[is_paid]) AS count_values_is_paid_3
FROM [shop].[orders]
