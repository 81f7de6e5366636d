SELECT fingerprints.bucket,
  count(*) AS rows,
  count(fingerprints.h) AS hashed,
  BIT_XOR(fingerprints.h) AS xor,
  CAST(SUM((fingerprints.h) >> 32) AS BIGINT) AS high,
  CAST(SUM((fingerprints.h) & 4294967295) AS BIGINT) AS low
FROM (
  SELECT (CAST("shop"."orders"."order_id" AS BIGINT) >> 7) AS bucket,
    CAST(HASH("shop"."orders"."order_id", "shop"."orders"."code", "shop"."orders"."ordered", "shop"."orders"."loaded", "shop"."orders"."quantity", "shop"."orders"."amount", "shop"."orders"."is_paid", "shop"."orders"."voucher") >> 1 AS BIGINT) AS h
  FROM "shop"."orders"
) AS fingerprints
GROUP BY fingerprints.bucket
