SELECT TOP 1 found.value,
  found.times,
  found.rarity,
  COUNT_BIG(*) OVER () AS found_in_all
FROM (
  SELECT CASE WHEN [shop].[orders].[is_paid] = 0 THEN 0 WHEN ([shop].[orders].[is_paid] IS NOT NULL) THEN 1 END AS value,
    COUNT_BIG(*) AS times,
    -COUNT_BIG(*) AS rarity
  FROM [shop].[orders]
  WHERE CASE WHEN [shop].[orders].[is_paid] = 0 THEN 0 WHEN ([shop].[orders].[is_paid] IS NOT NULL) THEN 1 END IS NOT NULL
  GROUP BY CASE WHEN [shop].[orders].[is_paid] = 0 THEN 0 WHEN ([shop].[orders].[is_paid] IS NOT NULL) THEN 1 END
) AS found
ORDER BY found.rarity, found.value
