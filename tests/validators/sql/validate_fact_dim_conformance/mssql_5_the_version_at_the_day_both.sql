SELECT TOP 100 found.facts,
  found.unknown_0,
  COUNT_BIG(*) OVER () AS found_in_all
FROM (
  SELECT COUNT_BIG(*) AS facts,
    COUNT_BIG(CASE WHEN ([shop].[orders].[code] IS NULL OR [shop].[orders].[code] IN ('n/a')) THEN 1 END) AS unknown_0
  FROM [shop].[orders]
) AS found
ORDER BY found.facts
