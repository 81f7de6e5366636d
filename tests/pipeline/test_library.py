"""The engine as a library: a file run, a question asked, and errors that are ours."""

from pathlib import Path
from typing import Any

import pytest
from tests.pipeline.databases import make_databases

import ombudsman
from ombudsman.model.errors import (
    MappingInvalid,
    ObjectNotFound,
    OmbudsmanError,
    ParamsInvalid,
    PipelineInvalid,
    SettingsError,
    Unreachable,
)
from ombudsman.model.mapping import Mapping, TableMapping
from ombudsman.model.pipeline import RunStatus
from ombudsman.model.result import Kind, Verdict
from ombudsman.model.tables import TableRef


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("databases")
    make_databases(made)
    return made


def urls(folder: Path) -> tuple[str, str]:
    return f"duckdb:///{folder}/source.duckdb", f"duckdb:///{folder}/target.duckdb"


def validate(folder: Path, validator: str, table: str = "orders", **more: Any) -> Any:
    return ombudsman.validate(validator, *urls(folder), table=table, **more)


def test_one_question_is_answered_with_its_evidence(folder: Path):
    result = validate(folder, "validate_record_counts")
    assert result.verdict is Verdict.FAILED
    assert result.found == {Kind.COUNT_DIFFERS: 1}
    assert [(f.source, f.target) for f in result.figures] == [(100, 99)]
    assert result.findings[0].table == "main.orders"
    assert {each.side.value for each in result.statements} == {"source", "target"}
    assert validate(folder, "validate_record_counts", "main.items").verdict is Verdict.PASSED


def test_a_mapping_may_be_given_as_a_value_or_a_file(folder: Path, tmp_path: Path):
    orders = TableRef.parse("main.orders")
    mapping = Mapping(tables=(TableMapping(source=orders, target=orders, where="id < 5"),))
    file = tmp_path / "mapping.yaml"
    file.write_text("tables: [{source: main.orders, target: main.orders, where: id < 5}]")
    for given in (mapping, file, str(file)):
        result = validate(folder, "validate_record_counts", "main.orders", mapping=given)
        assert [(f.source, f.target) for f in result.figures] == [(5, 5)]


ERRORS: dict[str, tuple[dict[str, Any], type[OmbudsmanError], str]] = {
    "validator": ({"validator": "validate_nuls"}, PipelineInvalid, "no validator 'validate_nuls'"),
    "params": (
        {"validator": "validate_nulls", "params": {"colums": []}},
        *(ParamsInvalid, "params.colums: there is no key 'colums' here, did you mean 'columns'"),
    ),
    "table": (
        {"validator": "validate_nulls", "table": "main.oders"},
        *(ObjectNotFound, "the source has no table main.oders"),
    ),
    "name": ({"validator": "validate_nulls", "table": "a.b.c"}, SettingsError, "schema.table"),
    "column": (
        {"validator": "validate_nulls", "params": {"columns": ["amuont"]}},
        *(ObjectNotFound, "no column 'amuont' in main.orders"),
    ),
    "mapping": (
        {"validator": "validate_nulls", "mapping": Mapping()},
        *(MappingInvalid, "is not mapped"),
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_what_cannot_be_judged_raises_ours(name: str, folder: Path):
    arguments, kind, words = ERRORS[name]
    with pytest.raises(kind) as told:
        validate(folder, **arguments)
    assert words in told.value.message


def test_a_side_that_is_not_there_raises_ours(folder: Path, tmp_path: Path):
    with pytest.raises(Unreachable):
        ombudsman.validate(
            "validate_nulls", urls(folder)[0], f"duckdb:///{tmp_path}/x.duckdb", table="a"
        )


def write_pipeline(folder: Path, tmp_path: Path) -> Path:
    source, target = urls(folder)
    path = tmp_path / "pipeline.yaml"
    path.write_text(
        f"name: small\nsource: {source}\ntarget: {target}\nsteps:\n"
        "- {id: counts, validator: validate_record_counts, tables: all}\n"
        "- {id: nulls, validator: validate_nulls, table: items, needs: [counts.items]}\n"
    )
    return path


def test_a_file_is_run_and_recorded(folder: Path, tmp_path: Path):
    path = write_pipeline(folder, tmp_path)
    run = ombudsman.run(path, folder=tmp_path / "runs")
    assert run.status is RunStatus.FAILED
    statuses = {each.step.id: each.status.value for each in run.steps}
    assert statuses == {"counts.items": "passed", "counts.orders": "failed", "nulls": "passed"}
    (recorded,) = (tmp_path / "runs").iterdir()
    assert recorded.name == run.id
    assert len(list((recorded / "steps").glob("*.json"))) == 3


def test_a_part_of_a_file_is_run(folder: Path, tmp_path: Path):
    run = ombudsman.run(str(write_pipeline(folder, tmp_path)), only=["nulls"], jobs=1)
    assert run.status is RunStatus.PASSED
    assert [each.step.id for each in run.steps] == ["counts.items", "nulls"]


def test_the_settings_of_a_url_are_named_by_where_it_leads(folder: Path, tmp_path: Path):
    run = ombudsman.run(write_pipeline(folder, tmp_path), only=["nulls"])
    assert run.pipeline.source == f"{folder}/source.duckdb"
