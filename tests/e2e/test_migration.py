"""SQL Server to Snowflake, from two catalogues to verdicts: through the real drivers, against stand-ins of the engines.

The stand-ins prove drivers, login, binding, types, Arrow, and that our SQL is accepted; what the real engines make of
it is proven where both OVS_TEST_MSSQL_URL and OVS_TEST_SNOWFLAKE_URL name a server: then all of this runs there too.
"""

import json

import pytest
from tests.cli.program import ombudsman
from tests.e2e.conftest import Migration
from tests.sqlserver_server import skip_without

from ombudsman.cli.demo.defects import DEFECTS
from ombudsman.cli.demo.self_check import self_check
from ombudsman.cli.demo.truth import Truth
from ombudsman.model.pipeline import Run, StepStatus
from ombudsman.model.result import Kind
from ombudsman.pipeline.library import run as run_pipeline_file

UNTELLABLE = {("stores_types", Kind.TYPE_NARROWER): "every FLOAT of Snowflake has 64 bits"}
"""What the target cannot even have, and why."""


def ran(migration: Migration, driver: str) -> Run:
    skip_without(driver)
    migration.connect_by(driver)
    return run_pipeline_file(migration.demo.pipeline, config=migration.demo.config)


@pytest.mark.parametrize("driver", ["mssql-python", "pymssql"])
def test_all_validators_find_the_planted_defects_and_nothing_else(
    migration: Migration, driver: str
) -> None:
    run = ran(migration, driver)
    assert [
        (step.step.id, step.problem.message if step.problem else None)
        for step in run.steps
        if step.status is StepStatus.ERRORED
    ] == []
    check = self_check(run, Truth.read(migration.demo.truth))
    assert [each.message for each in check.missed if (each.step, each.kind) not in UNTELLABLE] == []
    assert [each.message for each in check.surplus] == []
    untold = {
        defect.id
        for defect in DEFECTS
        if any((seen.step, seen.kind) in UNTELLABLE for seen in defect.sightings)
    }
    assert set(check.found) == {defect.id for defect in DEFECTS} - untold


def test_from_two_catalogues_to_verdicts(migration: Migration) -> None:
    migration.connect_by("auto")
    folder = migration.demo.directory
    for arguments in (
        ("metadata", "extract", "source", "--out", "source.json"),
        ("metadata", "extract", "target", "--out", "target.json"),
        ("mapping", "suggest", "source", "target", "--out", "suggested.yaml"),
        (
            *("pipeline", "generate", "--mapping", "suggested.yaml"),
            *("--source", "source", "--target", "target", "--out", "generated.yaml"),
        ),
        ("pipeline", "check", "generated.yaml", "--connect"),
    ):
        told = ombudsman(*arguments, cwd=folder)
        assert told.code == 0, f"{' '.join(arguments)}: {told.all}"
    told = ombudsman("run", "generated.yaml", "--json", "generated.json", cwd=folder)
    assert told.code == 1, told.all
    steps = json.loads((folder / "generated.json").read_text("utf-8"))["steps"]
    errored = {each["id"]: each["problem"] for each in steps if each["status"] == "errored"}
    assert errored == {}
    asked = [each for step in steps for each in step["statements"] if each["side"] == "target"]
    assert asked
    assert [each["sql"] for each in asked if not each.get("bytes_scanned", -1) >= 0] == []
    failed = {each["tables"]["source"] for each in steps if each["status"] == "failed"}
    wanted = ("Sales.DimCustomer", "Sales.FactSales", "Sales.DimProduct")
    assert {migration.named(table) for table in wanted} <= failed


def test_two_tables_are_compared_row_by_row(migration: Migration) -> None:
    migration.connect_by("auto")
    told = ombudsman(
        *("compare", f"source:{migration.named('Sales.DimStore')}"),
        *(f"target:{migration.named('SALES.DIM_STORE')}", "--key", "StoreKey"),
        *("--json", "stores.json"),
        cwd=migration.demo.directory,
    )
    assert told.code == 1, told.all
    step = json.loads((migration.demo.directory / "stores.json").read_text("utf-8"))
    assert step["found"]["row_missing_in_target"] >= 1
