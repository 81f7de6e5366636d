"""Sales.DimCustomer: who buys."""

from ombudsman.cli.demo.defect import Defect, Expectation, Sighting
from ombudsman.model.result import Kind

DEFECTS: tuple[Defect, ...] = (
    Defect(
        id="customers_phone_lost",
        title="Some customers lost their phone number.",
        table="Sales.DimCustomer",
        columns=("Phone",),
        kind=Kind.NULL_COUNT_DIFFERS,
        how="UPDATE SALES.DIM_CUSTOMER SET PHONE = NULL WHERE CUSTOMER_KEY % 11 = 0",
        sightings=(Sighting("customers_nulls", Kind.NULL_COUNT_DIFFERS),),
    ),
    Defect(
        id="customers_empty_for_null",
        title="Customers without a middle name have an empty one.",
        table="Sales.DimCustomer",
        columns=("MiddleName",),
        kind=Kind.NULL_COUNT_DIFFERS,
        how="UPDATE SALES.DIM_CUSTOMER SET MIDDLE_NAME = '' WHERE MIDDLE_NAME IS NULL",
        sightings=(Sighting("customers_nulls", Kind.NULL_COUNT_DIFFERS),),
    ),
    Defect(
        id="customers_email_cut",
        title="E-mail addresses were cut after 16 characters.",
        table="Sales.DimCustomer",
        columns=("Email",),
        kind=Kind.RULE_VIOLATED,
        how="UPDATE SALES.DIM_CUSTOMER SET EMAIL = left(EMAIL, 16)",
        sightings=(Sighting("customers_email", Kind.RULE_VIOLATED),),
    ),
    Defect(
        id="customers_code_twice",
        title="Some customers carry the code of another.",
        table="Sales.DimCustomer",
        columns=("CustomerCode",),
        kind=Kind.KEY_DUPLICATED,
        how="""
            UPDATE SALES.DIM_CUSTOMER SET CUSTOMER_CODE = printf('C%07d', CUSTOMER_KEY - 1)
            WHERE CUSTOMER_KEY % 50 = 0
        """,
        sightings=(Sighting("customers_code", Kind.KEY_DUPLICATED),),
    ),
    Defect(
        id="customers_postal_code_as_number",
        title="Postal codes went through a number: leading zeros are gone.",
        table="Sales.DimCustomer",
        columns=("PostalCode",),
        kind=Kind.RULE_VIOLATED,
        how="UPDATE SALES.DIM_CUSTOMER SET POSTAL_CODE = ltrim(POSTAL_CODE, '0') WHERE POSTAL_CODE LIKE '0%'",
        sightings=(Sighting("customers_postal_code", Kind.RULE_VIOLATED),),
    ),
    Defect(
        id="customers_credit_in_rappen",
        title="Swiss credit limits are a hundred times too high: francs were read as rappen.",
        table="Sales.DimCustomer",
        columns=("CreditLimit",),
        kind=Kind.AGGREGATE_DIFFERS,
        how="UPDATE SALES.DIM_CUSTOMER SET CREDIT_LIMIT = CREDIT_LIMIT * 100 WHERE COUNTRY_CODE = 'CH'",
        sightings=(Sighting("customers_credit_by_country", Kind.AGGREGATE_DIFFERS),),
    ),
    Defect(
        id="customers_reactivated",
        title="Customers who had left are active again.",
        table="Sales.DimCustomer",
        columns=("IsActive",),
        kind=Kind.COUNT_DIFFERS,
        how="UPDATE SALES.DIM_CUSTOMER SET IS_ACTIVE = TRUE WHERE NOT IS_ACTIVE",
        sightings=(Sighting("customers_active", Kind.COUNT_DIFFERS),),
    ),
    Defect(
        id="customers_time_zone",
        title="Local times were taken for UTC: customers joined one or two hours too early.",
        table="Sales.DimCustomer",
        columns=("CreatedAt",),
        kind=Kind.AGGREGATE_DIFFERS,
        how="""
            UPDATE SALES.DIM_CUSTOMER
            SET CREATED_AT = CREATED_AT - to_hours(CASE WHEN month(CREATED_AT) BETWEEN 4 AND 10 THEN 2 ELSE 1 END)
        """,
        sightings=(Sighting("customers_created", Kind.AGGREGATE_DIFFERS),),
    ),
    Defect(
        id="customers_points_narrowed",
        title="Loyalty points no longer fit beyond 32,767.",
        table="Sales.DimCustomer",
        columns=("LoyaltyPoints",),
        kind=Kind.TYPE_NARROWER,
        how="ALTER TABLE SALES.DIM_CUSTOMER ALTER COLUMN LOYALTY_POINTS TYPE SMALLINT",
        sightings=(Sighting("customers_types", Kind.TYPE_NARROWER),),
    ),
    # The figures of a table do not show these: only who compares row by row sees them.
    Defect(
        id="customers_city_upper_case",
        title="French cities are written in capitals.",
        table="Sales.DimCustomer",
        columns=("City",),
        kind=Kind.VALUE_DIFFERS,
        how="UPDATE SALES.DIM_CUSTOMER SET CITY = upper(CITY) WHERE COUNTRY_CODE = 'FR'",
        sightings=(Sighting("customers_rows", Kind.VALUE_DIFFERS),),
    ),
    Defect(
        id="customers_street_trailing_blank",
        title="Streets end in a blank.",
        table="Sales.DimCustomer",
        columns=("Street",),
        kind=Kind.VALUE_DIFFERS,
        how="UPDATE SALES.DIM_CUSTOMER SET STREET = STREET || ' ' WHERE CUSTOMER_KEY % 4 = 0",
        sightings=(Sighting("customers_rows", Kind.VALUE_DIFFERS),),
    ),
    Defect(
        id="customers_mojibake",
        title="UTF-8 was read as Latin-1: Müller is called MÃ¼ller.",
        table="Sales.DimCustomer",
        columns=("LastName",),
        kind=Kind.VALUE_DIFFERS,
        how="UPDATE SALES.DIM_CUSTOMER SET LAST_NAME = 'MÃ¼ller' WHERE LAST_NAME = 'Müller'",
        sightings=(Sighting("customers_rows", Kind.VALUE_DIFFERS),),
    ),
    Defect(
        id="customers_names_swapped",
        title="Some customers' first and last names changed places.",
        table="Sales.DimCustomer",
        columns=("FirstName", "LastName"),
        kind=Kind.VALUE_DIFFERS,
        how="""
            UPDATE SALES.DIM_CUSTOMER SET FIRST_NAME = LAST_NAME, LAST_NAME = FIRST_NAME
            WHERE CUSTOMER_KEY % 36 = 9
        """,
        sightings=(Sighting("customers_rows", Kind.VALUE_DIFFERS),),
    ),
    Defect(
        id="customers_birthday_swapped",
        title="Day and month of birth changed places wherever both could be a month.",
        table="Sales.DimCustomer",
        columns=("BirthDate",),
        kind=Kind.VALUE_DIFFERS,
        how="""
            UPDATE SALES.DIM_CUSTOMER SET BIRTH_DATE = make_date(year(BIRTH_DATE), day(BIRTH_DATE), month(BIRTH_DATE))
            WHERE day(BIRTH_DATE) <= 12
        """,
        sightings=(Sighting("customers_rows", Kind.VALUE_DIFFERS),),
    ),
    Defect(
        id="customers_points_default_lost",
        title="New customers get no loyalty points instead of 0.",
        table="Sales.DimCustomer",
        columns=("LoyaltyPoints",),
        kind=Kind.DEFAULT_DIFFERS,
        how="ALTER TABLE SALES.DIM_CUSTOMER ALTER COLUMN LOYALTY_POINTS DROP DEFAULT",
        sightings=(Sighting("customers_nullability", Kind.DEFAULT_DIFFERS),),
    ),
)

