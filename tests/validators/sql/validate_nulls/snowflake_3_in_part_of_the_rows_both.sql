SELECT "shop"."orders"."is_paid" AS "group_1",
  count(*) AS "count_1",
  count("shop"."orders"."voucher") AS "count_values_voucher_2"
FROM "shop"."orders"
WHERE ("amount" >= 10.5)
GROUP BY "shop"."orders"."is_paid"
LIMIT 2000001
