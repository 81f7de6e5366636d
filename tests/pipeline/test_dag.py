"""Which steps may start, which are skipped and why; and a part of a pipeline."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ombudsman.model.errors import PipelineInvalid
from ombudsman.model.pipeline import OnFailure, Pipeline, Severity, Step, StepStatus
from ombudsman.model.tables import TableRef
from ombudsman.pipeline.dag import FINISHED, cycles, decide, only, order, ready, skipped_by

PASSED, FAILED, ERRORED = StepStatus.PASSED, StepStatus.FAILED, StepStatus.ERRORED
SKIPPED, CANCELLED, RUNNING = StepStatus.SKIPPED, StepStatus.CANCELLED, StepStatus.RUNNING
GO_ON, STOP, SKIP = OnFailure.GO_ON, OnFailure.STOP, OnFailure.SKIP_DEPENDENTS
BLOCKING, WARNING, INFO = Severity.BLOCKING, Severity.WARNING, Severity.INFO


def step(
    name: str, *needs: str, severity: Severity = BLOCKING, on_failure: OnFailure = SKIP
) -> Step:
    return Step(
        id=name,
        validator="validate_record_counts",
        table=TableRef(name="t"),
        needs=needs,
        severity=severity,
        on_failure=on_failure,
    )


def ids(steps: Iterable[Step]) -> list[str]:
    return [each.id for each in steps]


# ------------------------------------------------------------ order


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ([step("a"), step("b"), step("c")], "abc"),
        ([step("a", "c"), step("b"), step("c")], "bca"),
        ([step("a", "b"), step("b", "c"), step("c"), step("d")], "cbad"),
        ([step("a"), step("b", "a", "a"), step("c", "a")], "abc"),
        ([], ""),
    ],
)
def test_steps_come_after_what_they_need_and_else_as_written(written, expected):
    assert ids(order(written)) == list(expected)


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        ([step("a"), step("a")], "two steps are called 'a'", "rename one of them"),
        ([step("count"), step("b", "cont")], "step 'b' needs 'cont', which is no step", "did you mean 'count'?"),
        ([step("a", "a")], "in a circle: a -> a", None),
        ([step("x"), step("a", "b"), step("b", "c"), step("c", "a")], "in a circle: a -> b -> c -> a", None),
    ],
)  # fmt: skip
def test_steps_that_have_no_order_are_refused(written, message, hint):
    with pytest.raises(PipelineInvalid, match=message) as caught:
        order(written)
    assert caught.value.hint == hint


def test_circles_that_share_nothing_are_all_found():
    needs = {"a": ["b"], "b": ["a"], "c": ["d", "a"], "d": ["c"], "e": ["a"]}
    assert cycles(needs) == [("a", "b", "a"), ("c", "d", "c")]


# ------------------------------------------------------------ what may start


@pytest.mark.parametrize(
    ("status", "severity", "on_failure", "reason"),
    [
        (PASSED, BLOCKING, SKIP, None),
        (FAILED, BLOCKING, SKIP, "needs first, which failed"),
        (FAILED, BLOCKING, GO_ON, None),
        (FAILED, BLOCKING, STOP, "stopped after first failed"),
        (FAILED, WARNING, SKIP, None),
        (FAILED, INFO, SKIP, None),
        (FAILED, WARNING, STOP, None),
        (ERRORED, BLOCKING, SKIP, "needs first, which errored"),
        (ERRORED, WARNING, SKIP, "needs first, which errored"),
        (ERRORED, BLOCKING, GO_ON, None),
        (ERRORED, INFO, STOP, "stopped after first errored"),
        (SKIPPED, BLOCKING, SKIP, "needs first, which was skipped"),
        (SKIPPED, BLOCKING, GO_ON, None),
        (SKIPPED, BLOCKING, STOP, "needs first, which was skipped"),
        (CANCELLED, BLOCKING, SKIP, "needs first, which was cancelled"),
        (CANCELLED, BLOCKING, GO_ON, None),
    ],
)
def test_what_became_of_a_step_decides_for_those_that_need_it(status, severity, on_failure, reason):
    steps = [step("first", severity=severity, on_failure=on_failure), step("second", "first")]
    decision = decide(steps, {"first": status})
    assert decision.skipped == ({} if reason is None else {"second": reason})
    assert decision.ready == (("second",) if reason is None else ())


def test_a_step_waits_for_all_that_it_needs():
    steps = [step("a"), step("b"), step("c", "a", "b"), step("d")]
    assert ids(ready(steps, {})) == ["a", "b", "d"]
    assert ids(ready(steps, {"a": PASSED, "b": RUNNING})) == ["d"]
    assert ids(ready(steps, {"a": PASSED, "b": PASSED, "d": PASSED})) == ["c"]
    assert skipped_by(steps, {"a": PASSED, "b": RUNNING}) == {}


def test_a_step_is_skipped_as_soon_as_one_of_its_needs_fails():
    steps = [step("a"), step("b"), step("c", "b", "a")]
    assert skipped_by(steps, {"a": FAILED, "b": RUNNING}) == {"c": "needs a, which failed"}


def test_skipping_goes_on_down_the_line():
    steps = [step("c", "b"), step("b", "a"), step("a"), step("d")]
    assert skipped_by(steps, {"a": FAILED}) == {
        "b": "needs a, which failed",
        "c": "needs b, which was skipped",
    }


def test_a_skipped_step_that_says_go_on_lets_others_start_at_once():
    steps = [step("a"), step("b", "a", on_failure=GO_ON), step("c", "b")]
    decision = decide(steps, {"a": FAILED})
    assert decision.skipped == {"b": "needs a, which failed"}
    assert decision.ready == ("c",)


def test_a_stop_lets_running_steps_finish_and_starts_no_other():
    steps = [step("a", on_failure=STOP), step("b"), step("c"), step("d", "b")]
    decision = decide(steps, {"a": FAILED, "b": RUNNING})
    assert decision.ready == ()
    assert decision.skipped == dict.fromkeys("cd", "stopped after a failed")


# ------------------------------------------------------------ a part of a pipeline

PIPELINE = Pipeline(
    name="p",
    source="s",
    target="t",
    steps=(
        step("sums", "counts.DimDate"),
        step("counts.DimDate", "first"),
        step("counts.DimStore"),
        step("counts.FactSales"),
        step("first"),
        step("odd[1]"),
    ),
)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (["first"], ["first"]),
        (["sums"], ["sums", "counts.DimDate", "first"]),
        (["counts"], ["counts.DimDate", "counts.DimStore", "counts.FactSales", "first"]),
        (["counts.DimStore"], ["counts.DimStore"]),
        (["counts.Dim*"], ["counts.DimDate", "counts.DimStore", "first"]),
        (["odd[1]"], ["odd[1]"]),
        (["counts.FactSales", "first", "f*"], ["counts.FactSales", "first"]),
        ([], []),
    ],
)
def test_a_part_is_the_chosen_steps_and_what_they_need(chosen, expected):
    part = only(PIPELINE, chosen)
    assert ids(part.steps) == expected
    assert part.name == "p"


@pytest.mark.parametrize(
    ("choice", "hint"),
    [
        ("summs", "did you mean 'sums'?"),
        ("count", "did you mean 'counts'?"),
        ("counts.DimDat", "did you mean 'counts.DimDate'?"),
    ],
)
def test_a_choice_that_chooses_nothing_is_refused(choice, hint):
    with pytest.raises(PipelineInvalid, match="no step") as caught:
        only(PIPELINE, ["first", choice])
    assert caught.value.hint == hint


# ------------------------------------------------------------ laws


@st.composite
def dags(draw):
    count = draw(st.integers(1, 12))
    steps = [
        step(
            f"s{index}",
            *draw(
                st.lists(st.sampled_from([f"s{i}" for i in range(index)]), unique=True, max_size=3)
            )
            if index
            else (),
            severity=draw(st.sampled_from(Severity)),
            on_failure=draw(st.sampled_from([SKIP, SKIP, GO_ON, STOP])),
        )
        for index in range(count)
    ]
    return draw(st.permutations(steps))


OUTCOMES = st.sampled_from([PASSED, PASSED, PASSED, FAILED, ERRORED, CANCELLED])


@settings(max_examples=300)
@given(dags(), st.data())
def test_a_run_ends_and_no_step_starts_before_its_needs(steps, data):
    """Plays a run with up to three steps at once, in any order of finishing."""
    by_id = {each.id: each for each in steps}
    statuses = dict.fromkeys(by_id, StepStatus.PENDING)
    while not all(status in FINISHED for status in statuses.values()):
        decision = decide(steps, statuses)
        assert not set(decision.ready) & set(decision.skipped)
        statuses |= dict.fromkeys(decision.skipped, SKIPPED)
        for reason in decision.skipped.values():
            assert reason.startswith(("needs s", "stopped after s"))
        running = [key for key, status in statuses.items() if status is RUNNING]
        for key in decision.ready[: 3 - len(running)]:
            assert all(statuses[need] in FINISHED for need in by_id[key].needs)
            statuses[key] = RUNNING
            running.append(key)
        if not running:
            assert all(status in FINISHED for status in statuses.values())
            break
        finished = data.draw(st.sampled_from(running))
        statuses[finished] = data.draw(OUTCOMES)
    for each in steps:
        if statuses[each.id] is SKIPPED:
            assert any(status in {FAILED, ERRORED, CANCELLED} for status in statuses.values())


@given(dags())
def test_when_all_goes_well_every_step_runs(steps):
    statuses: dict[str, StepStatus] = {}
    started: list[str] = []
    while decision := decide(steps, statuses).ready:
        started += decision
        statuses |= dict.fromkeys(decision, PASSED)
    assert sorted(started) == sorted(ids(steps))


@given(dags())
def test_an_order_has_every_step_once_after_its_needs_and_is_stable(steps):
    ordered = ids(order(steps))
    assert sorted(ordered) == sorted(ids(steps))
    for each in steps:
        assert all(ordered.index(need) < ordered.index(each.id) for need in each.needs)
    assert ids(order(order(steps))) == ordered


@given(dags(), st.data())
def test_a_part_can_always_be_run(steps, data):
    pipeline = Pipeline(name="p", source="s", target="t", steps=tuple(steps))
    chosen = data.draw(st.lists(st.sampled_from(ids(steps)), min_size=1))
    part = only(pipeline, chosen)
    assert set(chosen) <= set(ids(order(part.steps)))
    assert ids(part.steps) == [key for key in ids(steps) if key in set(ids(part.steps))]
