SELECT COUNT_BIG(DISTINCT (replace(CAST(([shop].[orders].[code] COLLATE Latin1_General_100_BIN2) AS NVARCHAR(MAX)), CHAR(31), CHAR(31) + CHAR(31)) + CHAR(31) + 'V' + CONVERT(VARCHAR(40), [shop].[orders].[ordered], 121))) AS count_distinct_code_ordered_1
FROM [shop].[orders]
