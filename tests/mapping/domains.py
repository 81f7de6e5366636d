# ruff: noqa: E501 - a table of the catalogues stands on one line
"""Source catalogues for the rename suite: those that the shared data describes, and some of our own trades."""

import datetime as dt
import hashlib
import json
import random
from functools import cache
from pathlib import Path
from typing import Any

from ombudsman.model import types as t
from ombudsman.model.profile import SKETCH_SIZE, ColumnProfile
from ombudsman.model.tables import Catalogue, Column, ColumnRef, ForeignKey, Key, Table, TableRef
from ombudsman.model.types import DataType
from ombudsman.sql.native_types import read_type

META = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "meta"

_TYPES: dict[str, DataType] = {
    "i": t.Integer(bits=32),
    "l": t.Integer(bits=64),
    "s": t.Text(length=50),
    "S": t.Text(length=200),
    "T": t.Text(),
    "c": t.Text(length=3, fixed=True),
    "d": t.Date(),
    "t": t.Timestamp(precision=3),
    "m": t.Decimal(precision=19, scale=4),
    "n": t.Decimal(precision=9, scale=2),
    "f": t.Float(),
    "b": t.Boolean(),
    "g": t.Uuid(),
    "x": t.Binary(),
}

DOMAINS = {
    "hospital": """
        Patients: PatientID:i* FirstName:s LastName:s BirthDate:d Gender:c BloodType:c Street:S City:s PostalCode:s Phone:s Email:S InsuranceNumber:s RegisteredOn:t
        Doctors: DoctorID:i* FirstName:s LastName:s SpecialtyID:i>Specialties LicenseNumber:s HireDate:d Phone:s Salary:m
        Specialties: SpecialtyID:i* SpecialtyName:s Description:T
        Wards: WardID:i* WardName:s Floor:i BedCount:i HeadDoctorID:i>Doctors
        Rooms: RoomID:i* WardID:i>Wards RoomNumber:s IsPrivate:b DailyRate:m
        Admissions: AdmissionID:l* PatientID:i>Patients RoomID:i>Rooms AdmittedAt:t DischargedAt:t Diagnosis:S AttendingDoctorID:i>Doctors Status:c
        Treatments: TreatmentID:l* AdmissionID:l>Admissions DoctorID:i>Doctors TreatmentDate:t ProcedureCode:s Cost:m Notes:T
        Medications: MedicationID:i* MedicationName:s Manufacturer:s UnitPrice:m StockLevel:i ExpiryDate:d
        Prescriptions: PrescriptionID:l* TreatmentID:l>Treatments MedicationID:i>Medications Dosage:s Quantity:i StartDate:d EndDate:d
        Appointments: AppointmentID:l* PatientID:i>Patients DoctorID:i>Doctors ScheduledAt:t DurationMinutes:i Reason:S Cancelled:b
        LabTests: LabTestID:l* PatientID:i>Patients TestType:s RequestedAt:t ResultValue:f ResultUnit:s ReferenceLow:f ReferenceHigh:f
        Invoices: InvoiceID:l* AdmissionID:l>Admissions InvoiceDate:d TotalAmount:m TaxAmount:m PaidAmount:m DueDate:d
    """,
    "bank": """
        Customers: CustomerNumber:l* Title:c FirstName:s LastName:s BirthDate:d Nationality:c MobilePhone:s EmailAddress:S CreditScore:i Segment:c BranchCode:s>Branches
        Branches: BranchCode:s* BranchName:s Street:S City:s Country:c OpenedDate:d ManagerName:s
        AccountTypes: AccountTypeID:i* TypeName:s InterestRate:n MonthlyFee:m
        Accounts: AccountID:l* CustomerNumber:l>Customers AccountTypeID:i>AccountTypes IBAN:s Currency:c OpeningDate:d ClosingDate:d CurrentBalance:m OverdraftLimit:m IsActive:b
        Transactions: TransactionID:l* AccountID:l>Accounts TransactionTime:t ValueDate:d Amount:m TransactionType:c CounterpartyName:S CounterpartyAccount:s Reference:S
        Loans: LoanID:l* CustomerNumber:l>Customers PrincipalAmount:m InterestRate:n StartDate:d MaturityDate:d OutstandingAmount:m LoanStatus:c CollateralValue:m
        LoanPayments: LoanPaymentID:l* LoanID:l>Loans DueDate:d PaymentDate:d PrincipalPart:m InterestPart:m PenaltyAmount:m
        Cards: CardID:l* AccountID:l>Accounts CardNumberHash:S CardType:c IssuedDate:d ExpiryDate:d CreditLimit:m Blocked:b
        ExchangeRates: RateDate:d* FromCurrency:c* ToCurrency:c* Rate:f
        Employees: EmployeeID:i* FullName:S JobTitle:s BranchCode:s>Branches HireDate:d Salary:m ManagerID:i>Employees
    """,
    "logistics": """
        Carriers: CarrierID:i* CarrierName:s Country:c ContactEmail:S Rating:n
        Vehicles: VehicleID:i* CarrierID:i>Carriers PlateNumber:s VehicleType:c CapacityKg:n PurchaseDate:d Mileage:l
        Drivers: DriverID:i* CarrierID:i>Carriers FirstName:s LastName:s LicenseClass:c LicenseExpiry:d Phone:s
        Warehouses: WarehouseID:i* WarehouseName:s AddressLine1:S AddressLine2:S City:s Region:s PostalCode:s Latitude:f Longitude:f
        Routes: RouteID:i* OriginWarehouseID:i>Warehouses DestinationWarehouseID:i>Warehouses DistanceKm:n EstimatedHours:n
        Shipments: ShipmentID:l* RouteID:i>Routes VehicleID:i>Vehicles DriverID:i>Drivers DepartureTime:t ArrivalTime:t TotalWeight:n FreightCost:m ShipmentStatus:c
        Packages: PackageID:l* ShipmentID:l>Shipments TrackingNumber:s Weight:n Height:n Width:n Length:n DeclaredValue:m Fragile:b
        TrackingEvents: EventID:l* PackageID:l>Packages EventTime:t EventType:c WarehouseID:i>Warehouses Remarks:S
        Stock: WarehouseID:i* ProductCode:s* QuantityOnHand:i ReorderPoint:i LastCountDate:d
        DamageClaims: ClaimID:l* PackageID:l>Packages ClaimDate:d ClaimAmount:m Description:T Resolution:c PaidDate:d
    """,
    "university": """
        Students: StudentID:i* FirstName:s LastName:s BirthDate:d EnrollmentYear:i MajorID:i>Majors Email:S HomeAddress:S Phone:s Gpa:n
        Majors: MajorID:i* MajorName:s DepartmentID:i>Departments RequiredCredits:i
        Departments: DepartmentID:i* DepartmentName:s Building:s Budget:m HeadTeacherID:i
        Teachers: TeacherID:i* FirstName:s LastName:s AcademicTitle:s DepartmentID:i>Departments HireDate:d OfficeRoom:s Salary:m
        Courses: CourseID:i* CourseCode:s CourseTitle:S Credits:i DepartmentID:i>Departments Level:c
        Semesters: SemesterID:i* SemesterName:s StartDate:d EndDate:d IsCurrent:b
        Classes: ClassID:i* CourseID:i>Courses SemesterID:i>Semesters TeacherID:i>Teachers RoomNumber:s MaxStudents:i
        Enrollments: StudentID:i*>Students ClassID:i*>Classes EnrolledOn:d Grade:c Withdrawn:b
        Exams: ExamID:i* ClassID:i>Classes ExamDate:t DurationMinutes:i MaxPoints:n
        ExamResults: ExamID:i*>Exams StudentID:i*>Students Points:n GradedOn:d Comments:S
        TuitionFees: FeeID:l* StudentID:i>Students SemesterID:i>Semesters Amount:m DueDate:d PaidDate:d
    """,
    "telecom": """
        Subscribers: SubscriberID:l* AccountNumber:s FullName:S BirthDate:d City:s ContractStart:d ContractEnd:d PlanID:i>Plans Status:c
        Plans: PlanID:i* PlanName:s MonthlyPrice:m DataLimitGb:n FreeMinutes:i IsUnlimited:b
        Devices: DeviceID:l* SubscriberID:l>Subscribers Model:s SerialNumber:s ActivatedOn:d OperatingSystem:s
        CallRecords: CallID:l* SubscriberID:l>Subscribers CalledNumber:s StartTime:t DurationSeconds:i Charge:m CellTowerID:i>CellTowers
        DataUsage: SubscriberID:l*>Subscribers UsageDate:d* UploadedMb:n DownloadedMb:n
        CellTowers: CellTowerID:i* SiteName:s Latitude:f Longitude:f Technology:c HeightMeters:n
        Bills: BillID:l* SubscriberID:l>Subscribers BillingPeriodStart:d BillingPeriodEnd:d NetAmount:m TaxAmount:m GrossAmount:m PaidOn:d
        SupportTickets: TicketID:l* SubscriberID:l>Subscribers OpenedAt:t ClosedAt:t Category:c Priority:i AgentName:s Summary:S
        Countries: CountryCode:c* CountryName:s RoamingZone:i
        TicketCategories: CategoryID:i* Name:s
        TicketPriorities: PriorityID:i* Name:s
        DeviceStates: StateID:i* Name:s
    """,
    "insurance": """
        Policyholders: PolicyholderID:l* FirstName:s LastName:s BirthDate:d MaritalStatus:c Occupation:s AnnualIncome:m Street:S PostalCode:s City:s StateCode:c
        Products: ProductID:i* ProductName:s LineOfBusiness:s BasePremium:m ValidFrom:d ValidTo:d
        Policies: PolicyID:l* PolicyNumber:s PolicyholderID:l>Policyholders ProductID:i>Products AgentID:i>Agents EffectiveDate:d ExpirationDate:d PremiumAmount:m DeductibleAmount:m SumInsured:m PolicyStatus:c
        Agents: AgentID:i* AgentName:S AgencyName:S CommissionRate:n HireDate:d RegionCode:c
        Coverages: CoverageID:l* PolicyID:l>Policies CoverageType:s LimitAmount:m Premium:m
        Claims: ClaimID:l* PolicyID:l>Policies LossDate:d ReportedDate:d ClaimType:c ClaimStatus:c ReserveAmount:m PaidAmount:m AdjusterName:s
        ClaimPayments: PaymentID:l* ClaimID:l>Claims PaymentDate:d PaymentAmount:m PayeeName:S CheckNumber:s
        Vehicles: VehicleID:l* PolicyID:l>Policies Make:s Model:s ModelYear:i VehicleNumber:s EngineSize:n
        Premiums: PremiumID:l* PolicyID:l>Policies DueDate:d DueAmount:m PaidDate:d PaidAmount:m
    """,
}


