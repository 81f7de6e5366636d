"""What differs between the demo's two databases and is right all the same: no step may report it.

The mapping file says so where it was agreed; the rest does not matter to the data. `check` is SQL over the target, with
the source attached as `source`: it is true when the difference is really there.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Harmless:
    """A difference that must not be reported; `table` is the source's name."""

    id: str
    title: str
    table: str
    check: str


HARMLESS: tuple[Harmless, ...] = (
    Harmless(
        id="names_by_convention",
        title="PascalCase names became UPPER_SNAKE names.",
        table="Sales.DimCustomer",
        check="""
            SELECT count(DISTINCT column_name) = 2 FROM duckdb_columns()
            WHERE column_name IN ('CustomerCode', 'CUSTOMER_CODE')
        """,
    ),
    Harmless(
        id="integers_widened",
        title="INTEGER keys became BIGINT.",
        table="Sales.DimDate",
        check="""
            SELECT (SELECT typeof(any_value(DateKey)) FROM source.Sales.DimDate) = 'INTEGER'
                AND (SELECT typeof(any_value(DATE_KEY)) FROM SALES.DIM_DATE) = 'BIGINT'
        """,
    ),
    Harmless(
        id="decimals_widened",
        title="DECIMAL(10,2) became DECIMAL(18,2).",
        table="Sales.FactSales",
        check="""
            SELECT (SELECT typeof(any_value(UnitPrice)) FROM source.Sales.FactSales) = 'DECIMAL(10,2)'
                AND (SELECT typeof(any_value(UNIT_PRICE)) FROM SALES.FACT_SALES) = 'DECIMAL(18,2)'
        """,
    ),
    Harmless(
        id="timestamps_widened",
        title="TIMESTAMP_S became TIMESTAMP.",
        table="Sales.FactReturns",
        check="""
            SELECT (SELECT typeof(any_value(HandledAt)) FROM source.Sales.FactReturns) = 'TIMESTAMP_S'
                AND (SELECT typeof(any_value(HANDLED_AT)) FROM SALES.FACT_RETURNS) = 'TIMESTAMP'
        """,
    ),
    Harmless(
        id="floats_widened",
        title="FLOAT weights became DOUBLE, with the same values.",
        table="Sales.DimProduct",
        check="""
            SELECT bool_and(typeof(WeightKg) = 'FLOAT' AND typeof(WEIGHT_KG) = 'DOUBLE' AND WeightKg = WEIGHT_KG)
            FROM source.Sales.DimProduct JOIN SALES.DIM_PRODUCT ON PRODUCT_KEY = ProductKey
        """,
    ),
    Harmless(
        id="columns_in_other_order",
        title="The customer's columns stand in another order.",
        table="Sales.DimCustomer",
        check="""
            SELECT list(column_name ORDER BY database_name, column_index)
                = ['FirstName', 'Email', 'EMAIL', 'FIRST_NAME']
            FROM duckdb_columns() WHERE table_name IN ('DimCustomer', 'DIM_CUSTOMER')
                AND column_name IN ('FirstName', 'Email', 'FIRST_NAME', 'EMAIL')
        """,
    ),
    Harmless(
        id="rows_in_other_order",
        title="Customers are stored in another order.",
        table="Sales.DimCustomer",
        check="""
            SELECT (SELECT CustomerKey FROM source.Sales.DimCustomer LIMIT 1)
                <> (SELECT CUSTOMER_KEY FROM SALES.DIM_CUSTOMER LIMIT 1)
        """,
    ),
    Harmless(
        id="load_time_added",
        title="Every target table says when it was loaded; the mapping excludes the column.",
        table="Sales.DimDate",
        check="SELECT count(LOAD_TS) = count(*) FROM SALES.DIM_DATE",
    ),
    Harmless(
        id="password_left_behind",
        title="Password hashes were left behind on purpose; the mapping excludes the column.",
        table="Sales.DimCustomer",
        check="""
            SELECT list(column_name) = ['PasswordHash'] FROM duckdb_columns()
            WHERE column_name IN ('PasswordHash', 'PASSWORD_HASH')
        """,
    ),
    Harmless(
        id="training_till_left_behind",
        title="The training till was not migrated; the mapping leaves its row out.",
        table="Sales.DimStore",
        check="""
            SELECT (SELECT count(*) = 1 FROM source.Sales.DimStore WHERE StoreCode = 'TEST')
                AND (SELECT count(*) = 0 FROM SALES.DIM_STORE WHERE STORE_CODE = 'TEST')
        """,
    ),
    Harmless(
        id="gender_codes_spelt_out",
        title="M and F became Male and Female, by an agreed code table.",
        table="Sales.DimCustomer",
        check="""
            SELECT bool_and(GENDER IS NOT DISTINCT FROM CASE Gender_ WHEN 'M' THEN 'Male' WHEN 'F' THEN 'Female' END)
                AND count(DISTINCT GENDER) = 2
            FROM (SELECT CustomerKey, Gender AS Gender_ FROM source.Sales.DimCustomer)
            JOIN SALES.DIM_CUSTOMER ON CUSTOMER_KEY = CustomerKey
        """,
    ),
    Harmless(
        id="padding_trimmed",
        title="Country codes lost the blanks of their CHAR(3), by agreement.",
        table="Sales.DimStore",
        check="""
            SELECT bool_and(length(CountryCode) = 3 AND COUNTRY_CODE = rtrim(CountryCode, ' '))
            FROM source.Sales.DimStore JOIN SALES.DIM_STORE ON STORE_KEY = StoreKey
        """,
    ),
    Harmless(
        id="regions_in_capitals",
        title="Regions are written in capitals, by agreement.",
        table="Sales.DimStore",
        check="""
            SELECT bool_and(REGION = upper(Region_) AND REGION <> Region_)
            FROM (SELECT StoreKey, Region AS Region_ FROM source.Sales.DimStore)
            JOIN SALES.DIM_STORE ON STORE_KEY = StoreKey
        """,
    ),
    Harmless(
        id="empty_email_to_null",
        title="Empty e-mail addresses of stores became NULL, by agreement.",
        table="Sales.DimStore",
        check="""
            SELECT bool_and(EMAIL IS NOT DISTINCT FROM nullif(Email_, '')) AND count(*) > count(EMAIL)
            FROM (SELECT StoreKey, Email AS Email_ FROM source.Sales.DimStore)
            JOIN SALES.DIM_STORE ON STORE_KEY = StoreKey
        """,
    ),
    Harmless(
        id="orphans_on_both_sides",
        title="Some home stores were pulled down long ago: their customers were orphans before the migration.",
        table="Sales.DimCustomer",
        check="""
            SELECT (SELECT count(*) FROM source.Sales.DimCustomer WHERE HomeStoreKey >= 9900) > 0
                AND (SELECT count(*) FROM source.Sales.DimCustomer WHERE HomeStoreKey >= 9900)
                = (SELECT count(*) FROM SALES.DIM_CUSTOMER WHERE HOME_STORE_KEY >= 9900)
        """,
    ),
    Harmless(
        id="gap_on_both_sides",
        title="Nothing was sold in two weeks of August 2023, on either side: the chain was being refitted.",
        table="Sales.FactSales",
        check="""
            SELECT (SELECT count(*) FROM source.Sales.FactSales WHERE DateKey BETWEEN 20230807 AND 20230820)
                + (SELECT count(*) FROM SALES.FACT_SALES WHERE DATE_KEY BETWEEN 20230807 AND 20230820) = 0
        """,
    ),
    Harmless(
        id="renamed_beyond_the_convention",
        title="ParcelWeight is called WEIGHT_IN_KG; the mapping says so.",
        table="Sales.FactShipments",
        check="""
            SELECT list(column_name) = ['WEIGHT_IN_KG'] FROM duckdb_columns()
            WHERE table_name = 'FACT_SHIPMENTS' AND column_name LIKE '%WEIGHT%'
        """,
    ),
    Harmless(
        id="decimals_with_more_digits",
        title="Weights have six digits behind the point instead of three: 1.250 became 1.250000.",
        table="Sales.FactShipments",
        check="""
            SELECT bool_and(typeof(ParcelWeight) = 'DECIMAL(10,3)' AND typeof(WEIGHT_IN_KG) = 'DECIMAL(18,6)')
                AND bool_and(ParcelWeight = WEIGHT_IN_KG) FILTER (CarrierKey <> 2)
            FROM source.Sales.FactShipments JOIN SALES.FACT_SHIPMENTS ON SHIPMENT_KEY = ShipmentKey
        """,
    ),
    Harmless(
        id="surrogate_keys_given_anew",
        title="Employees have other surrogate keys, and what refers to them followed.",
        table="Sales.DimEmployee",
        check="""
            SELECT bool_and(EMPLOYEE_KEY <> EmployeeKey)
            FROM source.Sales.DimEmployee JOIN SALES.DIM_EMPLOYEE ON EMPLOYEE_CODE = EmployeeCode
            WHERE EmployeeCode LIKE 'E%'
        """,
    ),
    Harmless(
        id="names_joined",
        title="First and last name became one column, by agreement.",
        table="Sales.DimEmployee",
        check="""
            SELECT bool_and(FULL_NAME = FirstName || ' ' || LastName)
            FROM source.Sales.DimEmployee JOIN SALES.DIM_EMPLOYEE ON EMPLOYEE_CODE = EmployeeCode
        """,
    ),
    Harmless(
        id="time_of_day_dropped",
        title="Of the moment of hiring the day was kept, by agreement.",
        table="Sales.DimEmployee",
        check="""
            SELECT bool_and(HIRED_ON = CAST(HiredAt AS DATE)) AND NOT bool_and(HIRED_ON = HiredAt)
            FROM source.Sales.DimEmployee JOIN SALES.DIM_EMPLOYEE ON EMPLOYEE_CODE = EmployeeCode
        """,
    ),
    Harmless(
        id="far_out_on_both_sides",
        title="The director earns far more than all others, on both sides.",
        table="Sales.DimEmployee",
        check="""
            SELECT (SELECT max(MonthlySalary) > 3 * median(MonthlySalary) FROM source.Sales.DimEmployee)
                AND (SELECT MONTHLY_SALARY = 25000 FROM SALES.DIM_EMPLOYEE WHERE JOB_TITLE = 'Director')
        """,
    ),
    Harmless(
        id="odd_phone_on_both_sides",
        title="Somebody's phone number is the words 'at the gate', on both sides.",
        table="Sales.DimEmployee",
        check="""
            SELECT (SELECT count(*) = 1 FROM source.Sales.DimEmployee AS s WHERE s.Phone = 'at the gate')
                AND (SELECT count(*) = 1 FROM SALES.DIM_EMPLOYEE WHERE PHONE = 'at the gate')
        """,
    ),
    Harmless(
        id="late_on_both_sides",
        title="Some shipments were loaded a month late, long before the migration.",
        table="Sales.FactShipments",
        check="""
            SELECT count(*) > 0 FROM source.Sales.FactShipments JOIN SALES.FACT_SHIPMENTS ON SHIPMENT_KEY = ShipmentKey
            WHERE LoadedOn = ShippedOn + 30 AND LOADED_ON = LoadedOn AND SHIPPED_ON = ShippedOn
        """,
    ),
    Harmless(
        id="nights_without_visitors",
        title="Nobody is counted at night, on either side: hours without rows are not missing.",
        table="Sales.FactFootfall",
        check="""
            SELECT (SELECT count(*) FROM source.Sales.FactFootfall WHERE hour(CountedAt) NOT BETWEEN 9 AND 18)
                + (SELECT count(*) FROM SALES.FACT_FOOTFALL WHERE hour(COUNTED_AT) < 8) = 0
        """,
    ),
    Harmless(
        id="hours_in_other_order",
        title="Hours of all stores lie one after the other, where the source has store after store.",
        table="Sales.FactFootfall",
        check="""
            SELECT (SELECT list(StoreKey) = [1, 1] FROM (FROM source.Sales.FactFootfall LIMIT 2))
                AND (SELECT list(STORE_KEY) = [1, 2] FROM (FROM SALES.FACT_FOOTFALL LIMIT 2))
        """,
    ),
)
