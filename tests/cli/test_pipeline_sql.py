"""`ombudsman pipeline sql`: what a run would ask is printed, and no table is read."""

import json
from pathlib import Path

import duckdb
import pytest
from tests.cli.shop import CUSTOMER, HEADER, Shop, make_shop

STEPS = """
steps:
  - {id: count, validator: validate_record_counts, table: Sales.Orders}
  - id: sums
    validator: validate_metric_sums
    table: Sales.Orders
    params: {columns: [Amount], where: "OrderDate < DATE '2024-03-01'"}
  - {id: names, validator: validate_nulls, table: Sales.Customers, params: {columns: [FullName]}, needs: [count]}
  - {id: types, validator: validate_schema_datatypes, table: Sales.Orders}
"""
BAD = "  - {id: bad, validator: validate_nulls, table: Sales.Customers, params: {columns: [FullNme]}}\n"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return make_shop(tmp_path)


def test_the_statements_and_who_asks_them_are_printed(shop: Shop):
    shop.write("shop.yaml", HEADER + STEPS.lstrip())
    told = shop.call("pipeline", "sql", "shop.yaml", "--json", "told.json")
    assert told.code == 0, told.all
    assert "-- 1. source, Sales.Orders, about 3 rows: count, sums\nSELECT" in told.out
    assert "DATE" in told.out
    assert "-- types: asks nothing: the catalogues tell it" in told.out
    assert "; after count\nSELECT" in told.out
    assert "-- source: 2 statements over about 5 rows" in told.out
    assert CUSTOMER not in told.out
    document = json.loads((shop.folder / "told.json").read_text(encoding="utf-8"))
    assert [each["sql"] in told.out for each in document["statements"]] == [True] * 4
    assert not (shop.folder / ".ombudsman").exists()


def test_what_is_printed_can_be_asked_as_it_stands(shop: Shop):
    shop.write("shop.yaml", HEADER + STEPS.lstrip())
    shop.call("pipeline", "sql", "shop.yaml", "--json", "told.json")
    document = json.loads((shop.folder / "told.json").read_text(encoding="utf-8"))
    files = {"source": "old.duckdb", "target": "new.duckdb"}
    for each in document["statements"]:
        with duckdb.connect(shop.folder / files[each["side"]]) as database:
            assert database.execute(each["sql"]).fetchall()


def test_a_step_that_cannot_be_told_is_named_and_the_others_are_told(shop: Shop):
    shop.write("shop.yaml", HEADER + STEPS.lstrip() + BAD)
    told = shop.call("pipeline", "sql", "shop.yaml")
    assert told.code == 2
    assert "-- step 'bad' cannot be told: params.columns[0]: no column 'FullNme'" in told.out
    assert "FullName" in told.out
    assert "-- source: 2 statements" in told.out


def test_only_what_is_wanted_and_what_it_needs_is_told(shop: Shop):
    shop.write("shop.yaml", HEADER + STEPS.lstrip() + BAD)
    told = shop.call("pipeline", "sql", "shop.yaml", "--only", "names")
    assert told.code == 0
    assert "sums" not in told.out
    assert "count" in told.out
