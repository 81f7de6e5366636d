"""A worker executes what waits, and what it does survives it."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.pipeline.databases import SECRET, make_databases
from tests.studio.conftest import Clock, opened
from tests.studio.work.queued import TEXT, runs_waiting, worker

from ombudsman.pipeline.stop import StopSwitch
from ombudsman.studio.persistence.entities.runs import StoredRun
from ombudsman.studio.persistence.runs import Lease
from ombudsman.studio.persistence.store import Store
from ombudsman.studio.work.embedded import studio_worker
from ombudsman.studio.work.keeper import RunKeeper
from ombudsman.studio.work.worker import Worker

OVER = {"passed", "failed", "errored", "cancelled"}


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("databases")
    make_databases(folder)
    return folder


@pytest.fixture
def begun(store: Store, databases: Path, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Starts workers, which end with the test."""
    workers: list[Worker] = []

    def begin(**more: object) -> Worker:
        made = worker(store, databases, tmp_path / "results", **more)  # type: ignore[arg-type]
        workers.append(made)
        made.start()
        return made

    yield begin
    for each in workers:
        each.stop()


def awaited(store: Store, run_id: str, *, within_s: float = 30) -> StoredRun:
    """The run, once it is over."""
    ends = time.monotonic() + within_s
    while True:
        with store.reading() as unit:
            run = unit.runs.get(run_id)
        if run.status in OVER:
            return run
        assert time.monotonic() < ends, f"the run is still {run.status}"
        time.sleep(0.02)


def test_a_run_is_executed_and_written_down(
    store: Store, begun: Callable[..., Worker], tmp_path: Path
) -> None:
    begun()
    (run_id,) = runs_waiting(store)
    run = awaited(store, run_id)
    assert (run.status, run.attempt, run.leased_by) == ("failed", 1, None)
    assert run.summary is not None
    assert run.summary["steps"] == {"passed": 2, "failed": 2}
    with store.reading() as unit:
        steps = unit.runs.steps(run_id)
        assert [(each.step_id, each.status) for each in steps] == [
            ("items", "passed"),
            ("orders", "failed"),
            ("rows", "failed"),
            ("nulls", "passed"),
        ]
        assert steps[2].found == {"row_missing_in_target": 1}
        rows_file = unit.runs.results(run_id)[2].rows_file
        assert rows_file is not None
        assert Path(rows_file).is_relative_to(tmp_path / "results" / run_id)
        assert Path(rows_file).exists()
        events = unit.runs.events(run_id, after=0, most=1_000)
    assert [each.number for each in events] == list(range(1, len(events) + 1))
    assert (events[0].kind, events[-1].kind) == ("RunStarted", "RunFinished")
    assert SECRET not in str([each.document for each in events])


def test_runs_share_the_places_there_are(store: Store, begun: Callable[..., Worker]) -> None:
    begun(places=2)
    begun(places=1)
    for run_id in runs_waiting(store, 6):
        run = awaited(store, run_id)
        assert (run.status, run.attempt) == ("failed", 1)


def test_a_pipeline_that_cannot_be_used_ends_the_run_with_the_reason(
    store: Store, begun: Callable[..., Worker]
) -> None:
    begun()
    (run_id,) = runs_waiting(store, text=TEXT.replace("main.orders", "main.ordres"))
    run = awaited(store, run_id)
    assert run.status == "errored"
    assert run.problem is not None
    assert "ordres" in run.problem["message"]


def test_cancelling_ends_a_run_under_way(store: Store, databases: Path, tmp_path: Path) -> None:
    stopped = threading.Event()

    def waits_to_be_stopped(keeper: RunKeeper, stop: StopSwitch) -> None:
        stop.bind(stopped.set)
        assert stopped.wait(20)

    made = worker(store, databases, tmp_path / "results")
    made.execute = waits_to_be_stopped
    made.start()
    (run_id,) = runs_waiting(store)
    _until(lambda: made.running == 1)
    with store.writing() as unit:
        unit.runs.cancel(unit.runs.get(run_id))
    assert stopped.wait(10)
    assert made.stop()


