SELECT "shop"."orders"."order_id" AS c0,
  "shop"."orders"."code" AS c1,
  "shop"."orders"."ordered" AS c2,
  "shop"."orders"."loaded" AS c3,
  "shop"."orders"."quantity" AS c4,
  CAST("shop"."orders"."amount" AS VARCHAR) AS c5,
  "shop"."orders"."is_paid" AS c6,
  "shop"."orders"."voucher" AS c7
FROM "shop"."orders"
WHERE (CAST("shop"."orders"."order_id" AS BIGINT) >> 7) IN (1, 2, 7)
