"""A run is one worker's at a time; whoever lost it can write nothing."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.studio.work.queued import runs_waiting

from ombudsman.model.pipeline import RunStatus
from ombudsman.studio.errors import Overtaken
from ombudsman.studio.persistence.entities.runs import RunEvent, StepResult
from ombudsman.studio.persistence.runs import Lease, Runs, as_pending
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


def test_the_runs_of_a_dead_worker_are_taken_back_by_its_name(store: Store) -> None:
    mine, others = runs_waiting(store, 2)
    taken(store, mine, "host-a:1:x")
    taken(store, others, "host-b:1:x")
    with store.writing() as unit:
        assert unit.runs.give_back_all("host-a:") == 1
    with store.reading() as unit:
        assert list(unit.runs.waiting(9)) == [mine]


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
