"""What cannot be used is refused with a sentence, the nearest right word and exit code 2, before anything is asked."""

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.cli.program import Told
from tests.cli.shop import CUSTOMER, HEADER, Shop, make_shop

from ombudsman.connections.reader import Reader, Reading

COUNTS = "- {id: counts, validator: validate_record_counts, table: Sales.Orders}"
SUMS = "- {id: sums, validator: validate_metric_sums, table: Sales.Orders, params: {columns: [Amount]}}"
MAPPED = f"{HEADER}mapping: mapping.yaml\n"
CUSTOMERS = "  - {source: Sales.Customers, target: SALES.CUSTOMERS}\n"


@dataclass(frozen=True)
class Bad:
    """Something that cannot be used, and what must be told of it."""

    told: tuple[str, ...]
    steps: str = COUNTS
    header: str = HEADER
    mapping: str | None = None

    def write(self, shop: Shop) -> None:
        shop.write("mapping.yaml", self.mapping or "tables: []")
        if self.mapping is None and self.header == MAPPED:
            (shop.folder / "mapping.yaml").unlink()
        shop.pipeline(self.steps, header=self.header)

    def missed(self, told: Told) -> list[str]:
        words = " ".join(told.all.split())
        return [part for part in self.told if part not in words]


def step(validator: str, params: str, table: str = "Sales.Orders") -> str:
    return f"- {{id: a, validator: {validator}, table: {table}, params: {params}}}"


def where(condition: str) -> str:
    return step("validate_record_counts", f"{{where: {condition!r}}}")


def mapped(table: str, steps: str = f"{COUNTS}\n{SUMS}") -> dict[str, str]:
    return {"mapping": f"tables:\n  - {table}\n", "header": MAPPED, "steps": steps}


