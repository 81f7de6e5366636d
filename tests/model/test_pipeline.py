"""A step's execution is consistent: status, result and problem tell one story."""

from typing import Any

import pytest
from pydantic import ValidationError

from ombudsman.model.errors import ObjectNotFound, Problem
from ombudsman.model.pipeline import Pipeline, Step, StepRun, StepStatus
from ombudsman.model.result import Finding, Kind, Result, Verdict
from ombudsman.model.tables import TableRef

STEP = Step(id="rows", validator="validate_record_counts", table=TableRef.parse("shop.orders"))
PASSED = Result()
FAILED = Result(findings=[Finding(kind=Kind.COUNT_DIFFERS)])
PROBLEM = ObjectNotFound("no table").problem()

CONSISTENT = [
    (StepStatus.PENDING, None, None),
    (StepStatus.RUNNING, None, None),
    (StepStatus.PASSED, PASSED, None),
    (StepStatus.FAILED, FAILED, None),
    (StepStatus.ERRORED, None, PROBLEM),
    (StepStatus.SKIPPED, None, None),
    (StepStatus.CANCELLED, None, None),
]


def _step_run(status: StepStatus, result: Result | None, problem: Problem | None) -> StepRun:
    return StepRun(step=STEP, status=status, result=result, problem=problem)


@pytest.mark.parametrize(("status", "result", "problem"), CONSISTENT)
def test_these_tell_one_story(
    status: StepStatus, result: Result | None, problem: Problem | None
) -> None:
    step_run = _step_run(status, result, problem)
    assert step_run.verdict == (result.verdict if result else None)
    assert step_run.found == (result.found if result else {})
    again = StepRun.model_validate_json(step_run.model_dump_json())
    assert again.model_dump_json() == step_run.model_dump_json()


@pytest.mark.parametrize("status", StepStatus)
@pytest.mark.parametrize("result", [None, PASSED, FAILED])
@pytest.mark.parametrize("problem", [None, PROBLEM])
def test_all_others_contradict_themselves(
    status: StepStatus, result: Result | None, problem: Problem | None
) -> None:
    if (status, result, problem) in CONSISTENT:
        return
    with pytest.raises(ValidationError):
        _step_run(status, result, problem)


def test_the_story_is_told_in_the_refusal() -> None:
    with pytest.raises(ValidationError, match="status passed contradicts verdict failed"):
        _step_run(StepStatus.PASSED, FAILED, None)
    with pytest.raises(ValidationError, match="a step that failed needs result"):
        _step_run(StepStatus.FAILED, None, None)
    with pytest.raises(ValidationError, match="exactly when it errored"):
        _step_run(StepStatus.ERRORED, None, None)


def test_a_passed_step_that_is_read_back_with_findings_is_refused() -> None:
    written = _step_run(StepStatus.PASSED, PASSED, None).model_dump(mode="json")
    written["result"]["found"] = {"count_differs": 1}
    with pytest.raises(ValidationError, match="contradicts"):
        StepRun.model_validate(written)


@pytest.mark.parametrize(
    "wrong",
    [{"id": ""}, {"id": "x" * 201}, {"severity": "fatal"}, {"need": ["a"]}, {"table": "a.b.c"}],
)
def test_a_step_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Step.model_validate(STEP.model_dump(mode="json") | wrong)


def test_a_pipeline_survives_json() -> None:
    pipeline = Pipeline(name="nightly", source="old", target="new", steps=(STEP,))
    assert Pipeline.model_validate_json(pipeline.model_dump_json()) == pipeline
    assert _step_run(StepStatus.FAILED, FAILED, None).verdict is Verdict.FAILED
