SELECT count(DISTINCT ("shop"."orders"."region" COLLATE "C")) AS count_distinct_region_1,
  count(DISTINCT "shop"."orders"."voucher") AS count_distinct_voucher_2
FROM "shop"."orders"
