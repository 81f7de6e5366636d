"""A worker in a process of its own, that a test may kill or pause at any moment."""

import logging
import multiprocessing
import os
import signal
import time
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from sqlalchemy import make_url
from tests.studio.conftest import AUDIT_KEY
from tests.studio.work.queued import worker
from tests.studio.work.safeguards import WITHOUT

from ombudsman.model.pipeline import StepRun
from ombudsman.studio.persistence.store import Store
from ombudsman.studio.work.keeper import RunKeeper
from ombudsman.validators.registry import catalogue

catalogue()  # imported before a worker is begun, not while its first lease runs out


def processes() -> ForkServerContext:
    """Where processes come from: a server that has imported everything, so that one begins in no time."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.studio.work.mortal"])
    return context


@dataclass(frozen=True)
class Mortal:
    """How a worker is begun.

    Attributes:
        url: the store.
        databases: the folder of the two databases.
        results: where rows are kept.
        lease_s: how long its leases are.
        takes_back: it is the only one, so what is held is a dead one's.
        step_s: so long it waits before it writes a step down.
        without: the safeguard that is taken away from it, if any.
    """

    url: str
    databases: Path
    results: Path
    lease_s: float
    takes_back: bool = False
    step_s: float = 0
    without: str | None = None


def begin(context: ForkServerContext, mortal: Mortal) -> ForkServerProcess:
    """A worker that works until it is killed."""
    process = context.Process(target=_work, args=(mortal,), daemon=True)
    process.start()
    return process


def _work(mortal: Mortal) -> None:
    logging.disable()
    if mortal.without is not None:
        WITHOUT[mortal.without]()
    store = Store(make_url(mortal.url), audit_key=AUDIT_KEY)
    if mortal.takes_back:
        with store.writing() as unit:
            unit.runs.give_back_all()
    made = worker(store, mortal.databases, mortal.results, lease_s=mortal.lease_s)
    made.most_lost = 1_000  # it is killed more often than any worker is that a run breaks
    keep = made.keep
    made.keep = lambda lease: _slow(keep(lease), mortal.step_s)
    made.start()
    while True:
        time.sleep(1)


def _slow(keeper: RunKeeper, step_s: float) -> RunKeeper:
    write = keeper.write_step

    def waits(step_run: StepRun) -> None:
        time.sleep(step_s)
        write(step_run)

    keeper.write_step = waits  # type: ignore[method-assign]
    return keeper


def kill(process: ForkServerProcess) -> None:
    """Ends it as a power cut would."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    process.close()


def pause(process: ForkServerProcess) -> None:
    """Lets it stand still, as a machine does that is moved or swaps."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGSTOP)


def go_on(process: ForkServerProcess) -> None:
    """Lets it go on."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGCONT)
