SELECT TOP 10000 found.order_id,
  COUNT_BIG(*) OVER () AS found_in_all
FROM (
  SELECT [shop].[orders].[order_id] AS order_id
  FROM [shop].[orders]
  WHERE ((NOT ([amount] > 0)) AND ([quantity] > 0))
) AS found
ORDER BY found.order_id
