SELECT COUNT_BIG(*) AS count_1,
  COUNT_BIG([shop].[orders].[quantity]) AS count_values_quantity_2,
  COUNT_BIG([shop].[orders].[amount]) AS count_values_amount_3,
  COUNT_BIG([shop].[orders].[discount]) AS count_values_discount_4
FROM [shop].[orders]