REFUSED = {
    "unknown_validator": Bad(
        (
            "pipeline.yaml:7: steps[0].validator",
            "'validate_record_count'",
            "'validate_record_counts'?",
        ),
        "- {id: a, validator: validate_record_count, table: Sales.Orders}",
    ),
    "misspelt_parameter": Bad(
        ("pipeline.yaml:7: steps[0].params.wehre", "did you mean 'where'?"),
        step("validate_record_counts", "{wehre: a}"),
    ),
    "misspelt_key_of_a_step": Bad(
        ("steps[0].severty", "did you mean 'severity'?"),
        "- {id: a, validator: validate_record_counts, table: Sales.Orders, severty: info}",
    ),
    "wrong_kind_of_parameter": Bad(
        ("steps[0].params.columns", "list"), step("validate_metric_sums", "{columns: Amount}")
    ),
    "cycle": Bad(
        ("a -> b -> a",),
        """\
        - {id: a, validator: validate_record_counts, table: Sales.Orders, needs: [b]}
        - {id: b, validator: validate_record_counts, table: Sales.Orders, needs: [a]}
        """,
    ),
    "duplicate_id": Bad(("line 7", "'counts'"), f"{COUNTS}\n{COUNTS}"),
    "need_that_is_no_step": Bad(
        ("there is no step 'count'", "did you mean 'counts'?"),
        f"{COUNTS}\n- {{id: b, validator: validate_record_counts, table: Sales.Orders, needs: [count]}}",
    ),
    "not_yaml": Bad(("pipeline.yaml:", "not YAML"), "- {id: [}"),
    "several_faults_at_once": Bad(
        ("3 problems", "validate_nuls", "there is no key 'parms'", "there is no step 'x'"),
        """\
        - {id: a, validator: validate_nuls, table: Sales.Orders}
        - {id: b, validator: validate_nulls, table: Sales.Orders, parms: {}}
        - {id: c, validator: validate_nulls, table: Sales.Orders, needs: [x]}
        """,
    ),
    "missing_table": Bad(
        ("pipeline.yaml:7", "Sales.Oders", "did you mean 'Sales.Orders'?"),
        "- {id: a, validator: validate_record_counts, table: Sales.Oders}",
    ),
    "table_that_was_not_migrated": Bad(
        ("Sales.Nothing",), "- {id: a, validator: validate_record_counts, table: Sales.Nothing}"
    ),
    "missing_column": Bad(
        ("step 'a'", "params.columns[0]", "no column 'Amuont' in Sales.Orders", "'Amount'?"),
        step("validate_metric_sums", "{columns: [Amuont]}"),
    ),
    "missing_column_in_a_group": Bad(
        ("params.group_by[0].column", "did you mean 'OrderDate'?"),
        step("validate_record_counts", "{group_by: [{column: OderDate, period: month}]}"),
    ),
    "missing_referred_table": Bad(
        ("params.references[0].table", "did you mean 'Sales.Customers'?"),
        step(
            "validate_foreign_keys",
            "{references: [{columns: [CustomerId], table: Sales.Custmers}]}",
        ),
    ),
    "missing_referred_column": Bad(
        ("references[0].referred_columns[0]", "Sales.Customers", "did you mean 'CustomerId'?"),
        step(
            "validate_foreign_keys",
            "{references: [{columns: [CustomerId], table: Sales.Customers, referred_columns: [CustmerId]}]}",
        ),
    ),
    "where_that_is_no_condition": Bad(("not one boolean expression",), where("Amount")),
    "where_with_a_second_statement": Bad(
        ("semicolon",), where('1 = 1; DROP TABLE "Sales"."Orders"')
    ),
    "where_that_writes": Bad(("params.where",), where("DELETE FROM Orders")),
    "where_with_a_subquery": Bad(
        ("a query within it is not allowed",), where("Amount > (SELECT max(Amount) FROM Orders)")
    ),
    "where_with_a_function_that_acts": Bad(("'pg_sleep'",), where("pg_sleep(9) IS NULL")),
    "where_that_reads_a_file": Bad(("'read_text'",), where("read_text('/etc/passwd') IS NULL")),
    "where_over_a_missing_column": Bad(
        ("there is no column 'Amuont'", "did you mean 'Amount'?"), where("Amuont > 1")
    ),
    "where_with_a_comment": Bad(("params.where",), where("1 = 1 /*")),
    "rule_that_is_no_condition": Bad(
        ("params.rule",), step("validate_business_rule", "{rule: Amount + 1}")
    ),
    "query_over_a_missing_column": Bad(
        ("params.query", "there is no column 'Amuont'", "did you mean 'Amount'?"),
        step("validate_query_parity", "{query: SELECT Amuont FROM Orders}"),
    ),
    "query_over_a_missing_table": Bad(
        ("params.source_query", "there is no table 'Oders'"),
        step(
            "validate_custom_query",
            "{source_query: SELECT COUNT(*) FROM Oders, target_query: SELECT COUNT(*) FROM ORDERS}",
        ),
    ),
    "query_that_writes": Bad(
        ("params.query",), step("validate_query_parity", "{query: DELETE FROM Orders}")
    ),
    "query_that_reads_a_file": Bad(
        ("params.query",),
        step("validate_query_parity", "{query: \"SELECT * FROM read_csv('/etc/passwd')\"}"),
    ),
    "mapping_of_a_missing_table": Bad(
        ("Sales.Order", "did you mean 'Sales.Orders'?"),
        **mapped(
            "{source: Sales.Order, target: SALES.ORDERS}",
            "- {id: a, validator: validate_record_counts, tables: all}",
        ),
    ),
    "mapping_of_a_missing_schema": Bad(
        ("no schema 'Salez'", "did you mean 'Sales'?"),
        **mapped(
            "{source: Salez.Orders, target: SALES.ORDERS}",
            "- {id: a, validator: validate_record_counts, tables: all}",
        ),
    ),
    "mapping_to_a_missing_schema": Bad(
        ("no schema 'SALEZ'", "'new'", "did you mean 'SALES'?"),
        **mapped("{source: Sales.Orders, target: SALEZ.ORDERS}"),
    ),
    "mapping_of_a_missing_column": Bad(
        ("mapping of Sales.Orders", "no column 'Amuont'", "did you mean 'Amount'?"),
        **mapped("{source: Sales.Orders, target: SALES.ORDERS, columns: {Amuont: AMOUNT}}"),
    ),
    "mapping_that_excludes_a_missing_column": Bad(
        ("exclude: no column 'Amuont'", "did you mean 'Amount'?"),
        **mapped("{source: Sales.Orders, target: SALES.ORDERS, exclude: [Amuont]}"),
    ),
    "mapping_with_a_missing_key": Bad(
        ("key column 'OrdreId'", "did you mean 'OrderId'?"),
        **mapped("{source: Sales.Orders, target: SALES.ORDERS, key: [OrdreId]}"),
    ),
    "mapping_with_a_where_that_writes": Bad(
        ("mapping of Sales.Orders",),
        **mapped("{source: Sales.Orders, target: SALES.ORDERS, where: DROP TABLE Orders}"),
    ),
    "mapping_with_a_source_where_over_a_missing_column": Bad(
        ("source_where", "did you mean 'Amount'?"),
        **mapped("{source: Sales.Orders, target: SALES.ORDERS, source_where: Amuont > 1}"),
    ),
    "mapping_with_a_target_where_in_the_source_s_words": Bad(
        ("target_where", "'ORDER_DATE'?"),
        **mapped("{source: Sales.Orders, target: SALES.ORDERS, target_where: OrderDate IS NULL}"),
    ),
    "mapping_with_an_expression_over_a_missing_column": Bad(
        ("there is no column 'Amuont'",),
        **mapped(
            "{source: Sales.Orders, target: SALES.ORDERS, columns: "
            "{Amount: {target: AMOUNT, transformation: {kind: expression, sql: Amuont * 2}}}}"
        ),
    ),
    "mapping_file_that_is_not_there": Bad(("there is no file", "mapping.yaml"), header=MAPPED),
    "connection_without_a_name": Bad(
        ("no connection 'odl' in ombudsman.yaml", "did you mean 'old'?"),
        header=HEADER.replace("source: old", "source: odl"),
    ),
}

