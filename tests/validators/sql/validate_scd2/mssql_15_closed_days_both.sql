SELECT TOP 10000 found.key_0,
  found.[current],
  COUNT_BIG(*) OVER () AS found_in_all
FROM (
  SELECT [shop].[customers].[code] AS key_0,
    COUNT_BIG(CASE WHEN ([shop].[customers].[valid_to] IS NULL) THEN 1 END) AS [current]
  FROM [shop].[customers]
  GROUP BY [shop].[customers].[code]
  HAVING COUNT_BIG(CASE WHEN ([shop].[customers].[valid_to] IS NULL) THEN 1 END) > 1
) AS found
ORDER BY found.key_0
