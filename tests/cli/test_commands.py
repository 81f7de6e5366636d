"""The smaller commands: what they print, write, and never show."""

import json
from importlib.metadata import version
from pathlib import Path

import pytest
from tests.cli.shop import HEADER, Shop, make_shop
from tests.validators.names import NAMES

from ombudsman.mapping.file import read_mapping
from ombudsman.metadata.export import read_catalogue_file
from ombudsman.validators.registry import catalogue

STEPS = """
- {id: counts, validator: validate_record_counts, tables: all}
- {id: sums, validator: validate_metric_sums, table: Sales.Orders, params: {columns: [Amount]}, needs: [counts]}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return make_shop(tmp_path_factory.mktemp("shop"))


def test_the_version_is_the_installed_one(shop: Shop):
    told = shop.call("--version")
    assert (told.code, told.out, told.err) == (0, f"ombudsman {version('ombudsman')}\n", "")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["run", "-h"], ["connections", "test", "-h"]]
)
def test_help_is_told(arguments: list[str], shop: Shop):
    told = shop.call(*arguments)
    assert (told.code, told.out.startswith("Usage: ")) == (0, True)


# ------------------------------------------------------------ validators


def test_all_validators_are_listed_each_on_a_line(shop: Shop):
    told = shop.call("validators")
    assert told.code == 0
    lines = told.out.splitlines()
    assert {line.split()[0] for line in lines[1:]} == set(NAMES)
    assert all(line.rstrip().endswith("?") for line in lines[1:])


def test_validators_as_json_hold_what_a_form_needs(shop: Shop):
    told = shop.call("validators", "--json")
    listed = {each["name"]: each for each in json.loads(told.out)}
    assert set(listed) == set(NAMES)
    for each in listed.values():
        assert set(each) == {"name", "family", "question", "cost", "page", "params"}
        assert each["params"]["type"] == "object"
        definitions = each["params"].get("$defs", {})
        for field in each["params"]["properties"].values():
            referred = definitions.get(field.get("$ref", "").rpartition("/")[2], {})
            assert (referred | field)["title"]
            assert field["description"]


@pytest.mark.parametrize("name", NAMES)
def test_every_validator_has_a_page(name: str, shop: Shop):
    told = shop.call("validators", "show", name)
    assert told.code == 0, told.all
    words = " ".join(told.out.split())
    assert catalogue()[name].question in words
    assert "Params" in words
    assert all(param in words for param in catalogue()[name].params.model_fields)


# ------------------------------------------------------------ connections


def test_connections_are_listed_without_their_secrets(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHOP_PASSWORD", "hunter2")
    config = shop.write(
        "secret.yaml",
        """\
        connections:
          erp: {engine: postgresql, host: erp.example.org, database: erp, user: reader, password: "${SHOP_PASSWORD}"}
          other: {engine: sqlalchemy, url: "mssql+pyodbc://reader:hunter2@host/db?secret=hunter2", sql_dialect: tsql}
          files: {engine: files, folder: exports}
        """,
    )
    told = shop.call("connections", "list", "--config", config)
    assert told.code == 0, told.all
    assert "reader@erp.example.org:5432/erp" in told.out
    assert "hunter2" not in told.all
    lines = [line.split()[:2] for line in told.out.splitlines()]
    assert lines[1:] == [["erp", "postgresql"], ["other", "sqlalchemy"], ["files", "files"]]


def test_connections_are_tried_and_say_that_they_only_read(shop: Shop):
    told = shop.call("connections", "test")
    assert told.code == 0, told.all
    for words in (
        "old: DuckDB",
        "new: DuckDB",
        "read-only transactions",
        "the file, opened read-only",
    ):
        assert words in told.out


def test_what_a_login_could_do_beyond_reading_is_told_where_it_is_asked_for(shop: Shop):
    assert "beyond reading" not in shop.call("connections", "test").out
    told = shop.call("connections", "test", "--privileges")
    assert told.code == 0
    assert "could, beyond reading:" in told.out
    assert "change the file" in told.out
    assert "chmod a-w" in told.out


def test_one_that_does_not_answer_does_not_hide_the_others(shop: Shop, free_port: int):
    config = shop.write(
        "half.yaml",
        f"""\
        connections:
          gone: {{engine: postgresql, host: 127.0.0.1, port: {free_port}, database: d, user: u, password: hunter2}}
          old: {{engine: duckdb, path: old.duckdb}}
        """,
    )
    told = shop.call("connections", "test", "--config", config)
    assert told.code == 3
    assert "gone: no PostgreSQL server answers" in told.out
    assert "old: DuckDB" in told.out
    assert "hunter2" not in told.all


def test_settings_are_shown_with_their_origin_and_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MSSQL_HOST", "erp.example.org")
    monkeypatch.setenv("MSSQL_PASSWORD", "hunter2")
    monkeypatch.setenv("OVS_DB_URL", "postgresql://studio:hunter2@host/db")
    (tmp_path / ".env").write_text("SNOWFLAKE_PASSWORD=hunter2\nSNOWFLAKE_USER=reader\n")
    told = Shop(tmp_path).call("config", "show")
    assert told.code == 0, told.all
    assert "hunter2" not in told.all
    shown = {line.split()[0]: line.split()[1:] for line in told.out.splitlines()[1:]}
    assert shown["MSSQL_HOST"] == ["erp.example.org", "environment"]
    assert shown["MSSQL_PASSWORD"] == ["**********", "environment"]
    assert shown["SNOWFLAKE_USER"] == ["reader", ".env"]
    assert shown["MSSQL_PORT"] == ["1433", "default"]
    assert shown["OVS_DB_HOST"] == ["not", "set"]


def test_a_setting_that_cannot_be_used_is_told_without_its_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MSSQL_PORT", "hunter2")
    told = Shop(tmp_path).call("config", "show")
    assert (told.code, "MSSQL_PORT" in told.err, "hunter2" in told.all) == (2, True, False)


# ------------------------------------------------------------ catalogues and mappings


def test_a_catalogue_is_summed_up(shop: Shop):
    told = shop.call("metadata", "extract", "old")
    assert told.code == 0
    lines = {line.split()[0]: line.split()[1:] for line in told.out.splitlines()}
    assert lines["Sales.Orders"] == ["table", "4", "3", "OrderId"]


@pytest.mark.parametrize("suffix", ["yaml", "yml", "json"])
def test_a_catalogue_is_written_and_read_back(suffix: str, shop: Shop):
    told = shop.call("metadata", "extract", "duckdb:///old.duckdb", "--out", f"catalogue.{suffix}")
    assert (told.code, "2 tables written to" in told.out) == (0, True)
    read = read_catalogue_file(shop.folder / f"catalogue.{suffix}")
    assert [str(table.ref) for table in read.tables] == ["Sales.Customers", "Sales.Orders"]


def test_a_schema_that_is_not_there_is_told_with_the_nearest(shop: Shop):
    told = shop.call("metadata", "extract", "old", "--schema", "Salez")
    assert (told.code, "did you mean 'Sales'?" in told.err) == (3, True)


def test_a_mapping_is_suggested_and_can_be_used(shop: Shop):
    printed = shop.call("mapping", "suggest", "old", "new")
    assert printed.code == 0
    told = shop.call("mapping", "suggest", "old", "duckdb:///new.duckdb", "--out", "suggested.yaml")
    assert (told.code, "2 tables mapped in suggested.yaml" in told.out) == (0, True)
    assert (shop.folder / "suggested.yaml").read_text() == printed.out
    mapping = read_mapping(shop.folder / "suggested.yaml")
    assert [(str(t.source), str(t.target), t.key) for t in mapping.tables] == [
        ("Sales.Customers", "SALES.CUSTOMERS", ("CustomerId",)),
        ("Sales.Orders", "SALES.ORDERS", ("OrderId",)),
    ]
    shop.pipeline(STEPS, header=HEADER + "mapping: suggested.yaml\n")
    assert shop.call("run", "pipeline.yaml").code == 1


def test_a_mapping_that_cannot_be_written_is_told(shop: Shop):
    told = shop.call("mapping", "suggest", "old", "new", "--out", "no/such/folder/m.yaml")
    assert (told.code, "no/such/folder/m.yaml" in told.err, "Traceback" in told.err) == (
        2,
        True,
        False,
    )


# ------------------------------------------------------------ pipelines


def test_a_pipeline_is_checked_without_a_database(tmp_path: Path):
    shop = Shop(tmp_path)
    shop.pipeline(STEPS)
    told = shop.call("pipeline", "check", "pipeline.yaml")
    assert told.code == 0, told.all
    assert "nothing wrong" in told.out
    assert "--connect" in told.out


def test_a_pipeline_is_checked_against_both_databases(shop: Shop):
    shop.pipeline(STEPS)
    told = shop.call("pipeline", "check", "pipeline.yaml", "--connect")
    assert (told.code, "3 steps, nothing wrong" in told.out) == (0, True), told.all


def test_a_pipeline_is_drawn(shop: Shop):
    shop.pipeline(STEPS)
    told = shop.call("pipeline", "diagram", "pipeline.yaml")
    assert told.code == 0
    lines = told.out.splitlines()
    assert lines[0] == "flowchart LR"
    assert sum("-->" in line for line in lines) == 2
    assert sum("validate_record_counts" in line for line in lines) == 2