def test_what_breaks_a_run_is_logged_without_its_words(
    store: Store, databases: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = worker(store, databases, tmp_path / "results")

    def breaks(keeper: RunKeeper, stop: StopSwitch) -> None:
        raise ValueError(f"{SECRET} is none")

    made.execute = breaks
    made.start()
    (run_id,) = runs_waiting(store)
    run = awaited(store, run_id)
    assert made.stop()
    assert (run.status, run.leased_by) == ("errored", None)
    assert run.problem is not None
    assert run.problem["message"] == "the studio broke with a ValueError"
    assert "ValueError" in caplog.text
    assert __file__ in caplog.text
    assert SECRET not in caplog.text + str(run.problem)


def test_a_run_that_cannot_be_held_ends_alone(
    store: Store, databases: Path, tmp_path: Path
) -> None:
    made = worker(store, databases, tmp_path / "results")
    keep, broken = made.keep, list[str]()

    def breaks_once(lease: Lease) -> RunKeeper:
        if not broken:
            broken.append(lease.run_id)
            raise ValueError
        return keep(lease)

    made.keep = breaks_once
    made.start()
    runs = runs_waiting(store, 2)
    statuses = {run_id: awaited(store, run_id).status for run_id in runs}
    ends = time.monotonic() + 10
    while made.life().running:  # the run is over in the store a moment before its place is free
        assert time.monotonic() < ends
        time.sleep(0.01)
    life = made.life()
    assert life.alive
    assert life.looked_s < 5
    assert made.stop()
    assert not made.life().alive
    assert statuses == {runs[0]: "errored", runs[1]: "failed"}


def test_a_run_that_does_not_stop_is_given_back_and_keeps_nobody_alive(
    store: Store, databases: Path, tmp_path: Path
) -> None:
    made = worker(store, databases, tmp_path / "results")
    goes_on, threads = threading.Event(), []

    def hangs(keeper: RunKeeper, stop: StopSwitch) -> None:
        threads.append(threading.current_thread())
        assert goes_on.wait(30)

    made.execute = hangs
    made.start()
    (run_id,) = runs_waiting(store)
    _until(lambda: bool(threads))
    assert not made.stop(within_s=0.2)
    assert made.hangs
    assert all(thread.daemon for thread in threads)
    with store.reading() as unit:
        assert unit.runs.get(run_id).status == "queued"
    goes_on.set()
    threads[0].join(10)


def test_who_stops_while_a_run_is_taken_gives_it_back_too(
    store: Store, databases: Path, tmp_path: Path
) -> None:
    made = worker(store, databases, tmp_path / "results")
    keep, reached, goes_on = made.keep, threading.Event(), threading.Event()

    def slowly(lease: Lease) -> RunKeeper:
        reached.set()
        assert goes_on.wait(20)
        return keep(lease)

    made.keep = slowly
    made.start()
    (run_id,) = runs_waiting(store)
    assert reached.wait(20)
    stopping = threading.Thread(target=made.stop)
    stopping.start()
    time.sleep(0.2)
    goes_on.set()
    stopping.join(20)
    assert not stopping.is_alive()
    with store.reading() as unit:
        run = unit.runs.get(run_id)
        assert (run.status, run.leased_by) == ("queued", None)
        assert unit.runs.steps(run_id) == []


def test_a_worker_that_stops_gives_its_runs_back_and_another_goes_on(
    store: Store, databases: Path, tmp_path: Path, begun: Callable[..., Worker]
) -> None:
    first = worker(store, databases, tmp_path / "results", lease_s=600)
    whole, reached = first.execute, threading.Event()

    def slowly(keeper: RunKeeper, stop: StopSwitch) -> None:
        write = keeper.write_step

        def one_then_wait(step_run: object) -> None:
            write(step_run)  # type: ignore[arg-type]
            if not reached.is_set():
                reached.set()
                _until(lambda: stop.requested)

        keeper.write_step = one_then_wait  # type: ignore[method-assign]
        whole(keeper, stop)

    first.execute = slowly
    first.start()
    (run_id,) = runs_waiting(store)
    assert reached.wait(20)
    assert first.stop()
    with store.reading() as unit:
        run = unit.runs.get(run_id)
        assert (run.status, run.leased_by) == ("queued", None)
        done = {each.position: each.digest for each in unit.runs.results(run_id)}
    assert 1 <= len(done) < 4
    begun()
    run = awaited(store, run_id)
    assert (run.status, run.attempt) == ("failed", 2)
    with store.reading() as unit:
        results = {each.position: each.digest for each in unit.runs.results(run_id)}
        attempts = {each.position: each.attempt for each in unit.runs.steps(run_id)}
    assert len(results) == 4
    assert {position: results[position] for position in done} == done
    assert {attempts[position] for position in done} == {1}


def test_two_executions_have_the_same_digests(store: Store, begun: Callable[..., Worker]) -> None:
    begun()
    first, second = runs_waiting(store, 2)
    for run_id in (first, second):
        awaited(store, run_id)
    with store.reading() as unit:
        assert [e.digest for e in unit.runs.results(first)] == [
            e.digest for e in unit.runs.results(second)
        ]


def _until(holds: Callable[[], bool], *, within_s: float = 20) -> None:
    ends = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_a_worker_that_is_started_has_a_place(tmp_path: Path, clock: Clock) -> None:
    on = opened(tmp_path / "data", clock, ovs_worker_places=0)
    assert studio_worker(on).places == 1
    on.close()
