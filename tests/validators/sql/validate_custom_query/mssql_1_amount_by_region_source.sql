SELECT TOP 10001 [orders].[region] AS [region],
  SUM([orders].[amount]) AS [amount]
FROM [shop].[orders] AS [orders]
GROUP BY [orders].[region]
