SELECT TOP 20000 found.value,
  found.times,
  COUNT_BIG(*) OVER () AS found_in_all
FROM (
  SELECT ([shop].[orders].[code] COLLATE Latin1_General_100_BIN2) AS value,
    COUNT_BIG(*) AS times
  FROM [shop].[orders]
  WHERE ([shop].[orders].[code] COLLATE Latin1_General_100_BIN2) IS NOT NULL
  GROUP BY ([shop].[orders].[code] COLLATE Latin1_General_100_BIN2)
) AS found
ORDER BY found.value
