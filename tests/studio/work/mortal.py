"""A worker in a process of its own, that a test may kill or pause at any moment."""

import logging
import multiprocessing
import os
import signal
import time
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from sqlalchemy import make_url
from tests.studio.conftest import AUDIT_KEY
from tests.studio.work.queued import worker

from ombudsman.studio.persistence.store import Store


def processes() -> ForkServerContext:
    """Where processes come from: a server that has imported everything, so that one begins in no time."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.studio.work.mortal"])
    return context


def begin(
    context: ForkServerContext,
    url: str,
    databases: Path,
    results: Path,
    *,
    lease_s: float,
    takes_back: bool,
) -> ForkServerProcess:
    """A worker that works until it is killed. `takes_back`: it is the only one, so what is held is a dead one's."""
    process = context.Process(
        target=_work, args=(url, databases, results, lease_s, takes_back), daemon=True
    )
    process.start()
    return process


def _work(url: str, databases: Path, results: Path, lease_s: float, takes_back: bool) -> None:
    logging.disable()
    store = Store(make_url(url), audit_key=AUDIT_KEY)
    if takes_back:
        with store.writing() as unit:
            unit.runs.give_back_all()
    worker(store, databases, results, lease_s=lease_s).start()
    while True:
        time.sleep(1)


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
