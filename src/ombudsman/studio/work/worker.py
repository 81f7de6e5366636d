"""A worker: takes runs, executes several at once, renews their leases, and hears when one is to be cancelled.

It lives in a process of its own, or inside the server. Everything it promises rests on the store: when it dies, its
leases run out, and others take its runs; when it was only paused, its writes are refused. What breaks in one run ends
that run, and never the worker. All its threads are daemons: a run that hangs does not keep the process alive.
"""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ombudsman.model.errors import OmbudsmanError
from ombudsman.model.pipeline import RunStatus
from ombudsman.pipeline.stop import StopSwitch
from ombudsman.studio.errors import fault_of, place_of
from ombudsman.studio.persistence.runs import MOST_LOST, Lease
from ombudsman.studio.persistence.store import Store
from ombudsman.studio.services.health import Life
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


def _nothing() -> None:
    """Nobody asks for runs but people."""


def worker_name() -> str:
    """A name that says where the worker lives, and that no other has."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


@dataclass
class _Held:
    """A run under way."""

    keeper: RunKeeper
    stop: StopSwitch
    done: threading.Event = field(default_factory=threading.Event)

    def ask_to_end(self) -> None:
        """Asks for its end. Whatever comes of that, the others are asked too."""
        with _outliving(f"stopping run {self.keeper.id}"):
            self.stop.request()


@dataclass
class Worker:
    """Executes runs until it is stopped.

    Attributes:
        store: where the runs are.
        keep: makes the keeper of a lease.
        execute: executes the run of a keeper, and stops when the switch says so.
        places: how many runs at once.
        look: called before each look for runs; it may ask for some.
        name: its name in leases.
        lease_s: how long a lease is.
        poll_s: how often it looks for runs.
        most_lost: how many workers in a row a run may lose.
        hangs: whether a run went on when it was to stop: the process has to end without waiting for it.
    """

    store: Store
    keep: Keep
    execute: Execute
    places: int = 2
    look: Callable[[], None] = _nothing
    name: str = field(default_factory=worker_name)
    lease_s: float = LEASE_S
    poll_s: float = POLL_S
    most_lost: int = MOST_LOST
    hangs: bool = field(default=False, init=False)
    _held: dict[str, _Held] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _wake: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _looked: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        """Begins to take runs. Returns at once."""
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
        """Takes no more runs, stops those under way and gives them back; whether all ended in time.

        Those that did not are given back all the same: what they still write is refused.
        """
        ends = time.monotonic() + within_s
        with self._lock:  # from here on nothing begins any more
            self._stopping.set()
            held = dict(self._held)
        self.wake()
        for each in held.values():
            each.keeper.gives_back = True
            each.ask_to_end()
        late = [
            each for each in held.values() if not each.done.wait(max(0, ends - time.monotonic()))
        ]
        for each in late:
            logger.warning("run %s does not stop; it is given back", each.keeper.id)
            self._give_back(each.keeper.lease)
        with self._lock:
            self._held.clear()
        for thread in self._threads:
            thread.join(timeout=5)
        self.hangs = bool(late)
        return not late

    def life(self) -> Life:
        """How it is, for those who look after it."""
        alive = bool(self._threads) and all(thread.is_alive() for thread in self._threads)
        return Life(alive, self.running, time.monotonic() - self._looked)

    @property
    def running(self) -> int:
        """How many runs are under way here."""
        return len(self._held)

    # ------------------------------------------------------------ taking

    def _take_runs(self) -> None:
        while not self._stopping.is_set():
            with _outliving("looking for what is due"):
                self.look()
            with _outliving("taking runs"):
                while not self._stopping.is_set() and self._take_one():
                    pass
                self._looked = time.monotonic()
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
                lease = unit.runs.take(
                    run_id, worker=self.name, lease_s=self.lease_s, most_lost=self.most_lost
                )
            if lease is not None:
                self._begin(lease)
                return True
        return False

    def _begin(self, lease: Lease) -> None:
        logger.info("run %s, attempt %d", lease.run_id, lease.attempt)
        try:
            held = _Held(self.keep(lease), StopSwitch())
        except OmbudsmanError:
            raise  # the store, most likely: the lease runs out, and the run is tried again
        except Exception as error:  # noqa: BLE001 - whatever the run holds, it ends the run alone
            self._end_broken(lease, error)
            return
        with self._lock:
            stopping = self._stopping.is_set()
            if not stopping:
                self._held[lease.run_id] = held
        if stopping:
            self._give_back(lease)
            return
        threading.Thread(
            target=self._carry_out, args=(held,), name=f"run-{lease.run_id}", daemon=True
        ).start()

    def _carry_out(self, held: _Held) -> None:
        lease = held.keeper.lease
        try:
            self.execute(held.keeper, held.stop)
        except Exception as error:  # noqa: BLE001 - as above
            self._end_broken(lease, error)
        finally:
            with self._lock:
                self._held.pop(lease.run_id, None)
            held.done.set()
            self.wake()

    def _end_broken(self, lease: Lease, error: Exception) -> None:
        """Ends a run that this program cannot carry out; without its events, for they may be what broke it."""
        _log_fault(f"run {lease.run_id}", error)
        problem = fault_of(error).model_dump(mode="json")
        with _outliving(f"ending run {lease.run_id}"), self.store.writing() as unit:
            unit.runs.end(lease, RunStatus.ERRORED, summary=None, problem=problem)

    def _give_back(self, lease: Lease) -> None:
        with _outliving(f"giving run {lease.run_id} back"), self.store.writing() as unit:
            unit.runs.give_back(lease)

    # ------------------------------------------------------------ keeping

    def _keep_leases(self) -> None:
        """Renews what is held, hears of cancelling, and writes events that wait; until all have ended."""
        pause = min(self.lease_s / RENEWALS, 1.0)
        while not self._stopping.wait(pause) or self._held:
            with self._lock:
                held = dict(self._held)
            with _outliving("renewing leases"):
                self._look_after(held)
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
            held[run_id].ask_to_end()
        for run_id in kept:
            # What hinders the events of one run hinders it when it writes, and not the others now.
            with _outliving(f"writing events of run {run_id}"):
                held[run_id].keeper.flush(after_s=1.0)


@contextmanager
def _outliving(what: str) -> Iterator[None]:
    """What fails in here goes to the log; the worker goes on."""
    try:
        yield
    except OmbudsmanError as error:
        logger.warning("%s: %s", what, error.message)
    except Exception as error:  # noqa: BLE001 - what a worker has promised to others does not end with it
        _log_fault(what, error)


def _log_fault(what: str, error: Exception) -> None:
    logger.error("%s: broke with a %s at %s", what, type(error).__name__, place_of(error))
