SELECT min("shop"."orders"."loaded") AS "min_loaded_1",
  max("shop"."orders"."loaded") AS "max_loaded_2"
FROM "shop"."orders"
