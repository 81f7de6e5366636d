"""Sales.DimEmployee: who works in the chain. A dimension without history, whose keys were given anew."""

from ombudsman.cli.demo.defect import Defect, Expectation, Sighting
from ombudsman.model.result import Kind

DEFECTS: tuple[Defect, ...] = (
    Defect(
        id="employees_lost",
        title="Employees whose code ends in 70 were not migrated.",
        table="Sales.DimEmployee",
        kind=Kind.ROW_MISSING_IN_TARGET,
        how="DELETE FROM SALES.DIM_EMPLOYEE WHERE EMPLOYEE_CODE LIKE 'E%70'",
        sightings=(
            Sighting("employees_codes", Kind.ROW_MISSING_IN_TARGET),
            Sighting("employees_attributes", Kind.ROW_MISSING_IN_TARGET),
            Sighting("shipments_packer", Kind.KEY_ORPHANED),
        ),
    ),
    Defect(
        id="employees_test_account",
        title="An account with which the migration was tried out was left behind.",
        table="Sales.DimEmployee",
        kind=Kind.ROW_MISSING_IN_SOURCE,
        how="""
            INSERT INTO SALES.DIM_EMPLOYEE
            VALUES (0, 'TRY', 'try', 'Seller', NULL, DATE '2025-01-31', 20.0, 2500.00, TIMESTAMP '2025-01-31 17:00:00')
        """,
        sightings=(
            Sighting("employees_codes", Kind.ROW_MISSING_IN_SOURCE),
            Sighting("employees_attributes", Kind.ROW_MISSING_IN_SOURCE),
        ),
    ),
    Defect(
        id="employees_key_twice",
        title="Some employees were given a key that another has already.",
        table="Sales.DimEmployee",
        columns=("EmployeeKey",),
        kind=Kind.KEY_DUPLICATED,
        how="UPDATE SALES.DIM_EMPLOYEE SET EMPLOYEE_KEY = EMPLOYEE_KEY + 1 WHERE EMPLOYEE_CODE LIKE 'E%10'",
        sightings=(
            Sighting("employees_keys", Kind.KEY_DUPLICATED),
            Sighting("shipments_packer", Kind.KEY_ORPHANED),
        ),
    ),
    Defect(
        id="employees_unknown_moved",
        title="The unknown employee was numbered anew like all others: it is no longer -1.",
        table="Sales.DimEmployee",
        columns=("EmployeeKey",),
        kind=Kind.KEY_DIFFERS,
        how="UPDATE SALES.DIM_EMPLOYEE SET EMPLOYEE_KEY = 1000001 WHERE EMPLOYEE_KEY = -1",
        sightings=(
            Sighting("employees_keys", Kind.KEY_DIFFERS),
            Sighting("shipments_packer", Kind.KEY_ORPHANED),
        ),
    ),
    Defect(
        id="employees_hours_cut",
        title="Half hours of the working week were cut off.",
        table="Sales.DimEmployee",
        columns=("HoursPerWeek",),
        kind=Kind.VALUE_DIFFERS,
        how="UPDATE SALES.DIM_EMPLOYEE SET HOURS_PER_WEEK = floor(HOURS_PER_WEEK)",
        sightings=(Sighting("employees_attributes", Kind.VALUE_DIFFERS),),
    ),
    Defect(
        id="employees_title_translated",
        title="Some cashiers were given a job title of another language.",
        table="Sales.DimEmployee",
        columns=("JobTitle",),
        kind=Kind.OUTSIDE_DOMAIN,
        how="""
            UPDATE SALES.DIM_EMPLOYEE SET JOB_TITLE = 'Kassier'
            WHERE JOB_TITLE = 'Cashier' AND EMPLOYEE_CODE LIKE 'E%5'
        """,
        sightings=(Sighting("employees_titles", Kind.OUTSIDE_DOMAIN),),
    ),
    Defect(
        id="employees_phone_plus_lost",
        title="Some phone numbers begin with two zeros instead of a plus.",
        table="Sales.DimEmployee",
        columns=("Phone",),
        kind=Kind.PATTERN_VIOLATED,
        how="UPDATE SALES.DIM_EMPLOYEE SET PHONE = replace(PHONE, '+', '00') WHERE EMPLOYEE_CODE LIKE 'E%3'",
        sightings=(Sighting("employees_phone", Kind.PATTERN_VIOLATED),),
    ),
    Defect(
        id="employees_salary_in_cents",
        title="Some salaries are in cents.",
        table="Sales.DimEmployee",
        columns=("MonthlySalary",),
        kind=Kind.OUTSIDE_RANGE,
        how="UPDATE SALES.DIM_EMPLOYEE SET MONTHLY_SALARY = MONTHLY_SALARY * 100 WHERE EMPLOYEE_CODE LIKE 'E%06'",
        sightings=(
            Sighting("employees_salary", Kind.OUTSIDE_RANGE),
            Sighting("employees_salary", Kind.AGGREGATE_DIFFERS),
        ),
    ),
)