EXPECTATIONS: tuple[Expectation, ...] = (
    Expectation(
        "customers_nulls",
        Kind.NULL_COUNT_DIFFERS,
        """
        SELECT 'Phone'
        WHERE (SELECT count(Phone) FROM source.Sales.DimCustomer) <> (SELECT count(PHONE) FROM SALES.DIM_CUSTOMER)
        UNION ALL
        SELECT 'MiddleName'
        WHERE (SELECT count(MiddleName) FROM source.Sales.DimCustomer)
            <> (SELECT count(MIDDLE_NAME) FROM SALES.DIM_CUSTOMER)
        """,
    ),
    Expectation(
        "customers_created",
        Kind.AGGREGATE_DIFFERS,
        """
        SELECT 'CreatedAt'
        WHERE (SELECT min(CreatedAt) FROM source.Sales.DimCustomer) <> (SELECT min(CREATED_AT) FROM SALES.DIM_CUSTOMER)
        UNION ALL
        SELECT 'CreatedAt'
        WHERE (SELECT max(CreatedAt) FROM source.Sales.DimCustomer) <> (SELECT max(CREATED_AT) FROM SALES.DIM_CUSTOMER)
        """,
    ),
    Expectation(
        "customers_email",
        Kind.RULE_VIOLATED,
        "SELECT CUSTOMER_KEY FROM SALES.DIM_CUSTOMER WHERE NOT regexp_full_match(EMAIL, '.*@example\\....')",
    ),
    Expectation(
        "customers_code",
        Kind.KEY_DUPLICATED,
        "SELECT CUSTOMER_CODE FROM SALES.DIM_CUSTOMER GROUP BY CUSTOMER_CODE HAVING count(*) > 1",
    ),
    Expectation(
        "customers_postal_code",
        Kind.RULE_VIOLATED,
        "SELECT CUSTOMER_KEY FROM SALES.DIM_CUSTOMER WHERE length(POSTAL_CODE) < 5",
    ),
    Expectation(
        "customers_credit_by_country",
        Kind.AGGREGATE_DIFFERS,
        """
        WITH was AS (
            SELECT CountryCode AS country, sum(CreditLimit) AS total FROM source.Sales.DimCustomer GROUP BY ALL
        ),
        became AS (SELECT COUNTRY_CODE AS country, sum(CREDIT_LIMIT) AS total FROM SALES.DIM_CUSTOMER GROUP BY ALL)
        SELECT country FROM was FULL JOIN became USING (country) WHERE was.total IS DISTINCT FROM became.total
        """,
    ),
    Expectation(
        "customers_active",
        Kind.COUNT_DIFFERS,
        """
        SELECT 'the whole table'
        WHERE (SELECT count(*) FROM source.Sales.DimCustomer WHERE IsActive)
            <> (SELECT count(*) FROM SALES.DIM_CUSTOMER WHERE IS_ACTIVE)
        """,
    ),
    Expectation(
        "customers_types",
        Kind.TYPE_NARROWER,
        """
        SELECT 'LoyaltyPoints' FROM duckdb_columns()
        WHERE table_name = 'DIM_CUSTOMER' AND column_name = 'LOYALTY_POINTS' AND data_type = 'SMALLINT'
        """,
    ),
    Expectation(
        "customers_rows",
        Kind.VALUE_DIFFERS,
        """
        SELECT was.CustomerKey
        FROM source.Sales.DimCustomer AS was JOIN SALES.DIM_CUSTOMER AS became ON became.CUSTOMER_KEY = was.CustomerKey
        WHERE (was.City, was.Street, was.LastName, was.FirstName, was.BirthDate)
            IS DISTINCT FROM (became.CITY, became.STREET, became.LAST_NAME, became.FIRST_NAME, became.BIRTH_DATE)
        """,
    ),
    Expectation(
        "customers_nullability",
        Kind.DEFAULT_DIFFERS,
        """
        SELECT 'LoyaltyPoints' FROM duckdb_columns()
        WHERE table_name = 'DIM_CUSTOMER' AND column_name = 'LOYALTY_POINTS' AND column_default IS NULL
            AND database_name <> 'source'
        """,
    ),
)
