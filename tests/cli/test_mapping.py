"""`ombudsman mapping suggest`: proposed, decided, proposed again, and used."""

import json
from pathlib import Path

import pytest
from tests.cli.program import ombudsman
from tests.cli.shop import CUSTOMER, Shop, make_shop

from ombudsman.connections.samples import duckdb_file
from ombudsman.mapping.file import read_mapping

RENAMED = """
CREATE SCHEMA DWH;
CREATE TABLE DWH.DIM_CLIENT (
  CLNT_ID INTEGER PRIMARY KEY, FULL_NM VARCHAR NOT NULL, BIRTH_DT DATE, SHAPE STRUCT(side INTEGER), LOAD_TS TIMESTAMP);
CREATE TABLE DWH.FACT_PURCHASES (
  PURCH_ID BIGINT PRIMARY KEY, CLNT_ID INTEGER, AMT DECIMAL(18, 2), PURCH_DT DATE, LOAD_TS TIMESTAMP);
INSERT INTO DWH.DIM_CLIENT VALUES
  (1, 'Zaphod Beeblebrox', '1978-03-08', {side: 1}, now()), (2, 'Trillian', NULL, NULL, now());
INSERT INTO DWH.FACT_PURCHASES VALUES (1, 1, 10.10, '2024-01-05', now()), (2, 1, 20.20, '2024-02-05', now());
"""
OTHER = "duckdb:///renamed.duckdb"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = make_shop(tmp_path)
    with duckdb_file(tmp_path / "renamed.duckdb") as database:
        database.execute(RENAMED)
    return shop


@pytest.mark.parametrize("option", [(), ("--values",)])
def test_renamed_tables_are_found_with_and_without_their_values(shop: Shop, option):
    told = shop.call(
        *("mapping", "suggest", "old", OTHER, *option, "--out", "m.yaml", "--json", "m.json")
    )
    assert told.code == 0, told.all
    assert "2 tables mapped in m.yaml" in told.out
    mapping = read_mapping(shop.folder / "m.yaml")
    assert {str(t.source): str(t.target) for t in mapping.tables} == {
        "Sales.Customers": "DWH.DIM_CLIENT",
        "Sales.Orders": "DWH.FACT_PURCHASES",
    }
    assert {c.source: c.target for c in mapping.tables[1].columns} == {
        "OrderId": "PURCH_ID",
        "CustomerId": "CLNT_ID",
        "Amount": "AMT",
        "OrderDate": "PURCH_DT",
    }
    written = json.loads((shop.folder / "m.json").read_text("utf-8"))
    assert written["with_values"] is bool(option)
    parts = {e["part"] for t in written["tables"] for c in t["columns"] for e in c["evidence"]}
    assert ("values" in parts) is bool(option)
    files = [(shop.folder / name).read_text("utf-8") for name in ("m.yaml", "m.json")]
    assert not any(CUSTOMER in text for text in (*files, told.all)), "no value of a row is told"


def test_a_person_rejects_and_confirms_and_the_next_proposal_keeps_it(shop: Shop):
    shop.write(
        "decided.yaml",
        """
        tables:
          - source: Sales.Customers
            target: DWH.DIM_CLIENT
            columns:
              FullName: {target: FULL_NM, transformation: {kind: trim}}
            exclude: [Shape]
        decisions:
          - {verdict: reject, source: Sales.Orders, target: DWH.FACT_PURCHASES, column: Amount, target_column: AMT}
        """,
    )
    arguments = ("mapping", "suggest", "old", OTHER, "--out", "again.yaml")
    told = shop.call(*arguments, "--decisions", "decided.yaml")
    assert told.code == 0, told.all
    mapping = read_mapping(shop.folder / "again.yaml")
    customers, orders = mapping.tables
    assert [c.transformation is not None for c in customers.columns if c.source == "FullName"] == [
        True
    ]
    assert customers.exclude == ("Shape",)
    assert customers.target_column("Shape") is None
    assert customers.target_column("CustomerId") == "CLNT_ID"
    assert orders.target_column("Amount") is None
    assert len(mapping.decisions) == 1
    first = (shop.folder / "again.yaml").read_text("utf-8")
    assert shop.call(*arguments, "--decisions", "again.yaml").code == 0
    assert read_mapping(shop.folder / "again.yaml") == mapping
    assert "{verdict: reject" in first


