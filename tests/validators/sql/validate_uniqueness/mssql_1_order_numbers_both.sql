SELECT COUNT_BIG(*) AS count_1,
  COUNT_BIG([shop].[orders].[order_id]) AS count_values_order_id_2
FROM [shop].[orders]
