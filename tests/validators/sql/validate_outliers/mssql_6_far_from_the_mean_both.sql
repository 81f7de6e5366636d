SELECT count(CASE WHEN (CAST([shop].[orders].[discount] AS DOUBLE PRECISION) < 0.01835034172557774 OR CAST([shop].[orders].[discount] AS DOUBLE PRECISION) > 0.18164965827442228) THEN 1 END) AS count_outside_discount_1
FROM [shop].[orders]
