"""The self-check holds for exactly what was planted, and for nothing less or more."""

import datetime as dt

import pytest

from ombudsman.cli.demo.self_check import self_check
from ombudsman.cli.demo.truth import ExpectedFindings, PlantedDefect, Seen, Truth
from ombudsman.model.errors import Problem
from ombudsman.model.pipeline import Pipeline, Run, RunStatus, Step, StepRun, StepStatus
from ombudsman.model.result import Finding, Kind, Result
from ombudsman.model.tables import TableRef

NOW = dt.datetime(2025, 2, 1, tzinfo=dt.UTC)


def defect(name: str, *seen: tuple[str, Kind]) -> PlantedDefect:
    return PlantedDefect(
        id=name,
        title=f"{name} went wrong.",
        table="Sales.T",
        kind=seen[0][1] if seen else Kind.VALUE_DIFFERS,
        seen_by=tuple(Seen(step=step, kind=kind) for step, kind in seen),
    )


AS_PLANTED: dict[str, dict[Kind, int]] = {
    "counts": {Kind.COUNT_DIFFERS: 1},
    "weeks": {Kind.PERIOD_MISSING: 2},
    "history": {Kind.INTERVAL_GAP: 3, Kind.INTERVAL_OVERLAP: 4},
    "keys": {},
}
TRUTH = Truth(
    rows=200,
    seed=1,
    defects=(
        defect("lost", ("counts", Kind.COUNT_DIFFERS), ("weeks", Kind.PERIOD_MISSING)),
        defect("gaps", ("history", Kind.INTERVAL_GAP)),
        defect("overlaps", ("history", Kind.INTERVAL_OVERLAP)),
        defect("unseen"),
    ),
    harmless=(),
    expected={
        step: {kind: ExpectedFindings(count=count) for kind, count in kinds.items()}
        for step, kinds in AS_PLANTED.items()
        if kinds
    },
)


def step_run(name: str, outcome: dict[Kind, int] | StepStatus) -> StepRun:
    step = Step(id=name, validator="validate_x", table=TableRef(schema="Sales", name="T"))
    if isinstance(outcome, StepStatus):
        problem = (
            Problem(code="timed_out", message="it took too long")
            if outcome is StepStatus.ERRORED
            else None
        )
        return StepRun(step=step, status=outcome, problem=problem)
    result = Result(found=outcome)
    return StepRun(step=step, status=StepStatus(result.verdict.value), result=result)


def run(outcomes: dict[str, dict[Kind, int] | StepStatus]) -> Run:
    steps = tuple(step_run(name, outcome) for name, outcome in outcomes.items())
    pipeline = Pipeline(name="p", source="s", target="t", steps=tuple(each.step for each in steps))
    return Run(id="1", pipeline=pipeline, status=RunStatus.FAILED, started=NOW, steps=steps)


def test_it_holds_when_all_was_found_and_nothing_else():
    check = self_check(run({**AS_PLANTED}), TRUTH)
    assert check.holds
    assert check.found == ("lost", "gaps", "overlaps")


@pytest.mark.parametrize(
    ("step", "outcome", "missed", "surplus", "found"),
    [
        (
            "history",
            {Kind.INTERVAL_GAP: 2, Kind.INTERVAL_OVERLAP: 4},
            ["history: expected 3 interval_gap, found 2"],
            [],
            ("lost", "overlaps"),
        ),
        (
            "history",
            {Kind.INTERVAL_GAP: 3, Kind.INTERVAL_OVERLAP: 5},
            [],
            ["history: expected 4 interval_overlap, found 5"],
            ("lost", "gaps"),
        ),
        (
            "weeks",
            {},
            ["weeks: expected 2 period_missing, found 0"],
            [],
            ("gaps", "overlaps"),
        ),
        (
            "weeks",
            {Kind.PERIOD_MISSING: 2, Kind.DRIFT: 1},
            [],
            ["weeks: expected 0 drift, found 1"],
            ("lost", "gaps", "overlaps"),
        ),
        (
            "keys",
            {Kind.KEY_NULL: 7},
            [],
            ["keys: expected 0 key_null, found 7"],
            ("lost", "gaps", "overlaps"),
        ),
        (
            "keys",
            StepStatus.ERRORED,
            [],
            ["keys: expected passed, found errored (it took too long)"],
            ("lost", "gaps", "overlaps"),
        ),
        (
            "counts",
            StepStatus.ERRORED,
            ["counts: expected 1 count_differs, found errored (it took too long)"],
            [],
            ("gaps", "overlaps"),
        ),
        (
            "counts",
            StepStatus.SKIPPED,
            ["counts: expected 1 count_differs, found skipped"],
            [],
            ("gaps", "overlaps"),
        ),
    ],
)
def test_it_does_not_hold(
    step: str,
    outcome: dict[Kind, int] | StepStatus,
    missed: list[str],
    surplus: list[str],
    found: tuple[str, ...],
):
    check = self_check(run({**AS_PLANTED, step: outcome}), TRUTH)
    assert [each.message for each in check.missed] == missed
    assert [each.message for each in check.surplus] == surplus
    assert check.found == found
    assert not check.holds


def test_a_step_that_was_left_out_is_missed():
    outcomes: dict[str, dict[Kind, int] | StepStatus] = {**AS_PLANTED}
    del outcomes["counts"]
    check = self_check(run(outcomes), TRUTH)
    assert [each.message for each in check.missed] == [
        "counts: expected 1 count_differs, found no such step in the run"
    ]


def finding(key: tuple[object, ...] = (), column: str | None = None) -> Finding:
    return Finding(kind=Kind.INTERVAL_GAP, key=key, column=column)


@pytest.mark.parametrize(
    ("findings", "missed", "surplus"),
    [
        ([finding(("P-1", dt.date(2024, 2, 29))), finding(column="ValidTo"), finding()], [], []),
        (
            [finding(("P-2",)), finding(column="ValidTo"), finding()],
            ["history: expected 1 interval_gap about P-1, 2024-02-29, found 0"],
            ["history: expected 0 interval_gap about P-2, found 1"],
        ),
        (
            [finding(column="ValidTo"), finding(column="ValidTo"), finding()],
            ["history: expected 1 interval_gap about P-1, 2024-02-29, found 0"],
            ["history: expected 1 interval_gap about ValidTo, found 2"],
        ),
    ],
)
def test_as_many_findings_about_something_else_do_not_do(
    findings: list[Finding], missed: list[str], surplus: list[str]
):
    about = ("P-1, 2024-02-29", "ValidTo", "the whole table")
    expected = {"history": {Kind.INTERVAL_GAP: ExpectedFindings(count=3, about=about)}}
    truth = TRUTH.model_copy(
        update={"defects": (TRUTH.defects[1], TRUTH.defects[3]), "expected": expected}
    )
    step = Step(id="history", validator="validate_x", table=TableRef(schema="Sales", name="T"))
    told = StepRun(step=step, status=StepStatus.FAILED, result=Result(findings=findings))
    pipeline = Pipeline(name="p", source="s", target="t", steps=(step,))
    failed = Run(id="1", pipeline=pipeline, status=RunStatus.FAILED, started=NOW, steps=(told,))
    check = self_check(failed, truth)
    assert [each.message for each in check.missed] == missed
    assert [each.message for each in check.surplus] == surplus
    assert check.holds is (not missed)
    assert check.found == (() if missed else ("gaps",))
