"""The pipeline and the mapping speak of what is in the databases."""

from typing import Any

import pytest
import yaml
from tests.cli.demo.conftest import opened

from ombudsman.cli.demo.defects import DEFECTS
from ombudsman.cli.demo.files import DemoFiles, packaged
from ombudsman.cli.demo.generate import generate
from ombudsman.validators.registry import catalogue

PIPELINE: dict[str, Any] = yaml.safe_load(packaged("retail.yaml"))
MAPPING: dict[str, Any] = yaml.safe_load(packaged("mapping.yaml"))
STEPS: list[dict[str, Any]] = PIPELINE["steps"]
TABLES: dict[str, dict[str, Any]] = {table["source"]: table for table in MAPPING["tables"]}


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The columns of every table of the source and of a faultless target."""
    files = generate(tmp_path_factory.mktemp("columns"), rows=200, defects=())
    with opened(files) as database:
        rows = database.execute(
            """
            SELECT schema_name || '.' || table_name, list(column_name)
            FROM duckdb_columns() WHERE NOT internal GROUP BY ALL
            """
        ).fetchall()
    return {table: set(names) for table, names in rows}


def test_there_are_at_least_30_steps_and_each_has_a_name_of_its_own():
    ids = [step["id"] for step in STEPS]
    assert len(ids) >= 100
    assert len(set(ids)) == len(ids)


def test_every_validator_is_asked_and_finds_something():
    assert {step["validator"] for step in STEPS} == set(catalogue())
    seeing = {sighting.step for defect in DEFECTS for sighting in defect.sightings}
    assert {step["validator"] for step in STEPS if step["id"] in seeing} == set(catalogue())


def test_a_step_needs_steps_that_stand_before_it():
    before: set[str] = set()
    for step in STEPS:
        assert set(step.get("needs", ())) <= before
        before.add(step["id"])


def test_a_failed_step_holds_no_other_back():
    assert PIPELINE["defaults"] == {"on_failure": "go_on"}


ELSEWHERE = {
    "returns_sale",
    "sales_product",
    "shipments_packer",
    "shipments_version",
    "shipments_late",
}
"""Steps that also notice what was done to the rows that their own table refers to."""


def test_every_sighting_names_a_step_on_the_defects_own_table_or_one_that_refers_to_it():
    tables = {step["id"]: step["table"] for step in STEPS}
    for defect in DEFECTS:
        for sighting in defect.sightings:
            elsewhere = sighting.step in ELSEWHERE
            assert elsewhere or tables[sighting.step] == defect.table


def test_every_column_of_the_source_is_mapped_or_left_behind(columns: dict[str, set[str]]):
    for source, table in TABLES.items():
        assert set(table["columns"]) | set(table.get("exclude", ())) == columns[source]


def test_every_column_of_the_target_is_an_answer_or_excluded(columns: dict[str, set[str]]):
    for table in TABLES.values():
        answers = {
            answer["target"] if isinstance(answer, dict) else answer
            for answer in table["columns"].values()
        }
        assert answers | set(table["exclude_target"]) == columns[table["target"]]


def test_every_table_is_mapped(columns: dict[str, set[str]]):
    assert set(TABLES) | {table["target"] for table in TABLES.values()} == set(columns)


def test_the_columns_that_steps_name_are_mapped():
    for step in STEPS:
        mapped = set(TABLES[step["table"]]["columns"])
        params = step.get("params", {})
        named = [*params.get("columns", ()), *params.get("by", ())]
        assert set(named) <= mapped, step["id"]


def test_the_demo_writes_its_settings_as_they_are(demo: DemoFiles):
    assert demo.pipeline.read_text(encoding="utf-8") == packaged("retail.yaml")
    assert demo.mapping.read_text(encoding="utf-8") == packaged("mapping.yaml")
    connections = yaml.safe_load(demo.config.read_text(encoding="utf-8"))["connections"]
    assert {name: (c["engine"], c["path"]) for name, c in connections.items()} == {
        "source": ("duckdb", demo.source.name),
        "target": ("duckdb", demo.target.name),
    }
    assert all(c["memory_limit"] and c["spill_folder"] for c in connections.values())
