SELECT COUNT_BIG(*) AS count_1
FROM [shop].[customers]
