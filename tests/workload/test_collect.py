# ruff: noqa: E501 - a case stands on one line, as a person reads it
"""What a statement uses is told in the catalogue's names, through common table expressions, subqueries and aliases."""

import pytest
from tests.mapping.catalogues import catalogue, table

from ombudsman.workload.collect import facts_of
from ombudsman.workload.facts import Facts
from ombudsman.workload.known_tables import KnownTables
from ombudsman.workload.statements import read_statements

KNOWN = KnownTables(
    catalogue(
        table("dbo.Orders", "OrderID", "CustomerID", "Amount", "OrderDate", "Region"),
        table("dbo.Customers", "CustomerID", "Name", "Region", "ParentID"),
        table("dbo.Lines", "OrderID", "LineNo", "Qty", "Price"),
        table("archive.Orders", "OrderID", "Amount"),
        table("stage.Load", "BatchID", "Amount"),
        default="dbo",
    ).model_copy(update={"database": "Sales"})
)


def facts(text: str, **more: str) -> Facts:
    (statement,) = read_statements(text).all
    assert statement.tree is not None
    return facts_of(statement.tree, KNOWN, **more)


def joins(text: str) -> set[str]:
    return {
        f"{j.table}({','.join(j.columns)})={j.other_table}({','.join(j.other_columns)})"
        for j in facts(text).joins
    }


def filters(text: str) -> set[str]:
    return {f"{f.column.table}.{f.column.column} {f.operator}" for f in facts(text).filters}


def summaries(text: str) -> set[str]:
    told = set()
    for s in facts(text).summaries:
        of = ",".join(f"{c.table}.{c.column}" for c in s.aggregate.columns) or "*"
        by = ", ".join(f"{g.part} {g.column.table}.{g.column.column}".strip() for g in s.groups)
        told.add(f"{s.aggregate.function}({of})" + (f" by {by}" if by else ""))
    return told


TABLES = {
    "SELECT 1 FROM Orders": {"dbo.Orders"},
    "SELECT 1 FROM [ORDERS] o": {"dbo.Orders"},
    "SELECT 1 FROM archive.orders": {"archive.Orders"},
    "SELECT 1 FROM Load": {"stage.Load"},
    "SELECT 1 FROM Sales.dbo.Orders": {"dbo.Orders"},
    "SELECT 1 FROM Sales..Orders": {"dbo.Orders"},
    "SELECT 1 FROM #t JOIN @v v ON 1 = 1 JOIN Orders ON 1 = 1": {"dbo.Orders"},
    "WITH Orders AS (SELECT 1 a FROM Customers) SELECT a FROM Orders": {"dbo.Customers"},
    "SELECT 1 FROM STRING_SPLIT('a', ',') s, Lines": {"dbo.Lines"},
    "IF EXISTS (SELECT 1 FROM Lines WHERE Qty = 1) SELECT 1": {"dbo.Lines"},
}  # fmt: skip


@pytest.mark.parametrize("text", TABLES)
def test_tables_are_those_of_the_catalogue(text: str):
    statement = read_statements(text).all[0]
    assert statement.tree is not None
    found = facts_of(statement.tree, KNOWN)
    assert {str(ref) for ref in found.tables} == TABLES[text]
    assert found.foreign == frozenset()


def test_the_default_schema_of_who_asked_comes_first():
    assert {str(r) for r in facts("SELECT 1 FROM Orders", default_schema="archive").tables} == {
        "archive.Orders"
    }


@pytest.mark.parametrize(
    "text", ["SELECT 1 FROM Nowhere", "SELECT 1 FROM srv.db.dbo.Orders", "SELECT 1 FROM x.Orders"]
)
def test_a_table_that_the_catalogue_lacks_is_told_as_it_was_written(text: str):
    assert facts(text).tables == frozenset()
    assert facts(text).foreign == {text.rpartition(" ")[2]}


