SELECT "shop"."orders"."order_id" AS "c0",
  "shop"."orders"."code" AS "c1",
  "shop"."orders"."ordered" AS "c2",
  "shop"."orders"."loaded" AS "c3",
  "shop"."orders"."quantity" AS "c4",
  "shop"."orders"."amount" AS "c5",
  "shop"."orders"."is_paid" AS "c6",
  "shop"."orders"."voucher" AS "c7"
FROM "shop"."orders"
WHERE CAST((("shop"."orders"."order_id") - MOD(MOD("shop"."orders"."order_id", 128) + 128, 128)) / 128 AS DECIMAL(38, 0)) IN (1, 2, 7)
