SELECT count(DISTINCT COLLATE("shop"."orders"."area", 'utf8')) AS "count_distinct_region_1",
  count(DISTINCT "shop"."orders"."voucher") AS "count_distinct_voucher_2"
FROM "shop"."orders"
