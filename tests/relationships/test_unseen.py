"""Made-up catalogues in fifteen styles: how much is found by names and types alone, and what meanings are told right.

Floors for each round, and a case for every fault that they showed.
"""

import pytest
from tests.relationships.labelled import misses
from tests.relationships.unseen import ROUNDS, known, read, tally

from ombudsman.relationships.infer import infer_relationships
from ombudsman.relationships.meaning import classify_columns

FLOORS = (
    (1.0, 0.97, 0.97),
    (1.0, 1.0, 0.97),
    (1.0, 0.99, 0.98),
    (1.0, 1.0, 0.98),
    (1.0, 1.0, 0.98),
)
"""Precision and recall of references, and the share of meanings, of each round."""


@pytest.mark.parametrize(("names", "floors"), list(zip(ROUNDS, FLOORS, strict=True)))
def test_no_round_falls_below_its_floor(names: tuple[str, ...], floors: tuple[float, float, float]):
    found = tally(names)
    assert found.precision >= floors[0], found.wrong
    assert found.recall >= floors[1], found.missed
    assert found.meaning >= floors[2]


@pytest.mark.parametrize("name", [name for names in ROUNDS for name in names])
def test_the_catalogues_know_what_they_refer_to(name: str):
    told = known(name)
    tables = {table.ref.name: table for table in told.catalogue.tables}
    for table, columns, referred in told.links | told.undeclared:
        assert referred in tables
        assert set(columns) <= set(tables[table].column_names)
    assert len(told.labels) == sum(len(table.columns) for table in tables.values())


CASES = {
    "what a table is of two that share a key: an employee is a person, and a seller an employee": """
        Party: PartyID* int i
        Person: PartyID* int -> Party, Name text40 a
        Employee: PartyID* int -> Person, HiredOn date d
        SalesPerson: PartyID* int -> Employee, Bonus dec m
        Shop: PartyID* int -> Party, Name text40 a
    """,
    "a login and an e-mail are a person's, and no company's": """
        Party: PartyID* int i
        Person: PartyID* int -> Party, Name text40 a
        Login: PartyID* int -> Person, Hash text40 a
        EmailAddress: EmailAddressID* int i, PartyID int -> Person, Address text90 a
    """,
    "of tables that share a key the only one in the child's schema": """
        base.Party: PartyID* int i
        base.Person: PartyID* int -> Party, Name text40 a
        hr.Employee: PartyID* int -> Person, HiredOn date d
        hr.Application: ApplicationID* int i, PartyID? int -> Employee, Letter long t
    """,
    "a table whose name goes on with the owner's refers to the owner": """
        Party: PartyID* int i
        Employee: PartyID* int -> Party, HiredOn date d
        PartyContact: PartyID* int -> Party, ContactKindID* int -> ContactKind
        ContactKind: ContactKindID* int i, Name text40 a
    """,
    "what a product is to another": """
        Product: ProductID* int i, Name text40 a
        Recipe: RecipeID* int i, ComponentID int -> Product, ProductAssemblyID? int -> Product
    """,
    "a word of two tables' names chooses none of them": """
        make.WorkOrder: WorkOrderID* int i, DueOn date d
        sell.SalesOrderHeader: SalesOrderID* int i, DueOn date d
        make.Movement: MovementID* int i, ReferenceOrderID int c, Quantity int m
    """,
    "who owns a thing is at work here": """
        Person: PersonID* int i, Name text40 a
        Employee: EmployeeID* int i, HiredOn date d
        Paper: PaperID* int i, Owner int -> Employee
    """,
    "two references are no stock level": """
        Product: ProductID* int i
        Place: PlaceID* int i
        ProductStock: ProductID* int -> Product, PlaceID* int -> Place, Quantity int m
        Step: StepID* int i, ProductID int -> Product, PlaceID int -> Place
    """,
    "two references are an enrolment": """
        Student: StudentID* int i
        Section: SectionID* int i
        Enrollment: StudentID* int -> Student, SectionID* int -> Section
        Presence: No* int i, StudentID int ~> Student, SectionID int ~> Section, StudentID+SectionID -> Enrollment
    """,
    "nothing refers to a bridge": """
        account: account_key* int i
        customer: customer_key* int i
        bridge_account_customer: account_key* int -> account, customer_key* int -> customer, share dec m
        fact_booking: booking_key* int i, account_key int -> account, customer_key int -> customer
    """,
    "a tenant in every key, and the rest is called id": """
        tenants: id* int i, name text40 a
        users: tenant_id* int -> tenants, id* int i, name text40 a
        firms: tenant_id* int -> tenants, id* int i, parent_id? int f, tenant_id+parent_id -> firms
        deals: tenant_id* int -> tenants, id* int i, firm_id int f, tenant_id+firm_id -> firms
        deals+: main_user_id int f, tenant_id+main_user_id -> users
    """,
    "a company in every key, and only what follows has a role": """
        Client: CompanyNo* int i, ClientNo* int i, Name text40 a
        Site: CompanyNo* int i, SiteNo* int i, Name text40 a
        Sale: CompanyNo* int i, SaleNo* int i, PayingClientNo int f, CompanyNo+PayingClientNo -> Client
    """,
    "an id of several tables is none of one": """
        users: id* uuid i, name text40 a
        tags: id* uuid i, name text40 a
        taggings: id* uuid i, tag_id uuid -> tags, taggable_type text40 c, taggable_id uuid c, tagger_id uuid -> users
    """,
    "a type of its own beside a reference is no matter": """
        orders: id* int i, total dec m
        parcels: id* int i, order_id int -> orders, order_type text9 c
    """,
    "people are where passwords are": """
        accounts: id* int i, email text90 a, password_hash text90 a, referred_by_id? int -> accounts
        posts: id* int i, author_id int -> accounts, body long t
    """,
    "people by name come before logins": """
        employees: id* int i, name text40 a
        customers: id* int i, email text90 a, password_hash text90 a
        orders: id* int i, customer_id int -> customers, approver_id int -> employees
    """,
    "German writes a role and a table as one word": """
        Anschrift: AnschriftID* int i, Ort text40 a
        Vertrag: VertragsNr* int i, VorvertragsNr? int -> Vertrag
        Kunde: KundenNr* int i, HauptanschriftID int -> Anschrift
    """,
    "of two facts with the same key the one whose name goes on": """
        FactWebSales: OrderNo* text20 i, LineNo* int i, Amount dec m
        FactShopSales: OrderNo* text20 i, LineNo* int i, Amount dec m
        Reason: ReasonKey* int i, Name text40 a
        FactWebSalesReason: OrderNo* text20 f, LineNo* int f, OrderNo+LineNo -> FactWebSales, ReasonKey* int -> Reason
    """,
    "the least grade is no grade": """
        Grade: GradeID* int i, Name text40 a
        Course: CourseID* int i, MinGrade int a
    """,
    "a long text names no short code": """
        Title: TitleCode* text4 i, TitleName text40 a
        Client: ClientID* int i, Title text100 a
        Worker: WorkerID* int i, TitleCode text4 -> Title
    """,
}