@cache
def domain(name: str) -> Catalogue:
    """One of our own catalogues, or one that the shared data describes."""
    return _own(DOMAINS[name]) if name in DOMAINS else meta(name)


def _own(text: str) -> Catalogue:
    tables = []
    lines = [line.strip().partition(": ") for line in text.strip().splitlines()]
    keys = {
        name: tuple(c.split(":")[0] for c in rest.split() if "*" in c) for name, _, rest in lines
    }
    for name, _, rest in lines:
        columns, foreign = [], []
        for told in rest.split():
            column, _, kind = told.partition(":")
            kind, _, parent = kind.partition(">")
            columns.append(
                Column(
                    name=column,
                    native_type=_TYPES[kind[0]].kind,
                    data_type=_TYPES[kind[0]],
                    nullable="*" not in kind,
                )
            )
            if parent and len(keys[parent]) == 1:
                ref = TableRef(schema="dbo", name=parent)
                foreign.append(
                    ForeignKey(columns=(column,), table=ref, referred_columns=keys[parent])
                )
        tables.append(
            Table(
                ref=TableRef(schema="dbo", name=name),
                columns=tuple(columns),
                primary_key=Key(kind="primary", columns=keys[name]) if keys[name] else None,
                foreign_keys=tuple(foreign),
            )
        )
    return _catalogue(tables)


