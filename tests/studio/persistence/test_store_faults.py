"""The store's own server dies under load, and comes back: what was acknowledged is there, and nothing is half done."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from sqlalchemy import select
from tests.postgres_server import running_server
from tests.studio.conftest import AUDIT_KEY, postgres_url

from ombudsman.studio.errors import StoreUnavailable
from ombudsman.studio.persistence.audit import Note
from ombudsman.studio.persistence.entities.operations import AuditEntry, Setting
from ombudsman.studio.persistence.store import Store
from ombudsman.studio.persistence.upgrade import upgrade

WRITERS, STOPS, BETWEEN = 6, 5, 30


class Writers:
    """Write facts as long as they are let, each with its entry in the audit; what failed they write again."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.acknowledged: list[str] = []
        self.failures = 0
        self.stopping = threading.Event()

    def write(self, writer: int) -> None:
        """One writer's work. Anything but a store that does not answer is an error, and ends it."""
        number = 0
        while not self.stopping.is_set():
            name = f"{writer}-{number}"
            try:
                with self.store.writing() as unit:
                    unit.facts.put(name, {"number": number})
                    unit.note(Note("written", name))
            except StoreUnavailable:
                self.failures += 1
                time.sleep(0.05)
                continue
            self.acknowledged.append(name)
            number += 1

    def wait_for(self, more: int) -> None:
        """Until so many more were acknowledged."""
        wanted = len(self.acknowledged) + more
        _until(lambda: len(self.acknowledged) >= wanted)

    def wait_for_failure(self) -> None:
        """Until one more has met a store that does not answer."""
        wanted = self.failures + 1
        _until(lambda: self.failures >= wanted)


@pytest.mark.postgres
def test_a_server_that_is_stopped_at_once_under_load_loses_nothing_acknowledged() -> None:
    with running_server() as first, ExitStack() as stack:
        server = first
        store = Store(postgres_url(server, "faults"), audit_key=AUDIT_KEY)
        stack.callback(store.close)
        upgrade(store.engine)
        writers = Writers(store)
        with ThreadPoolExecutor(WRITERS) as pool:
            working = [pool.submit(writers.write, each) for each in range(WRITERS)]
            try:
                for _ in range(STOPS):
                    writers.wait_for(BETWEEN)
                    server.stop()
                    writers.wait_for_failure()
                    server = server.restarted()
                    stack.callback(server.stop)
                writers.wait_for(BETWEEN)
            finally:
                writers.stopping.set()
        for each in working:
            each.result()
        with store.reading() as unit:
            facts = set(unit.session.scalars(select(Setting.name)))
            noted = set(unit.session.scalars(select(AuditEntry.resource)))
            assert unit.audit.first_broken() is None
    assert set(writers.acknowledged) <= facts
    assert facts == noted, "each fact with its entry, or neither"


def _until(holds: Callable[[], bool], *, within_s: float = 60) -> None:
    ends = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.01)
