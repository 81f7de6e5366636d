"""Workers are killed and paused at random moments, and no run is lost, no step written twice, no verdict changed.

Each test has a short form, and a long one with the number of deaths that is promised. At the end each
safeguard is taken away, and what stood must fall.
"""

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from tests.pipeline.databases import make_databases
from tests.studio.work.mortal import Mortal, begin, go_on, kill, pause, processes
from tests.studio.work.queued import runs_waiting

from ombudsman.studio.persistence.store import Store

STEPS = 40
SHORT_LEASE_S = 0.5
NOBODY = "nobody went on with what was paused"

KILLS = [3, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(1_200)])]
PAUSES = [1, pytest.param(28, marks=[pytest.mark.slow, pytest.mark.timeout(1_200)])]


def forty_steps() -> str:
    lines = ["name: two", "source: source", "target: target", "steps:"]
    for number in range(STEPS):
        table, validator = ("main.orders", "main.items")[number % 2], "validate_record_counts"
        needs = f", needs: [s{number - 1}]" if number % 4 else ""
        where = f"id > {number}"
        lines.append(
            f"  - {{id: s{number}, validator: {validator}, table: {table}, on_failure: go_on, "
            f'params: {{where: "{where}"}}{needs}}}'
        )
    return "\n".join(lines)


@dataclass
class Ledger:
    """What was recorded until now, step by step: it must never change."""

    store: Store
    runs: list[str]
    recorded: dict[tuple[str, int], tuple[str, int]] = field(default_factory=dict)

    def look(self) -> bool:
        """Checks that nothing recorded is gone or changed, and adds what is new; whether all runs are over."""
        with self.store.reading() as unit:
            statuses = {run: unit.runs.get(run).status for run in self.runs}
            results = {run: unit.runs.results(run) for run in self.runs}
            attempts = {
                (run, step.position): step.attempt
                for run in self.runs
                for step in unit.runs.steps(run)
            }
        now = {
            (run, each.position): (each.digest, attempts[run, each.position])
            for run, found in results.items()
            for each in found
        }
        assert {key: now.get(key) for key in self.recorded} == self.recorded, "a result changed"
        self.recorded = now
        assert not {"errored", "cancelled"} & set(statuses.values()), f"a run broke: {self._why()}"
        return set(statuses.values()) <= {"passed", "failed"}

    def _why(self) -> list[object]:
        with self.store.reading() as unit:
            return [unit.runs.get(run).problem for run in self.runs]

    def attempts(self, run: str) -> int:
        """How often a run was taken until now."""
        with self.store.reading() as unit:
            return unit.runs.get(run).attempt

    def digests(self) -> list[list[str]]:
        """What each run's steps said."""
        return [[self.recorded[run, position][0] for position in range(STEPS)] for run in self.runs]


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("databases")
    make_databases(folder)
    return folder


@pytest.fixture
def alive() -> Iterator[list[ForkServerProcess]]:
    """The processes that the test has begun and not yet ended."""
    begun: list[ForkServerProcess] = []
    yield begun
    for each in begun:
        with suppress(ValueError, ProcessLookupError):
            go_on(each)
            kill(each)


