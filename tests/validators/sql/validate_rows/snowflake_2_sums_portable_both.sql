SELECT "fingerprints"."bucket",
  count(*) AS "rows",
  count("fingerprints"."h") AS "hashed",
  BITXOR_AGG("fingerprints"."h") AS "xor",
  SUM(BITSHIFTRIGHT("fingerprints"."h", 32)) AS "high",
  SUM(BITAND("fingerprints"."h", 4294967295)) AS "low"
FROM (
  SELECT CAST((("shop"."orders"."order_id") - MOD(MOD("shop"."orders"."order_id", 128) + 128, 128)) / 128 AS DECIMAL(38, 0)) AS "bucket",
    BITAND(MD5_NUMBER_LOWER64(CONCAT_WS(CHR(31), COALESCE(TO_VARCHAR("shop"."orders"."order_id"), 'N'), COALESCE('V' || REPLACE("shop"."orders"."code", CHR(31), CHR(31) || CHR(31)), 'N'), COALESCE(TO_VARCHAR(DATEDIFF('day', CAST('1970-01-01' AS DATE), "shop"."orders"."ordered")), 'N'), COALESCE(TO_VARCHAR(DATEDIFF('microsecond', CAST('1970-01-01' AS TIMESTAMP_NTZ), "shop"."orders"."loaded")), 'N'), COALESCE(TO_VARCHAR("shop"."orders"."quantity"), 'N'), COALESCE(TO_VARCHAR("shop"."orders"."amount"), 'N'), COALESCE(CASE WHEN "shop"."orders"."is_paid" THEN '1' WHEN NOT ("shop"."orders"."is_paid") THEN '0' END, 'N'), COALESCE('V' || REPLACE(CAST("shop"."orders"."voucher" AS VARCHAR), CHR(31), CHR(31) || CHR(31)), 'N'))), 1152921504606846975) AS "h"
  FROM "shop"."orders"
) AS "fingerprints"
GROUP BY "fingerprints"."bucket"
