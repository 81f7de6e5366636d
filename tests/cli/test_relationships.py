"""`ombudsman relationships infer`: a table for people, JSON and a diagram, and what a pipeline makes of them."""

import json

import pytest
from tests.cli.shop import CUSTOMER, Shop, make_shop

SIDES = ("--source", "old", "--target", "new")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return make_shop(tmp_path_factory.mktemp("shop"))


def test_what_was_never_declared_is_proposed_with_its_reasons(shop: Shop):
    told = shop.call("relationships", "infer", "old")
    assert (told.code, told.err) == (0, "")
    heading, line, last = told.out.splitlines()
    assert heading.split() == ["From", "To", "Confidence", "Rows", "Why"]
    assert line.startswith("Sales.Orders.CustomerId  Sales.Customers.CustomerId")
    assert "2 of 2 values are keys; these are all there are" in line
    assert last == (
        "2 tables: 0 declared, 1 inferred; a proposal for you to judge, nothing was changed"
    )
    assert CUSTOMER not in told.all


def test_names_alone_need_no_row(shop: Shop):
    told = shop.call("relationships", "infer", "new", "--names-only", "--schema", "SALES")
    assert told.code == 0
    assert "called like the key CUSTOMER_ID" in told.out
    assert "values" not in told.out


def test_json_and_a_diagram_are_written(shop: Shop):
    files = ("--json", "found.json", "--diagram", "found.mmd")
    assert shop.call("relationships", "infer", "old", *files).code == 0
    found = json.loads((shop.folder / "found.json").read_text("utf-8"))
    assert {each["table"]: each["role"] for each in found["tables"]} == {
        "Sales.Customers": "dimension",
        "Sales.Orders": "table",
    }
    columns = {(t["table"], c["name"]): c for t in found["tables"] for c in t["columns"]}
    assert {name: c["meaning"] for (_, name), c in columns.items()} == {
        "CustomerId": "foreign_key",
        "FullName": "attribute",
        "Born": "date",
        "Shape": "attribute",
        "OrderId": "identifier",
        "Amount": "measure",
        "OrderDate": "date",
    }
    assert columns[("Sales.Customers", "FullName")]["personal"] == "name"
    assert columns[("Sales.Orders", "Amount")]["additivity"] == "additive"
    (one,) = found["relationships"]
    assert (one["table"], one["columns"]) == ("Sales.Orders", ["CustomerId"])
    assert (one["referred"], one["referred_columns"]) == ("Sales.Customers", ["CustomerId"])
    assert (one["declared"], one["cardinality"], one["optional"]) == (False, "many_to_one", False)
    assert [each["clue"] for each in one["evidence"]] == ["name", "range", "coverage", "inclusion"]
    diagram = (shop.folder / "found.mmd").read_text("utf-8")
    assert diagram.startswith("erDiagram\n")
    assert 't1 }o..|| t0 : "CustomerId"' in diagram


VIA = """
CREATE SCHEMA dbo;
CREATE TABLE dbo.Carrier (CarrierId INTEGER PRIMARY KEY, Name VARCHAR);
CREATE TABLE dbo.Parcel (ParcelId INTEGER PRIMARY KEY, Via INTEGER, Frob INTEGER, Note VARCHAR);
INSERT INTO dbo.Carrier SELECT i, 'c' || i FROM range(20) AS r(i);
INSERT INTO dbo.Parcel SELECT i, i % 20, i * 7, NULL FROM range(500) AS r(i);
"""
READS = """query_sql_text,executions
SELECT c.Name FROM Parcel p JOIN Carrier c ON p.Via = c.CarrierId,3412
"SELECT Via, SUM(Frob), SUM(Via) FROM Parcel GROUP BY Via",50
SELECT FROM,1
"""


