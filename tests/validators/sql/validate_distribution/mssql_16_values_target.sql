SELECT TOP 1 found.value,
  found.times,
  found.rarity,
  count(*) OVER () AS found_in_all
FROM (
  SELECT ([shop].[orders].[area] COLLATE Latin1_General_100_BIN2) AS value,
    count(*) AS times,
    -count(*) AS rarity
  FROM [shop].[orders]
  WHERE ([shop].[orders].[area] COLLATE Latin1_General_100_BIN2) IS NOT NULL
    AND ([shop].[orders].[area] COLLATE Latin1_General_100_BIN2) IN ('north')
  GROUP BY ([shop].[orders].[area] COLLATE Latin1_General_100_BIN2)
) AS found
ORDER BY found.rarity, found.value
