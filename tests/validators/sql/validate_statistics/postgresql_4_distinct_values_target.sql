SELECT count(DISTINCT ("shop"."orders"."area" COLLATE "C")) AS count_distinct_region_1,
  count(DISTINCT "shop"."orders"."voucher") AS count_distinct_voucher_2
FROM "shop"."orders"
