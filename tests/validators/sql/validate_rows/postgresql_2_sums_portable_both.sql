SELECT fingerprints.bucket,
  count(*) AS rows,
  count(fingerprints.h) AS hashed,
  BIT_XOR(fingerprints.h) AS xor,
  CAST(SUM((fingerprints.h) >> 32) AS BIGINT) AS high,
  CAST(SUM((fingerprints.h) & 4294967295) AS BIGINT) AS low
FROM (
  SELECT (CAST("shop"."orders"."order_id" AS BIGINT) >> 7) AS bucket,
    CAST(CAST('x' || RIGHT(MD5(CONCAT_WS(CHR(31), COALESCE(CAST("shop"."orders"."order_id" AS TEXT), 'N'), COALESCE('V' || REPLACE(CAST("shop"."orders"."code" AS TEXT), CHR(31), CHR(31) || CHR(31)), 'N'), COALESCE(CASE WHEN ISFINITE("shop"."orders"."ordered") THEN CAST("shop"."orders"."ordered" - DATE '1970-01-01' AS TEXT) ELSE REPLACE(CAST("shop"."orders"."ordered" AS TEXT), 'inf', 'Inf') END, 'N'), COALESCE(CAST(TRUNC(EXTRACT(EPOCH FROM "shop"."orders"."loaded") * 1000000) AS TEXT), 'N'), COALESCE(CAST("shop"."orders"."quantity" AS TEXT), 'N'), COALESCE(CAST(CAST("shop"."orders"."amount" AS NUMERIC) AS TEXT), 'N'), COALESCE(CASE WHEN "shop"."orders"."is_paid" THEN '1' WHEN NOT ("shop"."orders"."is_paid") THEN '0' END, 'N'), COALESCE('V' || REPLACE(CAST("shop"."orders"."voucher" AS TEXT), CHR(31), CHR(31) || CHR(31)), 'N'))), 15) AS BIT(60)) AS BIGINT) AS h
  FROM "shop"."orders"
  LIMIT ALL OFFSET 0
) AS fingerprints
GROUP BY fingerprints.bucket
