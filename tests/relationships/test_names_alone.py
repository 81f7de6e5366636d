"""What is found by names, types and keys alone, in the styles of many shops and languages."""

import pytest
from tests.relationships.schemas import schema

from ombudsman.relationships.infer import infer_relationships

STYLES = {
    "every key is called id": """
        customers: id* int, name text
        orders: id* int, customer_id int -> customers, placed_at time, total dec
        order_lines: id* int, order_id int -> orders, product_id int -> products, quantity int
        products: id* int, name text, category_id int -> product_categories, supplier_id? int -> suppliers
        product_categories: id* int, parent_id? int -> product_categories, name text
        suppliers: id* int, name text, id_number text
    """,
    "capitals written together": """
        CUSTOMER: CUSTOMERID* int, NAME text
        SALESORDER: SALESORDERID* int, CUSTOMERID int -> CUSTOMER, BILLTOCUSTOMERID int -> CUSTOMER
        PRODUCT: PRODUCTID* int, PRICE dec
        SALESORDERLINE: SALESORDERID* int -> SALESORDER, LINENO* int, PRODUCTID int -> PRODUCT, PAID int
    """,
    "a warehouse with roles": """
        DimDate: DateKey* int, CalendarDate date, MonthNumber int
        DimCustomer: CustomerKey* int, CustomerAlternateKey text, GeographyKey int -> DimGeography
        DimGeography: GeographyKey* int, City text
        DimEmployee: EmployeeKey* int, ParentEmployeeKey? int -> DimEmployee, Title text
        FactSales: OrderNumber* text, LineNumber* int, OrderDateKey int -> DimDate
        FactSales+: ShipDateKey int -> DimDate, BillToCustomerKey int -> DimCustomer
        FactSales+: ShipToCustomerKey int -> DimCustomer, Amount dec
    """,
    "subtypes that share a key": """
        Party: PartyID* int, CreatedAt time
        PartyDetail: PartyID* int -> Party, Notes long
        Address: AddressID* int, PartyID int -> Party, City text
    """,
    "people in many roles": """
        People: PersonID* int, FullName text
        Orders: OrderID* int, SalespersonPersonID int -> People, PickedByPersonID? int -> People
        Orders+: LastEditedBy int -> People, BackorderOrderID? int -> Orders, OrderDate date
        Tasks: TaskID* int, AssigneeID int -> People, PredecessorID? int -> Tasks
    """,
    "German": """
        Kunden: KundenNr* int, Nachname text
        Aufträge: AuftragsNr* int, KundenNr int -> Kunden, RechnungsKundenNr int -> Kunden, Datum date
        Mitarbeiter: MitarbeiterID* int, VorgesetzterID? int -> Mitarbeiter, Name text
        Auftragspositionen: AuftragsNr* int -> Aufträge, Position* int, ArtikelNr int -> Artikel, Menge int
        Artikel: ArtikelNr* int, Preis dec
    """,
    "Turkish": """
        Müşteriler: MüşteriID* int, Adı text
        Siparişler: SiparişID* int, MüşteriID int -> Müşteriler, ÜrünKodu code -> Ürünler, Tutar dec
        Ürünler: ÜrünKodu* code, Fiyat dec
        Çalışanlar: ÇalışanID* int, YöneticiID? int -> Çalışanlar
    """,
    "Chinese": """
        客户: 客户编号* int, 姓名 text
        订单: 订单编号* int, 客户编号 int -> 客户, 金额 dec, 日期 date
        订单明细: 订单编号* int -> 订单, 行号* int, 产品编号 int -> 产品
        产品: 编号* int, 名称 text
    """,
    "letters before every column": """
        account: ac_id* int, ac_name text, ac_branch_id int -> branch
        branch: br_id* int, br_name text, br_region_cd code -> region
        region: rg_region_cd* code, rg_name text
        trans: tr_id* int, tr_acct_id int -> account, tr_dt date, tr_amt dec
    """,
    "words cut short": """
        Customer: CustomerId* int, Name text
        Department: DepartmentId* int, Name text
        Employee: EmployeeId* int, DeptId int -> Department, MgrEmpId? int -> Employee
        Invoice: InvoiceId* int, CustId int -> Customer, SalesEmpId int -> Employee
    """,
    "circles": """
        Team: TeamId* int, CaptainPlayerId? int -> Player
        Player: PlayerId* int, TeamId int -> Team
    """,
    "no keys declared": """
        Customer: CustomerID int, Name text
        Invoice: InvoiceID int, CustomerID int -> Customer, Total dec
        Log: Message long, At time
    """,
    "copies and histories are no parents": """
        Customer: CustomerId* int, Name text
        Customer_History: CustomerId* int -> Customer, Name text
        Customer_bak: CustomerId* int -> Customer, Name text
        Invoice: InvoiceId* int, CustomerId int -> Customer
    """,
    "two things that have their key's name in common": """
        hardware: item_id* int, weight dec
        software: item_id* int, licence text
    """,
    "numbers that are no references": """
        Orders: OrderId* int, UnitsOnOrder int, OrderCount int, DaysToOrder int, OrderTotal int
        Status: Id* int, Name text
        Machine: MachineId* int, RunningHours int, Size int, Version int, OrderStatusCount int
    """,
    "package types and the like": """
        PackageTypes: PackageTypeID* int, Name text
        Items: ItemID* int, UnitPackageID int -> PackageTypes, OuterPackageID int -> PackageTypes
    """,
    "nothing": "",
}


@pytest.mark.parametrize("style", STYLES)
def test_each_reference_is_found_and_no_other(style: str):
    catalogue, links = schema(STYLES[style])
    found = {(r.table.name, r.columns, r.referred.name) for r in infer_relationships(catalogue)}
    assert found == links
