SELECT COUNT_BIG(DISTINCT ([shop].[customers].[code] COLLATE Latin1_General_100_BIN2)) AS count_distinct_code_1
FROM [shop].[customers]