EXPECTATIONS: tuple[Expectation, ...] = (
    Expectation(
        "employees_codes",
        Kind.ROW_MISSING_IN_TARGET,
        """
        SELECT EmployeeCode FROM source.Sales.DimEmployee
        ANTI JOIN SALES.DIM_EMPLOYEE ON EMPLOYEE_CODE = EmployeeCode
        """,
    ),
    Expectation(
        "employees_codes",
        Kind.ROW_MISSING_IN_SOURCE,
        """
        SELECT EMPLOYEE_CODE FROM SALES.DIM_EMPLOYEE
        ANTI JOIN source.Sales.DimEmployee ON EMPLOYEE_CODE = EmployeeCode
        """,
    ),
    Expectation(
        "employees_attributes",
        Kind.ROW_MISSING_IN_TARGET,
        """
        SELECT EmployeeCode FROM source.Sales.DimEmployee
        ANTI JOIN SALES.DIM_EMPLOYEE ON EMPLOYEE_CODE = EmployeeCode
        """,
    ),
    Expectation(
        "employees_attributes",
        Kind.ROW_MISSING_IN_SOURCE,
        """
        SELECT EMPLOYEE_CODE FROM SALES.DIM_EMPLOYEE
        ANTI JOIN source.Sales.DimEmployee ON EMPLOYEE_CODE = EmployeeCode
        """,
    ),
    Expectation(
        "employees_attributes",
        Kind.VALUE_DIFFERS,
        """
        SELECT EMPLOYEE_CODE
        FROM source.Sales.DimEmployee JOIN SALES.DIM_EMPLOYEE ON EMPLOYEE_CODE = EmployeeCode
        WHERE HOURS_PER_WEEK <> HoursPerWeek
        """,
    ),
    Expectation(
        "employees_keys",
        Kind.KEY_DUPLICATED,
        "SELECT EMPLOYEE_KEY FROM SALES.DIM_EMPLOYEE GROUP BY EMPLOYEE_KEY HAVING count(*) > 1",
    ),
    Expectation(
        "employees_keys",
        Kind.KEY_DIFFERS,
        "SELECT EMPLOYEE_CODE FROM SALES.DIM_EMPLOYEE WHERE EMPLOYEE_CODE = 'UNKNOWN' AND EMPLOYEE_KEY <> -1",
    ),
    Expectation(
        "employees_titles",
        Kind.OUTSIDE_DOMAIN,
        """
        SELECT DISTINCT JOB_TITLE FROM SALES.DIM_EMPLOYEE
        ANTI JOIN source.Sales.DimEmployee ON JobTitle = JOB_TITLE
        """,
    ),
    Expectation(
        "employees_phone",
        Kind.PATTERN_VIOLATED,
        "SELECT DISTINCT PHONE FROM SALES.DIM_EMPLOYEE WHERE PHONE NOT LIKE '+43 662 %' AND PHONE <> 'at the gate'",
    ),
    Expectation(
        "employees_salary",
        Kind.OUTSIDE_RANGE,
        "SELECT EMPLOYEE_CODE FROM SALES.DIM_EMPLOYEE WHERE MONTHLY_SALARY > 100000",
    ),
    Expectation(
        "employees_salary",
        Kind.AGGREGATE_DIFFERS,
        "SELECT 'MonthlySalary' WHERE EXISTS (FROM SALES.DIM_EMPLOYEE WHERE MONTHLY_SALARY > 100000)",
    ),
)