def meta(name: str) -> Catalogue:
    """What the shared data says of a database; FileNotFoundError where it does not lie."""
    told = json.loads((META / f"{name}.json").read_text("utf-8"))
    engine = (
        "postgresql" if name.endswith("_pg") else "sqlite" if name.endswith("_sqlite") else "mssql"
    )
    return _catalogue([_table(each, engine) for each in told.values()])


def _table(told: dict[str, Any], engine: str) -> Table:
    schema = told.get("schema")
    columns = []
    for each in told["columns"]:
        native = each["type"] + (f"({each['args']})" if each.get("args") else "")
        columns.append(
            Column(
                name=each["name"],
                native_type=native,
                data_type=read_type(engine, native),
                nullable=each["nullable"],
            )
        )
    return Table(
        ref=TableRef(schema=schema, name=told["name"]),
        columns=tuple(columns),
        primary_key=Key(kind="primary", columns=tuple(told["pk"])) if told["pk"] else None,
        foreign_keys=tuple(
            ForeignKey(
                columns=tuple(key["columns"]),
                table=TableRef(schema=schema, name=key["ref_table"]),
                referred_columns=tuple(key["ref_columns"]),
            )
            for key in told["fks"]
            if key["ref_table"] in {"", key["ref_table"]}
        ),
    )