@pytest.mark.parametrize("option", [(), ("--names-only",)])
def test_what_queries_join_and_add_up_is_evidence(
    tmp_path_factory: pytest.TempPathFactory, option: tuple[str, ...]
):
    shop = make_shop(tmp_path_factory.mktemp("via"), source=VIA, target=VIA)
    shop.write("reads.csv", READS)
    infer = ("relationships", "infer", "old", "--json", "found.json", *option)
    assert shop.call(*infer).out.splitlines()[-1].startswith("2 tables: 0 declared, 0 inferred")
    told = shop.call(*infer, "--workload", "reads.csv")
    assert (told.code, told.err) == (0, "")
    assert "queries join them so, 3,412 times" in told.out
    found = json.loads((shop.folder / "found.json").read_text("utf-8"))
    (one,) = found["relationships"]
    assert (one["columns"], one["referred"], one["confidence"] > 0.8) == (
        ["Via"],
        "dbo.Carrier",
        True,
    )
    columns = {c["name"]: c for t in found["tables"] for c in t["columns"]}
    assert (columns["Via"]["meaning"], columns["Frob"]["meaning"]) == ("foreign_key", "measure")
    assert columns["Frob"]["why"] == "queries add it up"


def test_a_pipeline_takes_the_same_evidence_from_its_workload(
    tmp_path_factory: pytest.TempPathFactory,
):
    shop = make_shop(tmp_path_factory.mktemp("via"), source=VIA, target=VIA)
    shop.write("reads.csv", READS)
    shop.call("mapping", "suggest", "old", "new", "--out", "mapping.yaml")
    generate = ("pipeline", "generate", "--mapping", "mapping.yaml", *SIDES)
    assert "Via in dbo.Carrier" not in shop.call(*generate).out
    told = shop.call(*generate, "--workload", "reads.csv")
    assert (told.code, told.err) == (0, "")
    assert "not declared, but inferred: Via in dbo.Carrier (queries join the two" in told.out
    assert "SUM(Frob) by Via" in told.out
    assert "SUM(Via)" not in told.out, "what refers is not added up"


def test_a_pipeline_is_generated_from_what_was_found_and_edited(shop: Shop):
    shop.call("relationships", "infer", "old", "--json", "found.json")
    shop.call("mapping", "suggest", "old", "new", "--out", "mapping.yaml")
    found = json.loads((shop.folder / "found.json").read_text("utf-8"))
    generate = ("pipeline", "generate", "--mapping", "mapping.yaml", *SIDES)
    told = shop.call(*generate, "--relationships", "found.json")
    assert "not declared, but inferred: CustomerId in Sales.Customers" in told.out
    shop.write("none.json", json.dumps(found | {"relationships": []}))
    told = shop.call(*generate, "--relationships", "none.json")
    assert "not declared, but inferred: CustomerId like the key of" in told.out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", ["is no JSON"]),
        ("[]", ["has no list of relationships", "infer CONNECTION --json"]),
        (
            '{"relationships": [{"table": "Sales.Orders"}]}',
            ["relationship 1: columns: field required"],
        ),
        (None, ["there is no table Sales.Order", "did you mean 'Sales.Orders'?"]),
    ],
)
def test_a_file_that_cannot_be_used_is_told(text: str | None, words: list[str], shop: Shop):
    if text is None:
        shop.call("relationships", "infer", "old", "--json", "found.json")
        found = (shop.folder / "found.json").read_text("utf-8")
        text = found.replace(
            '"table": "Sales.Orders",\n      "columns"', '"table": "Sales.Order",\n      "columns"'
        )
    shop.write("edited.json", text)
    shop.call("mapping", "suggest", "old", "new", "--out", "mapping.yaml")
    arguments = ("--mapping", "mapping.yaml", *SIDES, "--relationships", "edited.json")
    told = shop.call("pipeline", "generate", *arguments)
    assert told.code == 2, told.all
    sentence = " ".join(told.err.split())
    assert [each for each in words if each not in sentence] == []


def test_a_connection_that_is_not_there_is_told(shop: Shop):
    told = shop.call("relationships", "infer", "odl")
    assert (told.code, "did you mean 'old'?" in told.err) == (2, True)
    told = shop.call("relationships", "infer", "old", "--schema", "Sale")
    assert "did you mean 'Sales'?" in told.err


def test_a_database_without_tables_is_no_error(tmp_path_factory: pytest.TempPathFactory):
    empty = make_shop(tmp_path_factory.mktemp("empty"), source="SELECT 1", target="SELECT 1")
    told = empty.call("relationships", "infer", "old", "--json", "found.json")
    assert (told.code, told.out.splitlines()[-1][:9]) == (0, "0 tables:")
