SELECT TOP 10000 found.key_0,
  found.times,
  COUNT_BIG(*) OVER () AS found_in_all
FROM (
  SELECT [shop].[orders].[code] AS key_0,
    COUNT_BIG(*) AS times
  FROM [shop].[orders]
  WHERE [shop].[orders].[code] IS NOT NULL
    AND NOT (EXISTS (
    SELECT 1
    FROM [shop].[customers] AS referred
    WHERE [shop].[orders].[code] = referred.[code]
  ))
  GROUP BY [shop].[orders].[code]
) AS found
ORDER BY found.key_0