JOINS = {
    "SELECT 1 FROM Orders o JOIN Customers c ON c.CustomerID = o.CustomerID":
        {"dbo.Customers(CustomerID)=dbo.Orders(CustomerID)"},
    "SELECT 1 FROM Orders o, Customers c WHERE o.CUSTOMERID = c.customerid AND o.Amount > 5":
        {"dbo.Customers(CustomerID)=dbo.Orders(CustomerID)"},
    "SELECT 1 FROM Orders o JOIN Customers c ON c.CustomerID = o.CustomerID AND c.Region = o.Region":
        {"dbo.Customers(CustomerID,Region)=dbo.Orders(CustomerID,Region)"},
    "WITH x AS (SELECT CustomerID AS cid FROM Orders), y AS (SELECT cid AS z FROM x)"
    " SELECT 1 FROM y JOIN Customers c ON c.CustomerID = y.z":
        {"dbo.Customers(CustomerID)=dbo.Orders(CustomerID)"},
    "SELECT 1 FROM (SELECT OrderID k FROM Orders) q (n) JOIN Lines ON Lines.OrderID = q.n":
        {"dbo.Lines(OrderID)=dbo.Orders(OrderID)"},
    "SELECT Name FROM Customers WHERE CustomerID IN (SELECT CustomerID FROM Orders)":
        {"dbo.Customers(CustomerID)=dbo.Orders(CustomerID)"},
    "SELECT Name FROM Customers c WHERE EXISTS (SELECT 1 FROM Orders o WHERE o.CustomerID = c.CustomerID)":
        {"dbo.Customers(CustomerID)=dbo.Orders(CustomerID)"},
    "SELECT c.Name FROM Customers c JOIN Customers p ON p.CustomerID = c.ParentID":
        {"dbo.Customers(ParentID)=dbo.Customers(CustomerID)"},
    "UPDATE o SET Amount = 1 FROM Orders o JOIN Customers c ON c.CustomerID = o.CustomerID":
        {"dbo.Customers(CustomerID)=dbo.Orders(CustomerID)"},
    "MERGE Orders t USING Lines s ON t.OrderID = s.OrderID WHEN MATCHED THEN UPDATE SET Amount = s.Qty;":
        {"dbo.Lines(OrderID)=dbo.Orders(OrderID)"},
    "SELECT 1 FROM Orders o JOIN Lines l ON l.OrderID = o.OrderID OR l.Qty = o.Amount": set(),
    "SELECT 1 FROM Orders o JOIN Lines l ON NOT l.OrderID = o.OrderID": set(),
    "SELECT 1 FROM Orders o JOIN Lines l ON l.OrderID = o.OrderID + 1": set(),
    "SELECT 1 FROM Orders WHERE OrderID = CustomerID": set(),
    "SELECT 1 FROM Orders o JOIN #t t ON t.OrderID = o.OrderID": set(),
}  # fmt: skip


@pytest.mark.parametrize("text", JOINS)
def test_joins_are_told_by_their_base_columns(text: str):
    told = {frozenset(each.split("=")) for each in joins(text)}
    assert told == {frozenset(each.split("=")) for each in JOINS[text]}


FILTERS = {
    "SELECT 1 FROM Orders WHERE Amount > @p AND Region LIKE 'a%' AND OrderDate BETWEEN 1 AND 2 AND CustomerID IN (1, 2)":
        {"dbo.Orders.Amount >", "dbo.Orders.Region LIKE", "dbo.Orders.OrderDate BETWEEN", "dbo.Orders.CustomerID IN"},
    "SELECT 1 FROM Orders WHERE 5 = Amount": {"dbo.Orders.Amount ="},
    "SELECT 1 FROM Orders WHERE YEAR(OrderDate) = 2024": {"dbo.Orders.OrderDate ="},
    "SELECT 1 FROM Orders WHERE Region IS NULL": {"dbo.Orders.Region IS NULL"},
    "SELECT 1 FROM Orders WHERE Amount = 1 OR Region = 'x'": set(),
    "SELECT Region FROM Orders GROUP BY Region HAVING SUM(Amount) > 5": set(),
    "WITH x AS (SELECT Amount a FROM Orders) SELECT a FROM x WHERE a < 5": {"dbo.Orders.Amount <"},
    "DELETE FROM Lines WHERE Qty <> 0": {"dbo.Lines.Qty <>"},
}  # fmt: skip


@pytest.mark.parametrize("text", FILTERS)
def test_filters_are_what_must_hold(text: str):
    assert filters(text) == FILTERS[text]


