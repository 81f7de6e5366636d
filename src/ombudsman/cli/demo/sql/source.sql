-- The source: the warehouse of a retail chain as its old system holds it.
--
-- Two variables must be set: rows (how many rows FactSales gets) and seed. Every value is computed from the seed and the
-- row's own number, never from the order in which rows are met, so that threads cannot change it. What a planted defect
-- needs (a promotion here, a NULL there) follows from the row's number and is there at any seed and size; what makes the
-- data vivid is drawn from the seed.

SET VARIABLE customers = least(greatest(getvariable('rows') // 20, 60), 100000);
SET VARIABLE products = least(greatest(getvariable('rows') // 500, 40), 2000);
SET VARIABLE stores = least(greatest(getvariable('rows') // 2000, 12), 60);
SET VARIABLE sale_returns = greatest(getvariable('rows') // 20, 100);
SET VARIABLE orders = (getvariable('rows') + 1) // 2;
SET VARIABLE stocked_products = least(greatest(getvariable('rows') // 10000, 4), 100);
SET VARIABLE employees = least(greatest(getvariable('rows') // 400, 80), 20000);
SET VARIABLE shipments = greatest(getvariable('rows') // 10, 600);

-- A whole number from 0 to below bound, drawn for row n of this stream.
CREATE TEMP MACRO draw(stream, n, bound) AS
    CAST(hash(getvariable('seed'), stream, n) % bound AS INTEGER);

-- How many versions product p has seen, when version v of it began, its key and its price.
CREATE TEMP MACRO versions(p) AS CASE p % 3 WHEN 0 THEN 3 WHEN 1 THEN 2 ELSE 1 END;
CREATE TEMP MACRO version_start(p, v) AS
    CASE v
        WHEN 1 THEN DATE '2022-01-03' + draw('version 1', p, 60)
        WHEN 2 THEN DATE '2023-02-01' + draw('version 2', p, 60)
        WHEN 3 THEN DATE '2024-01-15' + draw('version 3', p, 60)
    END;
CREATE TEMP MACRO version_at(p, day) AS
    CASE
        WHEN versions(p) >= 3 AND day >= version_start(p, 3) THEN 3
        WHEN versions(p) >= 2 AND day >= version_start(p, 2) THEN 2
        ELSE 1
    END;
CREATE TEMP MACRO product_key(p, v) AS CAST((p - 1) * 3 + v AS INTEGER);
CREATE TEMP MACRO price(p, v) AS
    CAST((200 + draw('price', p, 20000) + 25 * (v - 1)) * 0.01 AS DECIMAL(10, 2));

-- The day of order o: evenly over 2023 and 2024, but for two weeks of August 2023 in which the chain was refitted.
CREATE TEMP MACRO open_day(o) AS CAST((o - 1) * 717 // getvariable('orders') AS INTEGER);
CREATE TEMP MACRO order_day(o) AS
    DATE '2023-01-01' + open_day(o) + CASE WHEN open_day(o) >= 218 THEN 14 ELSE 0 END;

CREATE TEMP MACRO date_key(day) AS CAST(strftime(day, '%Y%m%d') AS INTEGER);
CREATE TEMP MACRO month_key(day) AS CAST(year(day) * 100 + month(day) AS INTEGER);

CREATE SCHEMA Sales;

CREATE TABLE Sales.DimDate (
    DateKey INTEGER PRIMARY KEY,
    FullDate DATE NOT NULL,
    Year SMALLINT NOT NULL,
    Quarter SMALLINT NOT NULL,
    MonthNumber SMALLINT NOT NULL,
    MonthName VARCHAR NOT NULL,
    DayOfWeek SMALLINT NOT NULL,
    IsWeekend BOOLEAN NOT NULL,
    FiscalYear SMALLINT
);
INSERT INTO Sales.DimDate
SELECT
    date_key(day), day, year(day), quarter(day), month(day), monthname(day), isodow(day), isodow(day) >= 6,
    year(day) + CASE WHEN month(day) >= 7 THEN 1 ELSE 0 END
FROM (SELECT DATE '2022-01-01' + CAST(n AS INTEGER) AS day FROM range(1461) AS numbers(n))
ORDER BY day;

CREATE TABLE Sales.DimStore (
    StoreKey INTEGER PRIMARY KEY,
    StoreCode VARCHAR NOT NULL UNIQUE,
    StoreName VARCHAR NOT NULL,
    City VARCHAR NOT NULL,
    CountryCode VARCHAR NOT NULL,
    Region VARCHAR NOT NULL,
    Email VARCHAR,
    OpenedOn DATE NOT NULL,
    ClosedOn DATE,
    FloorArea DECIMAL(8, 1) NOT NULL,
    Latitude DOUBLE NOT NULL,
    Longitude DOUBLE NOT NULL
);
INSERT INTO Sales.DimStore VALUES
    (0, 'TEST', 'Training till', 'Wien', 'AT ', 'none', '', DATE '2019-01-01', NULL, 1.0, 48.2, 16.4);
INSERT INTO Sales.DimStore
SELECT
    CAST(s AS INTEGER),
    printf('ST%04d', s),
    'Store ' || s || ' ' || ['Hauptplatz', 'Château', 'Piazza', 'Rynek', 'Strøget'][1 + draw('place', s, 5)],
    ['Wien', 'Köln', 'Zürich', 'Orléans', 'Forlì'][1 + s % 5],
    rpad(['AT', 'DE', 'CH', 'FR', 'IT'][1 + s % 5], 3, ' '),
    ['north', 'east', 'south', 'west'][1 + s % 4],
    CASE WHEN s % 3 = 1 THEN '' ELSE 'store' || s || '@example.org' END,
    DATE '2005-01-01' + draw('opened', s, 6000),
    CASE WHEN s % 6 = 5 THEN DATE '2025-01-01' + draw('closed', s, 90) END,
    (2000 + draw('area', s, 30000)) * 0.1,
    44 + draw('latitude', s, 9000000) / 1000000 + 0.0000001,
    2 + draw('longitude', s, 14000000) / 1000000 + 0.0000001
FROM range(1, getvariable('stores') + 1) AS numbers(s);

CREATE TABLE Sales.DimCustomer (
    CustomerKey INTEGER PRIMARY KEY,
    CustomerCode VARCHAR NOT NULL UNIQUE,
    FirstName VARCHAR NOT NULL,
    MiddleName VARCHAR,
    LastName VARCHAR NOT NULL,
    Gender VARCHAR,
    BirthDate DATE,
    Email VARCHAR NOT NULL,
    PasswordHash VARCHAR NOT NULL,
    Phone VARCHAR,
    Street VARCHAR NOT NULL,
    PostalCode VARCHAR NOT NULL,
    City VARCHAR NOT NULL,
    CountryCode VARCHAR NOT NULL,
    HomeStoreKey INTEGER,
    CreditLimit DECIMAL(10, 2) NOT NULL,
    LoyaltyPoints INTEGER NOT NULL DEFAULT 0,
    IsActive BOOLEAN NOT NULL,
    CreatedAt TIMESTAMP NOT NULL,
    UpdatedAt TIMESTAMP_S
);
INSERT INTO Sales.DimCustomer
SELECT
    CAST(k AS INTEGER),
    printf('C%07d', k),
    ['Zoë', 'Jürgen', 'François', 'Łukasz', 'Siân', 'Anna', 'Peter', 'Chloé', 'Marek', 'Ingrid'][
        1 + draw('first name', k, 10)
    ],
    CASE WHEN k % 3 = 0 THEN ['Marie', 'José', 'Ann', 'Karl'][1 + draw('middle name', k, 4)] END,
    CASE
        WHEN k % 9 = 4 THEN 'Müller'
        ELSE ['García', 'Novák', 'Rossi', 'Lefèvre', 'Berg', 'O''Neill', 'Smith', 'Ångström'][
            1 + draw('last name', k, 8)
        ]
    END,
    CASE WHEN k % 13 <> 6 THEN ['F', 'M'][1 + k % 2] END,
    make_date(1940 + draw('year', k, 65), 1 + draw('month', k, 12), 1 + draw('day', k, 28)),
    'customer' || k || '@example.' || ['com', 'org', 'net'][1 + draw('mail', k, 3)],
    md5(getvariable('seed') || ' password ' || k),
    CASE WHEN k % 7 <> 3 THEN printf('+43 1 %07d', draw('phone', k, 10000000)) END,
    ['Hauptstraße ', 'Rue de l''Église ', 'High Street ', 'Via Roma '][1 + draw('street', k, 4)]
        || (1 + draw('house', k, 200)),
    CASE
        WHEN k % 10 = 0 THEN printf('0%04d', draw('postal code', k, 10000))
        ELSE CAST(10000 + draw('postal code', k, 90000) AS VARCHAR)
    END,
    ['Wien', 'Köln', 'Zürich', 'Orléans', 'Forlì'][1 + k % 5],
    ['AT', 'DE', 'CH', 'FR', 'IT'][1 + k % 5],
    CASE k % 12 WHEN 7 THEN 9900 + k % 3 WHEN 2 THEN NULL ELSE 1 + draw('home', k, getvariable('stores')) END,
    (50000 + draw('credit', k, 950000)) * 0.01,
    draw('points', k, 30000),
    k % 8 <> 5,
    TIMESTAMP '2015-01-01 00:00:00' + to_seconds(draw('created', k, 250000000)),
    CAST(
        CASE WHEN k % 4 <> 1 THEN TIMESTAMP '2023-01-01 00:00:00' + to_seconds(draw('updated', k, 60000000)) END
        AS TIMESTAMP_S
    )
FROM range(1, getvariable('customers') + 1) AS numbers(k);

CREATE TABLE Sales.DimProduct (
    ProductKey INTEGER PRIMARY KEY,
    ProductCode VARCHAR NOT NULL,
    ProductName VARCHAR NOT NULL,
    Category VARCHAR NOT NULL,
    Color VARCHAR,
    WeightKg FLOAT NOT NULL,
    UnitsPerBox SMALLINT NOT NULL,
    ListPrice DECIMAL(10, 2) NOT NULL,
    StandardCost DECIMAL(12, 4) NOT NULL,
    ValidFrom DATE NOT NULL,
    ValidTo DATE,
    IsCurrent BOOLEAN NOT NULL,
    UNIQUE (ProductCode, ValidFrom)
);
INSERT INTO Sales.DimProduct
SELECT
    product_key(p, v),
    printf('P-%05d', p),
    ['Crème brûlée', 'Jalapeño', 'Smörgås', 'Espresso', 'Räucherlachs', 'Olive oil'][1 + draw('name', p, 6)]
        || ' ' || p,
    ['Grocery', 'Household', 'Garden', 'Toys'][1 + p % 4],
    CASE WHEN p % 5 <> 2 THEN ['red', 'green', 'blue'][1 + draw('color', p, 3)] END,
    (1 + draw('weight', p, 400)) / 8,
    6 + draw('box', p, 18),
    price(p, v),
    CAST(price(p, v) * 0.60 AS DECIMAL(10, 2)) + (1 + draw('cost', p * 10 + v, 49)) * 0.0001,
    version_start(p, v),
    CASE WHEN v < versions(p) THEN version_start(p, v + 1) END,
    v = versions(p)
FROM range(1, getvariable('products') + 1) AS numbers(p), range(1, 4) AS steps(v)
WHERE v <= versions(p)
ORDER BY p, v;

CREATE TABLE Sales.DimPromotion (
    PromotionKey INTEGER PRIMARY KEY,
    PromoCode VARCHAR NOT NULL UNIQUE,
    Title VARCHAR NOT NULL,
    DiscountPercent DECIMAL(5, 2) NOT NULL,
    StartsOn DATE NOT NULL,
    EndsOn DATE NOT NULL
);
INSERT INTO Sales.DimPromotion VALUES
    (1, 'SPRING', 'Frühlingsfest', 10.00, DATE '2023-01-01', DATE '2024-12-31'),
    (2, 'LOYAL', 'Fidélité', 10.00, DATE '2023-01-01', DATE '2024-12-31'),
    (3, 'CLEAR', 'Clearance', 10.00, DATE '2023-01-01', DATE '2024-12-31');

CREATE TABLE Sales.StorePromotion (
    StoreCode VARCHAR NOT NULL,
    PromoCode VARCHAR NOT NULL,
    Budget DECIMAL(10, 2) NOT NULL,
    PRIMARY KEY (StoreCode, PromoCode)
);
INSERT INTO Sales.StorePromotion
SELECT StoreCode, PromoCode, (10000 + draw('budget', StoreKey * 10 + PromotionKey, 90000)) * 0.01
FROM Sales.DimStore, Sales.DimPromotion
WHERE StoreCode <> 'TEST' AND (StoreKey + PromotionKey) % 4 <> 0
ORDER BY StoreKey, PromotionKey;

-- Nobody was recorded for some parcels: they were packed by the unknown member, -1.
CREATE TABLE Sales.DimEmployee (
    EmployeeKey INTEGER PRIMARY KEY,
    EmployeeCode VARCHAR NOT NULL UNIQUE,
    FirstName VARCHAR NOT NULL,
    LastName VARCHAR NOT NULL,
    JobTitle VARCHAR NOT NULL,
    Phone VARCHAR,
    HiredAt TIMESTAMP NOT NULL,
    HoursPerWeek DECIMAL(4, 1) NOT NULL,
    MonthlySalary DECIMAL(10, 2) NOT NULL
);
INSERT INTO Sales.DimEmployee VALUES
    (-1, 'UNKNOWN', 'not', 'recorded', 'none', NULL, TIMESTAMP '1900-01-01 00:00:00', 0.0, 0.00);
INSERT INTO Sales.DimEmployee
SELECT
    CAST(n AS INTEGER),
    printf('E%05d', n),
    ['Zoë', 'Jürgen', 'Ana', 'Łukasz', 'Siân'][1 + draw('employee first', n, 5)],
    ['Berg', 'Novák', 'Rossi', 'O''Neill', 'Lefèvre'][1 + draw('employee last', n, 5)],
    CASE WHEN n = 1 THEN 'Director' ELSE ['Seller', 'Cashier', 'Driver', 'Packer'][1 + n % 4] END,
    CASE WHEN n = 2 THEN 'at the gate' WHEN n % 9 <> 4 THEN printf('+43 662 %07d', n * 137 + 1000000) END,
    TIMESTAMP '2010-01-01 08:00:00' + to_hours(draw('hired', n, 120000)),
    [38.5, 30.0, 20.0][1 + n % 3],
    CASE WHEN n = 1 THEN 25000 ELSE 2000 + draw('salary', n, 2000) END
FROM range(1, getvariable('employees') + 1) AS numbers(n);

CREATE TABLE Sales.DimCarrier (
    CarrierKey INTEGER PRIMARY KEY,
    CarrierCode VARCHAR NOT NULL UNIQUE,
    CarrierName VARCHAR NOT NULL
);
INSERT INTO Sales.DimCarrier VALUES
    (1, 'PO', 'Post'), (2, 'RA', 'Railway'), (3, 'BI', 'Bicycle'), (4, 'VA', 'Van'), (5, 'SH', 'Ship'), (6, 'AI', 'Air');

-- Like most warehouses, this one declares no foreign key on its largest table: to check them one by one would
-- cost more than all the rest of the load.
CREATE TABLE Sales.FactSales (
    SalesKey BIGINT PRIMARY KEY,
    OrderNumber VARCHAR NOT NULL,
    LineNumber SMALLINT NOT NULL,
    OrderDate TIMESTAMP NOT NULL,
    DateKey INTEGER NOT NULL,
    MonthKey INTEGER NOT NULL,
    CustomerKey INTEGER NOT NULL,
    ProductKey INTEGER NOT NULL,
    StoreKey INTEGER NOT NULL,
    Channel VARCHAR NOT NULL,
    PromoCode VARCHAR,
    Quantity SMALLINT NOT NULL,
    UnitPrice DECIMAL(10, 2) NOT NULL,
    DiscountAmount DECIMAL(10, 2) NOT NULL,
    SalesAmount DECIMAL(12, 2) NOT NULL,
    TaxAmount DECIMAL(12, 2) NOT NULL
);
INSERT INTO Sales.FactSales
WITH lines AS (
    SELECT
        n,
        (n + 1) // 2 AS o,
        order_day((n + 1) // 2) AS day,
        CASE WHEN n % 50 = 26 THEN 15 ELSE 1 + draw('product', n, getvariable('products')) END AS p,
        1 + draw('quantity', n, 5) AS quantity
    FROM range(1, getvariable('rows') + 1) AS numbers(n)
),
priced AS (
    SELECT
        *,
        version_at(p, day) AS v,
        price(p, version_at(p, day)) AS unit_price
    FROM lines
),
discounted AS (
    SELECT
        *,
        CAST(CASE WHEN o % 4 = 0 THEN round(quantity * unit_price * 0.10, 2) ELSE 0 END AS DECIMAL(10, 2))
            AS discount
    FROM priced
)
SELECT
    n,
    printf('SO%08d', o),
    2 - n % 2,
    day + to_seconds(28800 + draw('time', o, 46800)),
    date_key(day),
    month_key(day),
    1 + draw('customer', o, getvariable('customers')),
    product_key(p, v),
    1 + draw('store', o, getvariable('stores')),
    CASE WHEN o % 20 = 7 THEN 'App' ELSE ['Store', 'Web', 'App', 'Marketplace'][1 + draw('channel', o, 4)] END,
    CASE WHEN o % 4 = 0 THEN ['SPRING', 'LOYAL', 'CLEAR'][1 + draw('promotion', o, 3)] END,
    quantity,
    unit_price,
    discount,
    round(quantity * unit_price - discount, 2),
    round((quantity * unit_price - discount) * 0.20, 2)
FROM discounted;

CREATE TABLE Sales.FactReturns (
    ReturnKey BIGINT PRIMARY KEY,
    SalesKey BIGINT NOT NULL REFERENCES Sales.FactSales (SalesKey),
    DateKey INTEGER NOT NULL REFERENCES Sales.DimDate (DateKey),
    MonthKey INTEGER NOT NULL,
    StoreKey INTEGER NOT NULL REFERENCES Sales.DimStore (StoreKey),
    Channel VARCHAR NOT NULL,
    Reason VARCHAR,
    RefundAmount DECIMAL(12, 2) NOT NULL,
    RestockingFee DECIMAL(10, 2) NOT NULL,
    HandledAt TIMESTAMP_S NOT NULL
);
INSERT INTO Sales.FactReturns
WITH picked AS (
    SELECT r, 1 + (r - 1) * getvariable('rows') // getvariable('sale_returns') AS sales_key
    FROM range(1, getvariable('sale_returns') + 1) AS numbers(r)
),
dated AS (
    SELECT
        r, sales_key, StoreKey, SalesAmount,
        CAST(OrderDate AS DATE) + 3 + draw('return', r, 20) AS day
    FROM picked JOIN Sales.FactSales ON SalesKey = sales_key
)
SELECT
    r, sales_key, date_key(day), month_key(day), StoreKey,
    ['Store', 'Web', 'App', 'Marketplace'][1 + r % 4],
    CASE WHEN r % 6 <> 1 THEN ['broken', 'too late', 'wrong size'][1 + draw('reason', r, 3)] END,
    SalesAmount,
    (2000 + draw('fee', r, 500)) * 0.01,
    CAST(day + to_seconds(draw('handled', r, 86400)) AS TIMESTAMP_S)
FROM dated
ORDER BY r;

CREATE TABLE Sales.FactInventoryDaily (
    SnapshotDate DATE NOT NULL,
    DateKey INTEGER NOT NULL REFERENCES Sales.DimDate (DateKey),
    ProductKey INTEGER NOT NULL REFERENCES Sales.DimProduct (ProductKey),
    StoreKey INTEGER NOT NULL REFERENCES Sales.DimStore (StoreKey),
    OnHand INTEGER NOT NULL,
    Reserved INTEGER,
    StockValue DECIMAL(14, 2) NOT NULL,
    PRIMARY KEY (SnapshotDate, ProductKey, StoreKey)
);
INSERT INTO Sales.FactInventoryDaily
WITH days AS (
    SELECT
        d, p, s,
        DATE '2024-09-01' + CAST(d AS INTEGER) AS day,
        draw('on hand', (d * 1000 + p) * 1000 + s, 200) + 1 AS on_hand
    FROM range(122) AS days(d), range(1, getvariable('stocked_products') + 1) AS products(p), range(1, 7) AS stores(s)
)
SELECT
    day, date_key(day), product_key(p, versions(p)), s, on_hand,
    CASE WHEN s % 2 = 1 THEN draw('reserved', (d * 1000 + p) * 1000 + s, 20) END,
    on_hand * price(p, versions(p))
FROM days
ORDER BY d, p, s;

-- Only products with two versions are shipped, of which a migration has more to break than of others.
CREATE TABLE Sales.FactShipments (
    ShipmentKey BIGINT PRIMARY KEY,
    CarrierKey INTEGER NOT NULL REFERENCES Sales.DimCarrier (CarrierKey),
    ProductCode VARCHAR NOT NULL,
    PackedBy INTEGER NOT NULL,
    Status VARCHAR NOT NULL,
    ShippedOn DATE NOT NULL,
    LoadedOn DATE NOT NULL,
    Parcels SMALLINT NOT NULL,
    ParcelWeight DECIMAL(10, 3) NOT NULL,
    FreightAmount DECIMAL(10, 2) NOT NULL,
    InsuranceAmount DECIMAL(10, 2) NOT NULL
);
INSERT INTO Sales.FactShipments
WITH shipped AS (
    SELECT
        n,
        1 + n % 6 AS carrier,
        CASE WHEN n % 40 = 1 THEN 13 ELSE 1 + 3 * draw('shipped', n, getvariable('products') // 3) END AS p,
        DATE '2023-01-01' + CAST((n - 1) * 731 // getvariable('shipments') AS INTEGER) AS day,
        CAST((500 + draw('freight', n, 2000)) * 0.01 AS DECIMAL(10, 2)) AS freight
    FROM range(1, getvariable('shipments') + 1) AS numbers(n)
)
SELECT
    n,
    carrier,
    printf('P-%05d', p),
    CASE WHEN n % 25 = 3 THEN -1 ELSE 1 + n % getvariable('employees') END,
    CASE n % 10 WHEN 0 THEN 'on its way' WHEN 1 THEN 'sent back' ELSE 'delivered' END,
    day,
    day + CASE WHEN n % 97 = 5 THEN 30 ELSE draw('loaded', n, 4) END,
    1 + draw('parcels', n, 4),
    1 + draw('kilograms', n, 20) + (1 + draw('grams', n, 999)) * 0.001,
    freight,
    round(freight * carrier * 0.01, 2)
FROM shipped;

-- Visitors, counted at the door from nine to seven.
CREATE TABLE Sales.FactFootfall (
    StoreKey INTEGER NOT NULL,
    CountedAt TIMESTAMP_S NOT NULL,
    Visitors INTEGER NOT NULL,
    PRIMARY KEY (StoreKey, CountedAt)
);
INSERT INTO Sales.FactFootfall
SELECT
    CAST(s AS INTEGER),
    CAST(DATE '2024-09-01' + CAST(d AS INTEGER) + to_hours(hour) AS TIMESTAMP_S),
    40 + CAST(hour AS INTEGER) + draw('visitors', (s * 1000 + d) * 100 + hour, 20)
FROM range(1, 5) AS stores(s), range(91) AS days(d), range(9, 19) AS hours(hour)
ORDER BY s, d, hour;