@pytest.mark.parametrize("deaths", KILLS)
@pytest.mark.parametrize("mode", ["embedded", "distributed"])
def test_no_death_of_a_worker_loses_or_repeats_anything(
    deaths: int,
    mode: str,
    store: Store,
    databases: Path,
    tmp_path: Path,
    alive: list[ForkServerProcess],
) -> None:
    embedded = mode == "embedded"
    dice, context, url = random.Random(7), processes(), store.engine.url  # noqa: S311 - no secrets
    ledger = Ledger(store, runs_waiting(store, 2 + deaths // 3, forty_steps()))

    def born() -> ForkServerProcess:
        mortal = Mortal(
            url.render_as_string(hide_password=False),
            databases,
            tmp_path / "results",
            lease_s=600 if embedded else SHORT_LEASE_S,
            takes_back=embedded,
        )
        alive.append(begin(context, mortal))
        return alive[-1]

    workers = [born() for _ in range(1 if embedded else 2)]
    for _ in range(deaths):
        time.sleep(dice.uniform(0.1, 0.9))
        number = dice.randrange(len(workers))
        alive.remove(workers[number])
        kill(workers[number])
        ledger.look()
        workers[number] = born()
    ends = time.monotonic() + 300
    while not ledger.look():
        assert time.monotonic() < ends
        time.sleep(0.2)
    first, *others = ledger.digests()
    assert all(each == first for each in others)
    assert len(ledger.recorded) == STEPS * len(ledger.runs)


@dataclass
class World:
    """A store, the two databases, and the processes that work on them."""

    store: Store
    databases: Path
    results: Path
    alive: list[ForkServerProcess]

    def born(self, number: int, *, lease_s: float, without: str | None, step_s: float) -> None:
        """So many workers more."""
        url, context = self.store.engine.url.render_as_string(hide_password=False), processes()
        mortal = Mortal(
            url, self.databases, self.results, lease_s=lease_s, step_s=step_s, without=without
        )
        self.alive.extend(begin(context, mortal) for _ in range(number))

    def holder(self, run: str) -> ForkServerProcess | None:
        """The process that holds a run."""
        with self.store.reading() as unit:
            worker = unit.runs.get(run).leased_by
        held = [each for each in self.alive if worker and str(each.pid) == worker.split(":")[1]]
        return held[0] if held else None


@pytest.fixture
def world(store: Store, databases: Path, tmp_path: Path, alive: list[ForkServerProcess]) -> World:
    return World(store, databases, tmp_path / "results", alive)


def until(holds: Callable[[], bool], *, within_s: float = 60) -> bool:
    """Whether something comes to hold within this time."""
    ends = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True


def paused(world: World, *, pauses: int = 1, without: str | None = None) -> None:
    """Pauses whoever holds a run, until another has gone on with it; then both are there, and one of them is late."""
    ledger = Ledger(world.store, runs_waiting(world.store, pauses, forty_steps()))
    world.born(2, lease_s=SHORT_LEASE_S, without=without, step_s=0.15)
    late = sum(_paused(world, ledger, run) for run in ledger.runs)
    assert until(ledger.look, within_s=300), "the runs do not end"
    assert late >= (pauses + 1) // 2, NOBODY
    first, *others = ledger.digests()
    assert all(each == first for each in others), "a result changed"


def _paused(world: World, ledger: Ledger, run: str) -> bool:
    """Pauses the holder of one run; whether another went on with it meanwhile. Tried again while there is time."""

    def recorded(more_than: int) -> bool:
        ledger.look()
        return sum(key[0] == run for key in ledger.recorded) > more_than

    for number in range(1, STEPS // 2, 4):
        # Just now a step was written: it waits before it writes the next, with nothing of the store in its hands.
        assert until(lambda number=number: recorded(number)), "the run does not begin"  # type: ignore[misc]
        attempt, holder = ledger.attempts(run), world.holder(run)
        if holder is None:
            continue
        pause(holder)
        gone_on = until(lambda attempt=attempt: ledger.attempts(run) > attempt, within_s=3)  # type: ignore[misc]
        if gone_on:
            until(lambda number=number: recorded(number + 2), within_s=5)  # type: ignore[misc]
        go_on(holder)
        if gone_on:
            return True
    return False


def undisturbed(world: World, *, without: str | None = None) -> None:
    """Lets two workers execute, and wants every run to have been taken once."""
    ledger = Ledger(world.store, runs_waiting(world.store, 4, forty_steps()))
    world.born(2, lease_s=6, without=without, step_s=0)

    def over() -> bool:
        assert {ledger.attempts(run) for run in ledger.runs} <= {0, 1}, "a run was taken twice"
        return ledger.look()

    assert until(over, within_s=120), "the runs do not end"


@pytest.mark.parametrize("pauses", PAUSES)
def test_a_worker_that_was_paused_beyond_its_lease_writes_nothing_more(
    pauses: int, world: World
) -> None:
    paused(world, pauses=pauses)


def test_a_run_that_nobody_disturbs_is_taken_once(world: World) -> None:
    undisturbed(world)


@pytest.mark.parametrize(
    ("safeguard", "scenario"),
    [("fence", paused), ("leases", undisturbed), ("turns", undisturbed)],
)
def test_no_safeguard_can_be_missing(
    safeguard: str, scenario: Callable[..., None], world: World
) -> None:
    if safeguard == "turns" and not world.store.is_sqlite:
        pytest.skip("BEGIN IMMEDIATE is SQLite's")
    told = NOBODY
    tries = iter(range(3))  # on a busy machine it may be that nobody went on with what was paused
    while NOBODY in told and next(tries, None) is not None:
        with pytest.raises(AssertionError) as fallen:
            scenario(world, without=safeguard)
        told = str(fallen.value)
    assert re.search("a result changed|a run broke|taken twice", told)