SUMMARIES = {
    "SELECT Region, SUM(Amount), COUNT(*) FROM Orders GROUP BY Region":
        {"SUM(dbo.Orders.Amount) by dbo.Orders.Region", "COUNT(*) by dbo.Orders.Region"},
    "SELECT YEAR(OrderDate), AVG(Amount) FROM Orders GROUP BY YEAR(OrderDate)":
        {"AVG(dbo.Orders.Amount) by YEAR dbo.Orders.OrderDate"},
    "SELECT COUNT(DISTINCT CustomerID) FROM Orders": {"COUNT DISTINCT(dbo.Orders.CustomerID)"},
    "SELECT c.Region, SUM(l.Qty * l.Price) FROM Lines l JOIN Orders o ON o.OrderID = l.OrderID"
    " JOIN Customers c ON c.CustomerID = o.CustomerID GROUP BY c.Region":
        {"SUM(dbo.Lines.Price,dbo.Lines.Qty) by dbo.Customers.Region"},
    "WITH x AS (SELECT YEAR(OrderDate) y, SUM(Amount) s FROM Orders GROUP BY YEAR(OrderDate)) SELECT y, SUM(s) FROM x GROUP BY y":
        {"SUM(dbo.Orders.Amount) by YEAR dbo.Orders.OrderDate"},
    "SELECT SUM(ISNULL(Amount, 0)) FROM Orders": {"SUM(dbo.Orders.Amount)"},
    "SELECT SUM(Amount) OVER (PARTITION BY Region) FROM Orders": set(),
    "SELECT SUM(SUM(Amount)) OVER (ORDER BY Region) FROM Orders GROUP BY Region":
        {"SUM(dbo.Orders.Amount) by dbo.Orders.Region"},
    "SELECT Region FROM Orders GROUP BY Region": set(),
}  # fmt: skip


@pytest.mark.parametrize("text", SUMMARIES)
def test_aggregates_are_told_with_what_they_are_grouped_by(text: str):
    assert summaries(text) == SUMMARIES[text]


COLUMNS = {
    "SELECT o.Amount FROM Orders o WHERE o.Region = 'x' ORDER BY o.OrderDate": {"Amount", "Region", "OrderDate"},
    "SELECT * FROM Lines": {"OrderID", "LineNo", "Qty", "Price"},
    "SELECT COUNT(*) FROM Lines": set(),
    "SELECT q.a FROM (SELECT Amount a, Region b FROM Orders) q": {"Amount", "Region"},
    "UPDATE Orders SET Amount = Amount + 1 WHERE OrderID = 5": {"Amount", "OrderID"},
    "INSERT INTO #t SELECT Qty FROM Lines": {"Qty"},
    "MERGE Orders t USING Lines s ON t.OrderID = s.OrderID WHEN NOT MATCHED THEN INSERT (OrderID, Amount) VALUES (s.OrderID, s.Price);":
        {"OrderID", "Price"},
    "SELECT dbo.Orders.Amount FROM dbo.Orders": {"Amount"},
}  # fmt: skip


@pytest.mark.parametrize("text", COLUMNS)
def test_columns_are_found_wherever_they_stand(text: str):
    assert {use.column for use in facts(text).columns} == COLUMNS[text]
    assert facts(text).unresolved == 0


WRITTEN = {
    "INSERT INTO Orders (Amount) SELECT Amount FROM stage.Load": ({"dbo.Orders"}, {"dbo.Orders", "stage.Load"}),
    "UPDATE o SET Amount = 1 FROM Orders o": ({"dbo.Orders"}, {"dbo.Orders"}),
    "DELETE l FROM Lines l JOIN Orders o ON o.OrderID = l.OrderID": ({"dbo.Lines"}, {"dbo.Lines", "dbo.Orders"}),
    "SELECT Amount INTO #x FROM Orders": (set(), {"dbo.Orders"}),
    "INSERT INTO Orders EXEC p": ({"dbo.Orders"}, {"dbo.Orders"}),
    "SELECT 1 FROM Orders": (set(), {"dbo.Orders"}),
}  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_what_is_written_is_told_apart(text: str):
    written, tables = WRITTEN[text]
    assert {str(ref) for ref in facts(text).written} == written
    assert {str(ref) for ref in facts(text).tables} == tables


def test_a_column_of_two_possible_tables_is_counted_as_unresolved():
    (statement,) = read_statements("SELECT Region FROM Nowhere n JOIN Elsewhere e ON e.a = n.a").all
    assert statement.tree is not None
    assert facts_of(statement.tree, KNOWN).unresolved >= 1


def test_without_a_catalogue_the_names_of_the_statement_must_do():
    (statement,) = read_statements("SELECT o.A, SUM(o.B) FROM Sales.Orders o GROUP BY o.A").all
    assert statement.tree is not None
    found = facts_of(statement.tree, KnownTables(None))
    assert {str(ref) for ref in found.tables} == {"sales.orders"}
    assert {use.column for use in found.columns} == {"a", "b"}
