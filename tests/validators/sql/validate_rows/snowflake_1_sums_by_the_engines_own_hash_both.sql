SELECT "fingerprints"."bucket",
  count(*) AS "rows",
  count("fingerprints"."h") AS "hashed",
  BITXOR_AGG("fingerprints"."h") AS "xor",
  SUM(BITSHIFTRIGHT("fingerprints"."h", 32)) AS "high",
  SUM(BITAND("fingerprints"."h", 4294967295)) AS "low"
FROM (
  SELECT CAST((("shop"."orders"."order_id") - MOD(MOD("shop"."orders"."order_id", 128) + 128, 128)) / 128 AS DECIMAL(38, 0)) AS "bucket",
    HASH("shop"."orders"."order_id", "shop"."orders"."code", "shop"."orders"."ordered", "shop"."orders"."loaded", "shop"."orders"."quantity", "shop"."orders"."amount", "shop"."orders"."is_paid", "shop"."orders"."voucher") AS "h"
  FROM "shop"."orders"
) AS "fingerprints"
GROUP BY "fingerprints"."bucket"