def test_a_proposal_is_read_by_the_generator(shop: Shop):
    shop.call("mapping", "suggest", "old", OTHER, "--out", "m.yaml")
    sides = ("--source", "old", "--target", OTHER)
    told = shop.call("pipeline", "generate", "--mapping", "m.yaml", *sides, "--out", "p.yaml")
    assert told.code == 0, told.all
    assert shop.call("pipeline", "check", "p.yaml", "--connect").code == 0


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("mapping", "suggest", "old", OTHER, "--decisions", "lost.yaml"), 2),
        (
            (
                "pipeline",
                "generate",
                "--mapping",
                "lost.yaml",
                "--source",
                "old",
                "--target",
                OTHER,
            ),
            2,
        ),
    ],
)
def test_a_mapping_that_names_what_is_no_more_is_refused_with_the_nearest(
    shop: Shop, command, code
):
    shop.write(
        "lost.yaml",
        """
        tables:
          - source: Sales.Customers
            target: DWH.DIM_CLIENT
            columns: {FullNam: FULL_NM}
          - {source: Sales.Order, target: DWH.FACT_PURCHASES}
        """,
    )
    told = shop.call(*command)
    assert told.code == code, told.all
    assert "Sales.Customers of the source has no column 'FullNam'" in told.err
    assert "did you mean 'FullName'?" in told.err
    assert "the source has no table Sales.Order" in told.err
    assert "did you mean 'Sales.Orders'?" in told.err
    assert "Traceback" not in told.err


def test_a_column_that_the_target_lost_is_noted_with_the_nearest_for_that_is_for_checks_to_find(
    shop: Shop,
):
    shop.write(
        "older.yaml",
        """
        tables:
          - source: Sales.Customers
            target: DWH.DIM_CLIENT
            columns: {CustomerId: CLNT_ID, FullName: FULL_NAM}
        """,
    )
    sides = ("--source", "old", "--target", OTHER)
    told = shop.call("pipeline", "generate", "--mapping", "older.yaml", *sides, "--out", "p.yaml")
    assert told.code == 0, told.all
    note = "DWH.DIM_CLIENT has no column 'FULL_NAM' for 'FullName'; did you mean 'FULL_NM'?"
    assert note in told.out.replace("\n", " ")


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (["Sales"], "'Sales' does not say which schema answers which"),
        (["Sales=DWX"], "the target has no tables in a schema 'DWX'"),
        (["Salez=DWH"], "the source has no tables in a schema 'Salez'"),
        (["Sales=DWH", "Sales=main"], "the schema 'Sales' is given two answers"),
    ],
)
def test_a_schema_map_that_cannot_be_is_refused(shop: Shop, written, message):
    options = [part for each in written for part in ("--schema-map", each)]
    told = shop.call("mapping", "suggest", "old", OTHER, *options)
    assert (told.code, message in told.err) == (2, True), told.all


def test_a_schema_map_is_followed(shop: Shop):
    told = shop.call("mapping", "suggest", "old", OTHER, "--schema-map", "Sales=DWH")
    assert told.code == 0
    assert "target: DWH.DIM_CLIENT" in told.out


def test_what_could_not_be_read_is_told_wherever_the_proposal_goes(shop: Shop):
    with duckdb_file(shop.folder / "renamed.duckdb") as database:
        database.execute("CREATE TABLE BIG AS SELECT 1 AS A FROM range(1000001)")
    note = "of the target: main.BIG: its values were not read, for it has 1,000,001 rows"
    call = ("mapping", "suggest", "old", OTHER, "--values", "--json", "m.json")
    printed = shop.call(*call)
    assert f"\n# {note}\n" in printed.out, printed.all
    assert json.loads((shop.folder / "m.json").read_text("utf-8"))["notes"] == [note]
    written = shop.call(*call, "--out", "m.yaml")
    assert note in written.out.replace("\n", " ")
    assert f"\n# {note}\n" in (shop.folder / "m.yaml").read_text("utf-8")


def test_the_demo_is_mapped_as_its_author_did(tmp_path: Path):
    assert ombudsman("demo", "--dir", str(tmp_path), "--rows", "2000", cwd=tmp_path).code in {0, 1}
    told = ombudsman("mapping", "suggest", "source", "target", "--out", "m.yaml", cwd=tmp_path)
    assert told.code == 0, told.all
    written, found = read_mapping(tmp_path / "mapping.yaml"), read_mapping(tmp_path / "m.yaml")
    pairs = {
        (str(t.source), c.source): (str(t.target), c.target)
        for t in found.tables
        for c in t.columns
    }
    truth = {
        (str(t.source), c.source): (str(t.target), c.target)
        for t in written.tables
        for c in t.columns
    }
    wrong = {pair for pair in pairs if pair in truth and truth[pair] != pairs[pair]}
    assert wrong == set()
    lost = {str(t.source) for t in written.tables} - {str(t.source) for t in found.tables}
    missing = {pair[1] for pair in truth if pair not in pairs and pair[0] not in lost}
    assert missing <= {"FloorArea", "FirstName"}, (
        "the one was lost, the other became a part of FULL_NAME"
    )
