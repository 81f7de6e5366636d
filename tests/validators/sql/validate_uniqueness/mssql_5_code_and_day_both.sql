SELECT count(DISTINCT (replace(CAST(([shop].[orders].[code] COLLATE Latin1_General_100_BIN2) AS VARCHAR(max)), CHAR(31), CHAR(31) + CHAR(31)) + CHAR(31) + 'V' + CAST([shop].[orders].[ordered] AS VARCHAR(max)))) AS count_distinct_code_ordered_1
FROM [shop].[orders]