@pytest.mark.parametrize("case", CASES)
def test_names_and_types_tell(case: str):
    told = read(CASES[case].replace("\n        deals+: ", ", "))
    found = {
        (r.table.name, r.columns, r.referred.name) for r in infer_relationships(told.catalogue)
    }
    assert found - told.undeclared == told.links


MEANT = {
    "audit, cut short": "Thing: No* int i, crt_dt time u, upd_usr text30 u, LastEditedWhen time u, create_date time u",
    "who brought a row here": """
        Users: UserID* int i, Name text40 a
        Paper: PaperID* int i, CreatedByUserID int u -> Users, OwnerUserID int f -> Users
    """,
    "the id of jobs is their own": "Jobs: job_id* int i, title text40 a",
    "a number that is called a date": "Thing: ThingID* int i, ORDT int d, INVDATE int d, WIDTH int m",
    "a number beside the key, and not of something else": """
        Thing: ThingID* int i, ThingyNbr text12 i, RoomNbr text8 a
        Room: RoomKey* int i, RoomNo text8 i
        Client: ClientKey* int i, PhoneNumber text20 a
        Box: BoxKey* int i, Barcode text20 a
    """,
    "a key of trade": "DimThing: ThingKey* int i, ThingAlternateKey text15 i, FullDateAlternateKey date d",
    "how many, and how deep": "Thing: ThingID* int i, Calls int m, Status int c, TreeLevel int a, StockLevel int m",
    "last year's sales are no year": "Thing: ThingID* int i, SalesLastYear dec m, FiscalYear int a",
    "a rating of credit is no credit": "Thing: ThingID* int i, CreditRating tiny c, TaxType tiny c, CreditLimit int m",
    "days are counted": "Thing: ThingID* int i, LeadDays int m, ContractMonths int m, DayNo int a",
    "a short description is a name": "Thing: ThingID* int i, kind_desc text60 a, full_desc text400 t, note text60 t",
    "a short reason is a code": "Thing: ThingID* int i, reason text40 c, lost_reason text200 t",
    "an id of several tables": "tags: id* uuid i, taggable_type text40 c, taggable_id uuid c, external_id uuid c",
    "the key of a history": "TransactionHistory: TransactionID* int i, Amount dec m",
    "the code of a state in an address": "Place: PlaceID* int i, city text40 a, st_cd text2 a, zip text9 a",
}


@pytest.mark.parametrize("case", MEANT)
def test_columns_mean_what_is_written_behind_them(case: str):
    told = read(MEANT[case])
    found = classify_columns(told.catalogue, infer_relationships(told.catalogue))
    assert list(misses(told.labels, found, told.catalogue)) == []


def stamped(tables: int, more: str = "") -> dict[str, str]:
    """The meaning of each column of so many tables that end alike, in words that nobody knows."""
    nouns = ("Apple", "Brook", "Cloud", "Ditch", "Eagle", "Flute", "Grain", "Hotel", "Inlet")
    lines = [
        f"{noun}: {noun}Id* int i, {noun}Shade text40 a, {more}ZZDT int d, ZZUS text9 a"
        for noun in nouns
    ]
    told = read("\n".join(lines[:tables]))
    return {ref.name: each.meaning.value for ref, each in classify_columns(told.catalogue).items()}


def test_what_ends_nearly_every_table_tells_how_the_row_came_here():
    found = stamped(9)
    assert (found["ZZDT"], found["ZZUS"]) == ("audit", "audit")
    assert found["AppleShade"] == "attribute", "the columns are not all there is"


def test_what_ends_a_few_tables_tells_nothing():
    assert stamped(7)["ZZUS"] == "attribute"


def test_a_flag_or_a_name_that_every_table_has_is_no_stamp():
    found = stamped(9, more="Name text40 a, Aktiv bool y, Status text9 c, ")
    assert (found["Name"], found["Aktiv"], found["Status"]) == ("attribute", "flag", "code")
