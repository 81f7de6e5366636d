SELECT TOP 10000 found.key_0,
  found.times,
  COUNT_BIG(*) OVER () AS found_in_all
FROM (
  SELECT [shop].[orders].[order_id] AS key_0,
    COUNT_BIG(*) AS times
  FROM [shop].[orders]
  WHERE [shop].[orders].[order_id] IS NOT NULL
  GROUP BY [shop].[orders].[order_id]
  HAVING COUNT_BIG(*) > 1
) AS found
ORDER BY found.key_0
