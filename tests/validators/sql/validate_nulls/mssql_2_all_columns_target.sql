SELECT COUNT_BIG(*) AS count_1,
  COUNT_BIG([shop].[orders].[order_id]) AS count_values_order_id_2,
  COUNT_BIG([shop].[orders].[customer_key]) AS count_values_customer_key_3,
  COUNT_BIG([shop].[orders].[code]) AS count_values_code_4,
  COUNT_BIG([shop].[orders].[ordered]) AS count_values_ordered_5,
  COUNT_BIG([shop].[orders].[loaded]) AS count_values_loaded_6,
  COUNT_BIG([shop].[orders].[area]) AS count_values_region_7,
  COUNT_BIG([shop].[orders].[quantity]) AS count_values_quantity_8,
  COUNT_BIG([shop].[orders].[amount]) AS count_values_amount_9,
  COUNT_BIG([shop].[orders].[discount]) AS count_values_discount_10,
  COUNT_BIG([shop].[orders].[is_paid]) AS count_values_is_paid_11,
  COUNT_BIG([shop].[orders].[voucher]) AS count_values_voucher_12
FROM [shop].[orders]
