"""Workers are killed and paused at random moments, and no run is lost, no step written twice, no verdict changed.

Each test has a short form, and a long one with the number of deaths that is promised.
"""

import random
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from tests.pipeline.databases import make_databases
from tests.studio.work.mortal import begin, go_on, kill, pause, processes
from tests.studio.work.queued import runs_waiting

from ombudsman.studio.persistence.store import Store

STEPS = 40
SHORT_LEASE_S = 0.5

KILLS = [3, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(1_200)])]
PAUSES = [2, pytest.param(28, marks=[pytest.mark.slow, pytest.mark.timeout(1_200)])]


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
        assert {key: now.get(key) for key in self.recorded} == self.recorded
        self.recorded = now
        assert not {"errored", "cancelled"} & set(statuses.values()), self._why()
        return set(statuses.values()) <= {"passed", "failed"}

    def _why(self) -> list[object]:
        with self.store.reading() as unit:
            return [unit.runs.get(run).problem for run in self.runs]

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
        made = begin(
            context,
            url.render_as_string(hide_password=False),
            databases,
            tmp_path / "results",
            lease_s=SHORT_LEASE_S if not embedded else 600,
            takes_back=embedded,
        )
        alive.append(made)
        return made

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


@pytest.mark.parametrize("pauses", PAUSES)
def test_a_worker_that_was_paused_beyond_its_lease_writes_nothing_more(
    pauses: int, store: Store, databases: Path, tmp_path: Path, alive: list[ForkServerProcess]
) -> None:
    dice, context = random.Random(8), processes()  # noqa: S311 - no secrets
    url = store.engine.url.render_as_string(hide_password=False)
    ledger = Ledger(store, runs_waiting(store, 2 + pauses, forty_steps()))
    alive.extend(
        begin(
            context, url, databases, tmp_path / "results", lease_s=SHORT_LEASE_S, takes_back=False
        )
        for _ in range(2)
    )
    for _ in range(pauses):
        time.sleep(dice.uniform(0.1, 0.6))
        paused = dice.choice(alive)
        pause(paused)
        time.sleep(2 * SHORT_LEASE_S)
        go_on(paused)
        ledger.look()
    ends = time.monotonic() + 300
    while not ledger.look():
        assert time.monotonic() < ends
        time.sleep(0.2)
    first, *others = ledger.digests()
    assert all(each == first for each in others)