def _catalogue(tables: list[Table]) -> Catalogue:
    return Catalogue(
        connection="source",
        engine="mssql",
        default_schema="dbo",
        taken_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        tables=tuple(tables),
    )


# ------------------------------------------------------------ values


@cache
def hashed(text: str) -> int:
    """The hash of a value's text, as all engines make it."""
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[-15:], 16)


def made_profiles(catalogue: Catalogue, seed: int) -> dict[ColumnRef, ColumnProfile]:
    """Profiles of values that might stand in such tables: keys count from 1, references are some of them."""
    draw = random.Random(f"profiles/{seed}")  # noqa: S311 - the same profiles each time
    rows = {table.ref: draw.choice((4, 12, 60, 300, 900)) for table in catalogue.tables}
    return {
        ColumnRef(table.ref, column.name): _profile(table, column, rows, draw)
        for table in catalogue.tables
        for column in table.columns
    }


def _profile(
    table: Table, column: Column, rows: dict[TableRef, int], draw: random.Random
) -> ColumnProfile:
    count = rows[table.ref]
    key = set(table.primary_key.columns) if table.primary_key else set()
    parent = next((k.table for k in table.foreign_keys if column.name in k.columns), None)
    kind = column.data_type
    numbers: list[float] = []
    if column.name in key and parent is None and isinstance(kind, t.Integer):
        numbers = [float(n + 1) for n in range(count)]
    elif parent is not None and parent in rows:
        numbers = [float(1 + draw.randrange(rows[parent])) for _ in range(count)]
    elif isinstance(kind, t.Boolean):
        numbers = [float(draw.randrange(2)) for _ in range(count)]
    elif isinstance(kind, t.Integer | t.Decimal | t.Float):
        top, start = draw.choice((5, 50, 2_000, 100_000)), draw.choice((0, 0, 1000))
        numbers = [float(start + draw.randrange(top)) for _ in range(count)]
    elif isinstance(kind, t.Date | t.Timestamp):
        first = draw.randrange(10_000, 18_000)
        numbers = [float(first + draw.randrange(1_500)) for _ in range(count)]
    nulls = round(count * draw.choice((0, 0, 0, 0.1, 0.6))) if column.nullable else 0
    if numbers:
        values = numbers[: count - nulls]
        sketch = sorted({hashed(f"{v:.0f}") for v in values})[:SKETCH_SIZE]
        return ColumnProfile(
            rows=count, nulls=nulls, sketch=tuple(sketch), quantiles=_quantiles(values)
        )
    few = draw.random() < 0.3
    stem = f"{table.ref.name}/{column.name}" if not few else draw.choice(("a", "b", "c"))
    most = draw.choice((3, 8)) if few else count
    texts = [f"{stem}{draw.randrange(max(1, most))}" for _ in range(count - nulls)]
    return ColumnProfile(
        rows=count,
        nulls=nulls,
        sketch=tuple(sorted({hashed(each) for each in texts})[:SKETCH_SIZE]),
        mean_length=round(draw.uniform(2, 40), 1),
    )


def _quantiles(values: list[float]) -> tuple[float, ...]:
    told = sorted(values)
    return tuple(told[round(q * (len(told) - 1) / 6)] for q in range(7)) if told else ()
