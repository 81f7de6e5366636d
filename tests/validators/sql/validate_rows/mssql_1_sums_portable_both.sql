SELECT fingerprints.bucket,
  COUNT_BIG(*) AS rows,
  COUNT_BIG(fingerprints.h) AS hashed,
  CAST(NULL AS BIGINT) AS xor,
  SUM((fingerprints.h) / CAST(4294967296 AS BIGINT)) AS high,
  SUM((fingerprints.h) & CAST(4294967295 AS BIGINT)) AS low
FROM (
  SELECT ((([shop].[orders].[order_id]) - ((([shop].[orders].[order_id]) % CAST(128 AS BIGINT)) + CAST(128 AS BIGINT)) % CAST(128 AS BIGINT)) / CAST(128 AS BIGINT)) AS bucket,
    (CAST(SUBSTRING(HASHBYTES('MD5', CAST((CAST('' AS VARCHAR(MAX)) + ISNULL(CONVERT(VARCHAR(20), [shop].[orders].[order_id]), 'N') + CHAR(31) + ISNULL('V' + REPLACE(CAST(CAST([shop].[orders].[code] AS NVARCHAR(MAX)) COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(MAX)), CHAR(31), CHAR(31) + CHAR(31)), 'N') + CHAR(31) + ISNULL(CONVERT(VARCHAR(12), DATEDIFF(DAY, '19700101', [shop].[orders].[ordered])), 'N') + CHAR(31) + ISNULL(CONVERT(VARCHAR(41), DATEDIFF_BIG(MICROSECOND, '19700101', CAST([shop].[orders].[loaded] AS DATETIME2(6)))), 'N') + CHAR(31) + ISNULL(CONVERT(VARCHAR(20), [shop].[orders].[quantity]), 'N') + CHAR(31) + ISNULL(CONVERT(VARCHAR(41), CAST([shop].[orders].[amount] AS DECIMAL(12, 2))), 'N') + CHAR(31) + ISNULL(CASE [shop].[orders].[is_paid] WHEN 1 THEN '1' WHEN 0 THEN '0' END, 'N') + CHAR(31) + ISNULL('V' + REPLACE(LOWER(CONVERT(CHAR(36), [shop].[orders].[voucher])), CHAR(31), CHAR(31) + CHAR(31)), 'N')) COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(MAX))), 9, 8) AS BIGINT) & CAST(1152921504606846975 AS BIGINT)) AS h
  FROM [shop].[orders]
) AS fingerprints
GROUP BY fingerprints.bucket
