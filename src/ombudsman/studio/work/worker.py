"""A worker: takes runs, executes several at once, renews their leases, and hears when one is to be cancelled.

It lives in a process of its own, or inside the server. Everything it promises rests on the store: when it dies, its
leases run out, and others take its runs; when it was only paused, its writes are refused.
"""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, field

from ombudsman.model.errors import OmbudsmanError
from ombudsman.pipeline.stop import StopSwitch
from ombudsman.studio.persistence.runs import Lease
from ombudsman.studio.persistence.store import Store
from ombudsman.studio.work.keeper import RunKeeper

LEASE_S = 15.0
"""How long a run is a worker's without a sign of life."""

POLL_S = 0.5
"""How often a worker looks for new runs."""

RENEWALS = 3
"""How often a lease is renewed before it would end."""

_PAUSE_AT_THE_END_S = 0.1

logger = logging.getLogger(__name__)

Execute = Callable[[RunKeeper, StopSwitch], None]
Keep = Callable[[Lease], RunKeeper]


def worker_name() -> str:
    """A name that says where the worker lives, and that no other has."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


@dataclass
class _Held:
    """A run under way."""

    keeper: RunKeeper
    stop: StopSwitch
    done: Future[None]


@dataclass
class Worker:
    """Executes runs until it is stopped.

    Attributes:
        store: where the runs are.
        keep: makes the keeper of a lease.
        execute: executes the run of a keeper, and stops when the switch says so.
        places: how many runs at once.
        name: its name in leases.
        lease_s: how long a lease is.
        poll_s: how often it looks for runs.
    """

    store: Store
    keep: Keep
    execute: Execute
    places: int = 2
    name: str = field(default_factory=worker_name)
    lease_s: float = LEASE_S
    poll_s: float = POLL_S
    _held: dict[str, _Held] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _wake: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begins to take runs. Returns at once."""
        self._pool = ThreadPoolExecutor(max_workers=self.places, thread_name_prefix="run")
        self._threads = [
            threading.Thread(target=self._take_runs, name="takes-runs", daemon=True),
            threading.Thread(target=self._keep_leases, name="keeps-leases", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Says that there may be something to do: a new run, or one to cancel."""
        self._wake.set()

    def stop(self, *, within_s: float = 30.0) -> bool:
        """Takes no more runs, stops those under way and gives them back; whether all ended in time."""
        self._stopping.set()
        self.wake()
        with self._lock:
            held = list(self._held.values())
        for each in held:
            each.keeper.gives_back = True
            each.stop.request()
        ended = not wait_for([each.done for each in held], timeout=within_s).not_done
        for thread in self._threads:
            thread.join(timeout=5)
        self._pool.shutdown(wait=False, cancel_futures=True)
        return ended

    @property
    def running(self) -> int:
        """How many runs are under way here."""
        return len(self._held)

    # ------------------------------------------------------------ taking

    def _take_runs(self) -> None:
        while not self._stopping.is_set():
            try:
                while not self._stopping.is_set() and self._take_one():
                    pass
            except OmbudsmanError as error:
                logger.warning("no run could be taken: %s", error.message)
            self._wake.wait(self.poll_s)
            self._wake.clear()

    def _take_one(self) -> bool:
        """Takes a run if there is one and a place for it; whether there may be more."""
        if len(self._held) >= self.places:
            return False
        with self.store.reading() as unit:
            waiting = unit.runs.waiting(self.places)
        for run_id in waiting:
            if run_id in self._held:
                continue  # ours, and its lease has ended: what it writes is refused until it notices
            with self.store.writing() as unit:
                lease = unit.runs.take(run_id, worker=self.name, lease_s=self.lease_s)
            if lease is not None:
                self._begin(lease)
                return True
        return False

    def _begin(self, lease: Lease) -> None:
        logger.info("run %s, attempt %d", lease.run_id, lease.attempt)
        held = _Held(self.keep(lease), StopSwitch(), Future())
        with self._lock:
            self._held[lease.run_id] = held
        self._pool.submit(self._carry_out, lease.run_id, held)

    def _carry_out(self, run_id: str, held: _Held) -> None:
        try:
            self.execute(held.keeper, held.stop)
        except BaseException:
            logger.exception("run %s broke its worker", run_id)
        finally:
            with self._lock:
                del self._held[run_id]
            held.done.set_result(None)
            self.wake()

    # ------------------------------------------------------------ keeping

    def _keep_leases(self) -> None:
        """Renews what is held, hears of cancelling, and writes events that wait; until all have ended."""
        pause = min(self.lease_s / RENEWALS, 1.0)
        while not self._stopping.wait(pause) or self._held:
            with self._lock:
                held = dict(self._held)
            try:
                self._look_after(held)
            except OmbudsmanError as error:
                logger.warning("leases could not be renewed: %s", error.message)
            if self._stopping.is_set():
                time.sleep(_PAUSE_AT_THE_END_S)

    def _look_after(self, held: dict[str, _Held]) -> None:
        if not held:
            return
        with self.store.writing() as unit:
            kept = {
                run_id
                for run_id, each in held.items()
                if unit.runs.renew(each.keeper.lease, lease_s=self.lease_s)
            }
            to_end = unit.runs.cancel_requested(held) | (held.keys() - kept)
        for run_id in to_end:
            held[run_id].stop.request()
        for run_id in kept:
            held[run_id].keeper.flush(after_s=1.0)
