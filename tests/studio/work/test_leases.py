"""A run is one worker's at a time; whoever lost it can write nothing."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.studio.work.queued import enqueue, project_of, runs_waiting

from ombudsman.model.pipeline import RunStatus
from ombudsman.studio.errors import Overtaken
from ombudsman.studio.persistence.entities.runs import RunEvent, StepResult
from ombudsman.studio.persistence.runs import MOST_LOST, Lease, Runs, as_pending
from ombudsman.studio.persistence.store import Store

SHORT_S = 0.2


def take(store: Store, run_id: str, worker: str, lease_s: float = 60) -> Lease | None:
    with store.writing() as unit:
        return unit.runs.take(run_id, worker=worker, lease_s=lease_s)


def taken(store: Store, run_id: str, worker: str, lease_s: float = 60) -> Lease:
    lease = take(store, run_id, worker, lease_s)
    assert lease is not None
    return lease


def test_runs_are_numbered_in_their_project_and_wait_oldest_first(store: Store) -> None:
    runs = runs_waiting(store, 3)
    with store.reading() as unit:
        assert [unit.runs.get(each).number for each in runs] == [1, 2, 3]
        assert list(unit.runs.waiting(2)) == runs[:2]


def test_many_who_ask_at_once_each_get_a_number(store: Store) -> None:
    with store.writing() as unit:
        project_id, user_id = project_of(unit)

    def ask(_: int) -> int:
        with store.writing() as unit:
            return unit.runs.get(enqueue(unit, project_id, user_id)).number

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(ask, range(40))) == list(range(1, 41))


def test_of_many_workers_one_gets_a_run(store: Store) -> None:
    (run,) = runs_waiting(store)
    with ThreadPoolExecutor(8) as pool:
        leases = list(pool.map(lambda number: take(store, run, f"worker {number}"), range(8)))
    assert [each.attempt for each in leases if each] == [1]


def test_a_lease_that_ran_out_can_be_taken_and_the_first_can_write_no_more(store: Store) -> None:
    (run,) = runs_waiting(store)
    first = taken(store, run, "paused", SHORT_S)
    assert take(store, run, "eager") is None
    time.sleep(2 * SHORT_S)
    second = taken(store, run, "eager")
    assert second.attempt == first.attempt + 1
    with store.writing() as unit:
        assert not unit.runs.renew(first, lease_s=60)
        assert unit.runs.renew(second, lease_s=60)
    event = RunEvent(run_id=run, number=1, kind="x", document={})
    result = StepResult(run_id=run, position=0, document={}, digest="")
    writes: list[Callable[[Runs], None]] = [
        lambda runs: runs.plan(first, {}, []),
        lambda runs: runs.write_step(first, 0, {"status": "passed"}, result),
        lambda runs: runs.add_events(first, [event]),
        lambda runs: runs.end(first, RunStatus.PASSED, summary=None, problem=None),
    ]
    for write in writes:
        with pytest.raises(Overtaken), store.writing() as unit:
            write(unit.runs)
    with store.reading() as unit:
        assert unit.runs.get(run).status == "running"


def test_a_lease_that_is_renewed_is_nobody_elses(store: Store) -> None:
    (run,) = runs_waiting(store)
    lease = taken(store, run, "busy", SHORT_S)
    for _ in range(4):
        time.sleep(SHORT_S / 2)
        with store.writing() as unit:
            assert unit.runs.renew(lease, lease_s=SHORT_S)
    assert take(store, run, "eager") is None


def test_what_is_given_back_waits_again_and_what_is_over_does_not(store: Store) -> None:
    given, ended = runs_waiting(store, 2)
    with store.writing() as unit:
        unit.runs.give_back(taken_in(unit.runs, given))
        unit.runs.end(taken_in(unit.runs, ended), RunStatus.PASSED, summary={}, problem=None)
    with store.reading() as unit:
        assert list(unit.runs.waiting(9)) == [given]
        over = unit.runs.get(ended)
        assert (over.status, over.leased_by) == ("passed", None)
        assert over.finished is not None
    assert take(store, ended, "late") is None


def taken_in(runs: Runs, run_id: str) -> Lease:
    lease = runs.take(run_id, worker="w", lease_s=60)
    assert lease is not None
    return lease


def test_the_runs_of_dead_workers_are_taken_back(store: Store) -> None:
    held, waits, over = runs_waiting(store, 3)
    taken(store, held, "host-a:1:x")
    with store.writing() as unit:
        unit.runs.end(taken_in(unit.runs, over), RunStatus.PASSED, summary={}, problem=None)
        assert unit.runs.give_back_all() == 1
    with store.reading() as unit:
        assert list(unit.runs.waiting(9)) == [held, waits]


def test_cancelling_ends_what_nobody_began_and_tells_who_holds_the_rest(store: Store) -> None:
    waits, runs = runs_waiting(store, 2)
    taken(store, runs, "w")
    with store.writing() as unit:
        for run_id in (waits, runs):
            unit.runs.cancel(unit.runs.get(run_id))
    with store.reading() as unit:
        assert unit.runs.get(waits).status == "cancelled"
        assert unit.runs.get(runs).status == "running"
        assert unit.runs.cancel_requested([waits, runs]) == {waits, runs}


def given_back(store: Store, lease: Lease) -> None:
    with store.writing() as unit:
        unit.runs.give_back(lease)


def lost(store: Store, lease: Lease) -> None:
    time.sleep(2 * SHORT_S)


def taken_back(store: Store, lease: Lease) -> None:
    with store.writing() as unit:
        unit.runs.give_back_all()


@pytest.mark.parametrize("let_go", [given_back, lost, taken_back])
def test_a_run_that_is_to_be_cancelled_is_not_begun_again(
    store: Store, let_go: Callable[[Store, Lease], None]
) -> None:
    (run,) = runs_waiting(store)
    lease = taken(store, run, "w", SHORT_S)
    with store.writing() as unit:
        unit.runs.plan(lease, {}, [as_pending(run, 0, step_id="s", validator="v", table="t")])
        unit.runs.begin_steps(lease, {0: unit.now})
    with store.writing() as unit:
        assert unit.runs.cancel(unit.runs.get(run))
        assert not unit.runs.cancel(unit.runs.get(run)), "asked once is asked"
    let_go(store, lease)
    if let_go is not lost:
        with store.reading() as unit:
            assert unit.runs.get(run).status == "cancelled", "at once, though nobody takes it"
    assert take(store, run, "eager") is None
    with store.reading() as unit:
        row = unit.runs.get(run)
        assert (row.status, row.leased_by, row.attempt) == ("cancelled", None, 1)
        assert row.finished is not None
        assert [each.status for each in unit.runs.steps(run)] == ["cancelled"]
        assert [each.kind for each in unit.runs.events(run, after=0, most=9)] == ["RunFinished"]


def test_who_read_of_a_run_before_it_ended_does_not_cancel_it(store: Store) -> None:
    if store.is_sqlite:
        pytest.skip("on SQLite whoever will write reads only when the others have written")
    (run,) = runs_waiting(store)
    with store.writing() as late:
        row = late.runs.get(run)
        assert row.status == "queued"
        with store.writing() as unit:
            unit.runs.end(taken_in(unit.runs, run), RunStatus.PASSED, summary={}, problem=None)
        assert not late.runs.cancel(row)
        assert row.status == "passed"
    with store.reading() as unit:
        row = unit.runs.get(run)
        assert (row.status, row.cancel_requested) == ("passed", None)


def test_a_run_that_is_given_back_waits_with_all_its_open_steps(store: Store) -> None:
    (run,) = runs_waiting(store)
    lease = taken(store, run, "w")
    with store.writing() as unit:
        unit.runs.plan(lease, {}, [as_pending(run, 0, step_id="s", validator="v", table="t")])
        unit.runs.begin_steps(lease, {0: unit.now})
    given_back(store, lease)
    with store.reading() as unit:
        (step,) = unit.runs.steps(run)
        assert (step.status, step.started) == ("pending", None)


@pytest.mark.parametrize("let_go", [lost, taken_back])
def test_a_run_that_loses_one_worker_after_another_ends(
    store: Store, let_go: Callable[[Store, Lease], None]
) -> None:
    (run,) = runs_waiting(store)
    for _ in range(3):
        let_go(store, taken(store, run, "w", SHORT_S / 4))
    assert take(store, run, "w") is not None, "three in a row are not yet many"
    taken_back(store, Lease(run, 4, "w"))
    for attempt in range(5, MOST_LOST + 1):
        let_go(store, taken(store, run, f"w{attempt}", SHORT_S / 4))
    assert take(store, run, "w") is None
    with store.reading() as unit:
        row = unit.runs.get(run)
        assert (row.status, row.attempt) == ("errored", MOST_LOST)
        assert row.problem is not None
        assert row.problem["code"] == "workers_lost"
        assert f"{MOST_LOST} times" in row.problem["message"]


def test_a_run_that_gets_further_or_is_given_back_is_not_lost(store: Store) -> None:
    (run,) = runs_waiting(store)
    for attempt in range(2 * MOST_LOST + 2):
        lease = taken(store, run, "w")
        if attempt % 2:
            given_back(store, lease)
            continue
        with store.writing() as unit:
            step = as_pending(run, 0, step_id="s", validator="v", table="t")
            unit.runs.plan(lease, {}, [step])
            unit.runs.write_step(lease, 0, {"status": "errored"}, None)
        taken_back(store, lease)
    assert take(store, run, "w") is not None


def test_a_plan_keeps_the_steps_that_were_finished(store: Store) -> None:
    (run,) = runs_waiting(store)
    lease = taken(store, run, "w")
    steps = [as_pending(run, n, step_id=f"s{n}", validator="v", table="t") for n in range(3)]
    with store.writing() as unit:
        unit.runs.plan(lease, {"name": "two"}, steps)
        result = StepResult(run_id=run, position=1, document={}, digest="d")
        unit.runs.write_step(lease, 1, {"status": "passed"}, result)
    again = [as_pending(run, n, step_id=f"s{n}", validator="v", table="t") for n in range(3)]
    with store.writing() as unit:
        unit.runs.plan(lease, {"name": "two"}, again)
    with store.reading() as unit:
        assert [each.status for each in unit.runs.steps(run)] == ["pending", "passed", "pending"]
        assert unit.runs.result(run, 1) is not None