ERRING = {
    "target_table_that_is_missing": Bad(
        ("the target has no table SALES.ORDER", "did you mean 'SALES.ORDERS'?"),
        **mapped("{source: Sales.Orders, target: SALES.ORDER}"),
    ),
    "target_column_that_is_missing": Bad(
        ("SALES.ORDERS has no column 'AMUONT'", "did you mean 'AMOUNT'?"),
        **mapped("{source: Sales.Orders, target: SALES.ORDERS, columns: {Amount: AMUONT}}"),
    ),
    "type_without_a_canonical_form": Bad(
        ("'Shape'", "leave this column out"),
        step("validate_metric_sums", "{columns: [Shape]}", "Sales.Customers"),
    ),
    "distinct_values_of_such_a_type": Bad(
        ("'Shape'",), step("validate_uniqueness", "{columns: [Shape]}", "Sales.Customers")
    ),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return make_shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that were sent to the databases; those that read the catalogue set aside."""
    sent: list[str] = []
    read = Reader.read

    def noted(self: Reader, statement: Any, take: Any) -> Reading:
        reading = read(self, statement, take)
        if "duckdb_" not in reading.sql:
            sent.append(reading.sql)
        return reading

    monkeypatch.setattr(Reader, "read", noted)
    return sent


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_is_refused_before_anything_is_asked(
    name: str, shop: Shop, asked: list[str]
):
    REFUSED[name].write(shop)
    told = shop.call("run", "pipeline.yaml")
    assert told.code == 2, told.all
    assert REFUSED[name].missed(told) == [], told.all
    assert says_nothing_it_should_not(told)
    assert asked == []


@pytest.mark.parametrize("name", ERRING)
def test_what_the_data_do_not_have_errs_and_the_other_steps_finish(name: str, shop: Shop):
    bad = ERRING[name]
    other = "- {id: other, validator: validate_nulls, table: Sales.Customers}"
    bad = replace(
        bad, steps=f"{bad.steps}\n{other}", mapping=bad.mapping and bad.mapping + CUSTOMERS
    )
    bad.write(shop)
    told = shop.call("run", "pipeline.yaml", "--json", "results.json", "--verbose")
    assert told.code == 3, told.all
    assert bad.missed(told) == [], told.all
    assert says_nothing_it_should_not(told)
    steps = json.loads((shop.folder / "results.json").read_text())["steps"]
    statuses = [each["status"] for each in steps]
    assert ("errored" in statuses, statuses[-1]) == (True, "passed")


def says_nothing_it_should_not(told: Told) -> bool:
    return not any(word in told.all for word in ("Traceback", "broke", CUSTOMER))


@pytest.mark.parametrize("name", ["missing_column", "where_that_writes", "cycle", "missing_table"])
def test_pipeline_check_says_the_same_without_running(name: str, shop: Shop, asked: list[str]):
    REFUSED[name].write(shop)
    told = shop.call("pipeline", "check", "pipeline.yaml", "--connect")
    assert (told.code, REFUSED[name].missed(told), asked) == (2, [], [])


def test_statements_are_noted_where_a_pipeline_can_be_used(shop: Shop, asked: list[str]):
    """The proof that an empty list above means something."""
    shop.pipeline(COUNTS)
    assert shop.call("run", "pipeline.yaml").code == 0
    assert len(asked) == 2


CONFIGS = {
    "none": (None, "there is no ombudsman.yaml"),
    "unknown_engine": ("connections: {old: {engine: duckbd, path: x}}", "did you mean 'duckdb'?"),
    "unknown_key": (
        "connections: {old: {engine: duckdb, path: x, passwort: hunter2}}",
        "there is no key 'passwort' here",
    ),
    "unset_variable": (
        "connections: {old: {engine: postgresql, database: d, user: u, password: '${NO_SUCH_VARIABLE}'}}",
        "the variable NO_SUCH_VARIABLE is not set",
    ),
    "wrong_number": (
        "connections: {old: {engine: postgresql, database: d, user: u, password: hunter2, port: high}}",
        "connections.old.port",
    ),
    "no_connections": ("{}", "there are no connections"),
    "not_yaml": ("connections: {", "not YAML"),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_config_that_cannot_be_used_is_told(name: str, tmp_path: Path):
    text, words = CONFIGS[name]
    shop = Shop(tmp_path)
    if text is not None:
        shop.write("ombudsman.yaml", text)
    shop.pipeline(COUNTS)
    for arguments in (["run", "pipeline.yaml"], ["connections", "list"], ["connections", "test"]):
        told = shop.call(*arguments)
        assert told.code == 2, told.all
        assert words in told.err
        assert "hunter2" not in told.all


def test_a_missing_config_is_asked_for_once_and_by_its_places(tmp_path: Path):
    shop = Shop(tmp_path)
    (tmp_path / "there").mkdir()
    shop.write("there/pipeline.yaml", f"{HEADER}steps:\n{COUNTS}\n")
    assert (
        "no ombudsman.yaml and no there/ombudsman.yaml"
        in shop.call("run", "there/pipeline.yaml").err
    )
    shop.pipeline(COUNTS)
    assert shop.call("run", "pipeline.yaml").err.count("ombudsman.yaml") == 1
    named = shop.call("run", "pipeline.yaml", "--config", "cofnig.yaml")
    assert (named.code, "there is no file cofnig.yaml" in named.err) == (2, True)


USAGE = {
    "no_command": (["rnu", "pipeline.yaml"], "Did you mean 'run'?"),
    "no_option": (["run", "pipeline.yaml", "--jsn", "x"], "--json"),
    "no_number": (["run", "pipeline.yaml", "--jobs", "0"], "--jobs"),
    "no_file": (["run"], "pipeline"),
    "no_such_file": (["run", "pipelin.yaml"], "did you mean 'pipeline.yaml'?"),
    "no_step": (["run", "pipeline.yaml", "--only", "cuonts"], "did you mean 'counts'?"),
    "no_validator": (["validators", "show", "validate_nul"], "did you mean 'validate_nulls'?"),
    "no_connection": (["connections", "test", "odl"], "did you mean 'old'?"),
    "no_suffix": (["metadata", "extract", "old", "--out", "x.txt"], "end in .yaml or .json"),
    "no_folder": (["run", "pipeline.yaml", "--json", "."], "is a folder"),
    "file_as_folder": (
        ["run", "pipeline.yaml", "--html", "old.duckdb/x.html"],
        "cannot be written",
    ),
    "no_url": (["metadata", "extract", "postgresql://u:hunter2@h:port/d"], "not the URL"),
    "url_without_database": (["metadata", "extract", "postgresql://u:hunter2@h"], "database"),
    "url_without_path": (["metadata", "extract", "duckdb://"], "names no path"),
    "nothing_to_resume": (["run", "other.yaml", "--resume"], "no interrupted run"),
}


@pytest.mark.parametrize("name", USAGE)
def test_a_call_that_makes_no_sense_is_told(name: str, shop: Shop):
    arguments, words = USAGE[name]
    shutil.copy(shop.pipeline(COUNTS), shop.folder / "other.yaml")
    told = shop.call(*arguments)
    assert told.code == 2, told.all
    assert words in told.err, told.err
    assert "hunter2" not in told.all


def test_a_record_that_cannot_be_written_is_told_before_anything_runs(
    tmp_path: Path, asked: list[str]
):
    shop = make_shop(tmp_path)
    shop.write(".ombudsman", "in the way")
    shop.pipeline(COUNTS)
    told = shop.call("run", "pipeline.yaml")
    assert (told.code, asked) == (2, [])
    assert "cannot be recorded in .ombudsman/runs/pipeline" in told.err
