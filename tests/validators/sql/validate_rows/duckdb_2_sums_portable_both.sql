SELECT fingerprints.bucket,
  count(*) AS rows,
  count(fingerprints.h) AS hashed,
  BIT_XOR(fingerprints.h) AS xor,
  CAST(SUM((fingerprints.h) >> 32) AS BIGINT) AS high,
  CAST(SUM((fingerprints.h) & 4294967295) AS BIGINT) AS low
FROM (
  SELECT (CAST("shop"."orders"."order_id" AS BIGINT) >> 7) AS bucket,
    CAST('0x' || RIGHT(MD5(CONCAT_WS(CHR(31), COALESCE(CAST("shop"."orders"."order_id" AS VARCHAR), 'N'), COALESCE('V' || CASE WHEN CONTAINS("shop"."orders"."code", CHR(31)) THEN REPLACE("shop"."orders"."code", CHR(31), CHR(31) || CHR(31)) ELSE "shop"."orders"."code" END, 'N'), COALESCE(CASE WHEN ISFINITE("shop"."orders"."ordered") THEN CAST("shop"."orders"."ordered" - DATE '1970-01-01' AS VARCHAR) ELSE REPLACE(CAST("shop"."orders"."ordered" AS VARCHAR), 'inf', 'Inf') END, 'N'), COALESCE(COALESCE(CAST(EPOCH_US("shop"."orders"."loaded") AS VARCHAR), REPLACE(CAST("shop"."orders"."loaded" AS VARCHAR), 'inf', 'Inf')), 'N'), COALESCE(CAST("shop"."orders"."quantity" AS VARCHAR), 'N'), COALESCE(CAST("shop"."orders"."amount" AS VARCHAR), 'N'), COALESCE(CASE WHEN "shop"."orders"."is_paid" THEN '1' WHEN NOT ("shop"."orders"."is_paid") THEN '0' END, 'N'), COALESCE('V' || CASE WHEN CONTAINS(CAST("shop"."orders"."voucher" AS VARCHAR), CHR(31)) THEN REPLACE(CAST("shop"."orders"."voucher" AS VARCHAR), CHR(31), CHR(31) || CHR(31)) ELSE CAST("shop"."orders"."voucher" AS VARCHAR) END, 'N'))), 15) AS BIGINT) AS h
  FROM "shop"."orders"
) AS fingerprints
GROUP BY fingerprints.bucket
