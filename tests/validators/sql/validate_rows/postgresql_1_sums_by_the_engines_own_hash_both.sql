SELECT fingerprints.bucket,
  count(*) AS rows,
  count(fingerprints.h) AS hashed,
  BIT_XOR(fingerprints.h) AS xor,
  CAST(SUM((fingerprints.h) >> 32) AS BIGINT) AS high,
  CAST(SUM((fingerprints.h) & 4294967295) AS BIGINT) AS low
FROM (
  SELECT (CAST("shop"."orders"."order_id" AS BIGINT) >> 7) AS bucket,
    HASH_RECORD_EXTENDED(ROW("shop"."orders"."order_id", CAST("shop"."orders"."order_id" AS BIGINT) >> 32, (CAST("shop"."orders"."code" AS TEXT) COLLATE "C"), "shop"."orders"."ordered", "shop"."orders"."loaded", "shop"."orders"."quantity", CAST("shop"."orders"."quantity" AS BIGINT) >> 32, CAST("shop"."orders"."amount" AS NUMERIC), CAST("shop"."orders"."amount" AS NUMERIC) < 0, "shop"."orders"."is_paid", "shop"."orders"."voucher"), 7046029254386353131) AS h
  FROM "shop"."orders"
  LIMIT ALL OFFSET 0
) AS fingerprints
GROUP BY fingerprints.bucket
