SELECT TOP 1 found.value,
  found.times,
  found.rarity,
  COUNT_BIG(*) OVER () AS found_in_all
FROM (
  SELECT ([shop].[orders].[region] COLLATE Latin1_General_100_BIN2) AS value,
    COUNT_BIG(*) AS times,
    -COUNT_BIG(*) AS rarity
  FROM [shop].[orders]
  WHERE ([shop].[orders].[region] COLLATE Latin1_General_100_BIN2) IS NOT NULL
    AND ([shop].[orders].[region] COLLATE Latin1_General_100_BIN2) IN ('north')
  GROUP BY ([shop].[orders].[region] COLLATE Latin1_General_100_BIN2)
) AS found
ORDER BY found.rarity, found.value
