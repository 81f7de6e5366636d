"""The validators find every planted defect that they can see, and nothing else."""

from itertools import product
from pathlib import Path

import pytest

from ombudsman.cli.demo.defect import Defect
from ombudsman.cli.demo.defects import DEFECTS
from ombudsman.cli.demo.files import DemoFiles
from ombudsman.cli.demo.generate import generate
from ombudsman.cli.demo.self_check import self_check
from ombudsman.cli.demo.truth import Truth
from ombudsman.connections.connection import connect
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.model.pipeline import Run, RunStatus, StepStatus
from ombudsman.pipeline.load import load_pipeline
from ombudsman.pipeline.runner import run_pipeline
from ombudsman.pipeline.session import Session
from ombudsman.validators.registry import catalogue


def run(demo: DemoFiles) -> Run:
    """Runs the demo's pipeline over its two databases."""
    params = {name: validator.params for name, validator in catalogue().items()}
    pipeline = load_pipeline(demo.pipeline, known_validators=params)
    source = connect("source", DuckDbSettings(path=demo.source))
    target = connect("target", DuckDbSettings(path=demo.target))
    try:
        with Session(source, target, pipeline.mapping) as session:
            return run_pipeline(pipeline, session)
    finally:
        source.close()
        target.close()


@pytest.mark.parametrize(
    ("rows", "seed"), [*product((200, 1_234, 6_000), (1, 3, 2**40)), (50_000, 1)]
)
def test_every_visible_defect_is_found_and_nothing_else(rows: int, seed: int, tmp_path: Path):
    demo = generate(tmp_path, rows=rows, seed=seed)
    check = self_check(run(demo), Truth.read(demo.truth))
    assert [each.message for each in (*check.missed, *check.surplus)] == []
    assert check.found == tuple(defect.id for defect in DEFECTS if defect.sightings)


def test_a_faultless_migration_passes_with_all_its_harmless_differences(tmp_path: Path):
    result = run(generate(tmp_path, rows=500, seed=2, defects=()))
    assert [each.step.id for each in result.steps if each.status is not StepStatus.PASSED] == []
    assert result.status is RunStatus.PASSED


def test_every_defect_is_seen_by_some_step():
    assert [defect.id for defect in DEFECTS if not defect.sightings] == []


MENDED = [
    each for each in DEFECTS if each.id in {"dates_leap_day_lost", "footfall_counter_misread"}
]


@pytest.mark.parametrize("mended", MENDED, ids=lambda defect: defect.id)
def test_the_self_check_notices_a_defect_that_is_not_there(mended: Defect, tmp_path: Path):
    truth = Truth.read(generate(tmp_path / "all", rows=300).truth)
    others = tuple(defect for defect in DEFECTS if defect is not mended)
    check = self_check(run(generate(tmp_path / "others", rows=300, defects=others)), truth)
    assert not check.holds
    assert {each.step for each in check.missed} == set(mended.seen_by)
    assert mended.id not in check.found
