"""Somebody else's package brings a validator: it is found by its entry point, and runs like one of ours."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.validators.case_file import Case, Named, TableData
from tests.validators.names import NAMES
from tests.validators.play import play
from tests.validators.stage import duckdb_stages

from ombudsman.model.base import Params
from ombudsman.model.errors import SettingsError
from ombudsman.model.result import Kind, Result, Verdict
from ombudsman.validators import registry
from ombudsman.validators.kit import Pair
from ombudsman.validators.registry import Cost, catalogue, find, validator

MODULE = '''"""Has nobody earned more than the chief?

A check that only this house needs.
"""

from pydantic import Field

from ombudsman.model.base import Params
from ombudsman.model.result import Kind, Result
from ombudsman.validators.kit import Pair, max_of, validator


class Salaries(Params):
    column: str = Field(title="Salary", description="The column that holds it.", examples=["pay"])


@validator
async def validate_salaries(tables: Pair, params: Salaries) -> Result:
    greatest = await tables.both(max_of(params.column))
    figures = greatest.figures()
    return Result(
        figures=figures,
        findings=[f.finding(Kind.AGGREGATE_DIFFERS) for f in figures if not f.agrees],
    )
'''
METADATA = "Metadata-Version: 2.1\nName: house-checks\nVersion: 1.0\n"
ENTRY_POINTS = "[ombudsman.validators]\nhouse = house_checks\n"


class NoParams(Params):
    """None at all."""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package, as an installer would leave it."""
    package, metadata = tmp_path / "house_checks", tmp_path / "house_checks-1.0.dist-info"
    package.mkdir()
    metadata.mkdir()
    (package / "__init__.py").write_text("")
    (package / "helpers.py").write_text("raise RuntimeError('no validator, not to be imported')\n")
    (package / "validate_salaries.py").write_text(MODULE)
    (metadata / "METADATA").write_text(METADATA)
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    catalogue.cache_clear()
    yield
    for name in [name for name in sys.modules if name.startswith("house_checks")]:
        del sys.modules[name]
    catalogue.cache_clear()


@pytest.mark.usefixtures("installed")
def test_a_strangers_validator_stands_in_the_catalogue() -> None:
    found = find("validate_salaries")
    assert found.question == "Has nobody earned more than the chief?"
    assert found.family == "house_checks"
    assert found.cost is Cost.SCAN
    assert list(found.params.model_fields) == ["column"]
    assert sorted(catalogue()) == sorted([*NAMES, "validate_salaries"])


@pytest.mark.usefixtures("installed")
def test_a_strangers_validator_runs_like_ours(tmp_path: Path) -> None:
    def table(pay: int) -> TableData:
        return TableData(columns=["pay"], rows=[[1], [pay]])

    named = _named(source=table(10), target=table(11))
    with duckdb_stages(tmp_path / "databases", [named]) as stages:
        ended = play(named, stages)
        assert play(named, stages, in_company=True).value == ended.value
    assert ended.value.verdict is Verdict.FAILED
    assert ended.value.found == {Kind.AGGREGATE_DIFFERS: 1}
    assert ended.columns == ("pay",)
    assert [statement.rows for statement in ended.statements] == [1, 1]


def _named(*, source: TableData, target: TableData) -> Named:
    case = Case(source=source, target=target, params={"column": "pay"}, verdict=Verdict.FAILED)
    return Named("validate_salaries", "the_chief_was_overtaken", "house", case)


def test_without_the_package_nobody_knows_it() -> None:
    assert "validate_salaries" not in catalogue()


@pytest.mark.usefixtures("installed")
def test_a_stranger_cannot_take_the_place_of_one_of_ours(tmp_path: Path) -> None:
    intruder = MODULE.replace("validate_salaries", "validate_nulls")
    (tmp_path / "house_checks" / "validate_nulls.py").write_text(intruder)
    with pytest.raises(SettingsError, match=r"house_checks\.validate_nulls and ombudsman\."):
        catalogue()


def test_a_function_without_params_is_no_validator() -> None:
    async def validate_nothing(tables: Pair) -> Result:
        return Result()

    with pytest.raises(TypeError, match="needs `params: X`"):
        validator(validate_nothing)  # type: ignore[arg-type]


def test_a_function_that_waits_for_no_answer_is_no_validator() -> None:
    def validate_at_once(tables: Pair, params: NoParams) -> Result:
        return Result()

    with pytest.raises(TypeError, match="async def"):
        validator(validate_at_once)


def test_an_entry_point_that_is_neither_package_nor_validator_is_refused() -> None:
    with pytest.raises(TypeError, match="neither package nor validator"):
        registry._validators_of(7)


def test_an_entry_point_may_name_a_validator_itself() -> None:
    nulls = find("validate_nulls")
    assert registry._validators_of(nulls) == [nulls]
