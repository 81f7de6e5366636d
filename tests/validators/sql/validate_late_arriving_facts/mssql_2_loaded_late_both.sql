SELECT TOP 10000 found.key_0,
  found.happened,
  found.arrived,
  COUNT_BIG(*) OVER () AS found_in_all
FROM (
  SELECT [shop].[orders].[order_id] AS key_0,
    [shop].[orders].[ordered] AS happened,
    [shop].[orders].[loaded] AS arrived
  FROM [shop].[orders]
  WHERE CAST([shop].[orders].[loaded] AS DATE) < CAST([shop].[orders].[ordered] AS DATE)
) AS found
ORDER BY found.key_0, found.happened, found.arrived
