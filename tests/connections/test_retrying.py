"""What may go well a moment later is tried again, a few times, and only if nothing was handed over."""

import random
import threading
from collections.abc import Iterator
from typing import Any, Never
from unittest.mock import patch

import pytest
from tests.connections.conftest import Shop

from ombudsman.connections import retrying
from ombudsman.connections.connection import Connection
from ombudsman.connections.reader import Reader
from ombudsman.connections.retrying import Tries
from ombudsman.connections.running import RunningStatements
from ombudsman.model.errors import (
    Cancelled,
    OmbudsmanError,
    QueryFailed,
    StatementInvalid,
    TimedOut,
)


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "_LONGEST_S", (0.001, 0.002, 0.003))


class Fails:
    """Fails so many times before it goes on to what it stands for."""

    def __init__(self, times: int, real: Any, *, after: int = 0) -> None:
        self.left, self.calls = times, 0
        self._real, self._after = real, after

    def __call__(self, *args: Any, **named: Any) -> Any:
        self.calls += 1
        return self._go(*args, **named)

    def _go(self, *args: Any, **named: Any) -> Iterator[Any]:
        for number, part in enumerate(self._real(*args, **named)):
            if self.left and number == self._after:
                self.left -= 1
                raise StatementInvalid("a deadlock's victim", code=1205)
            yield part


def _is_deadlock(error: OmbudsmanError) -> bool:
    return error.context.get("code") == 1205


def failing(connection: Connection, name: str, times: int, *, after: int = 0) -> Any:
    adapter = connection._adapter
    changes: Any = {name: Fails(times, getattr(adapter, name), after=after)}
    return patch.multiple(adapter, may_go_well_later=_is_deadlock, **changes)


def asked(reader: Reader, name: str) -> None:
    """A statement, read by what is called so."""
    sql = "SELECT id FROM orders"
    reader.query(sql) if name == "parts" else list(reader.stream(sql))


@pytest.mark.parametrize("name", ["parts", "batches"])
def test_a_victim_is_tried_again(shop: Shop, name: str):
    sql = "SELECT id FROM orders"
    with shop.connection() as connection, connection.open() as reader:
        with failing(connection, name, 3):
            if name == "parts":
                assert len(reader.query(sql).rows) == 3
            else:
                assert sum(batch.num_rows for batch in reader.stream(sql)) == 3
        with failing(connection, name, 4), pytest.raises(StatementInvalid, match="victim"):
            reader.query(sql) if name == "parts" else list(reader.stream(sql))


def test_nothing_is_handed_over_twice(shop: Shop):
    sql = "SELECT id FROM orders"
    with shop.connection() as connection, connection.open() as reader:
        real = connection._adapter.batches

        def twice(*args: Any) -> Iterator[Any]:
            for batch in real(*args):
                yield batch
                yield batch

        with (
            patch.object(connection._adapter, "batches", twice),
            failing(connection, "batches", 1, after=1),
            pytest.raises(StatementInvalid, match="victim"),
        ):
            list(reader.stream(sql))


def test_an_error_of_another_kind_is_not_tried_again(shop: Shop):
    with shop.connection() as connection, connection.open() as reader:
        counting = Fails(1, connection._adapter.parts)
        with (
            patch.object(connection._adapter, "parts", counting),
            pytest.raises(StatementInvalid, match="victim"),
        ):
            reader.query("SELECT id FROM orders")
        assert counting.calls == 1


def test_tries_end_by_number_and_by_time():
    running = RunningStatements(timeout_s=60)
    tries = Tries(running)
    assert [tries.once_more() for _ in range(5)] == [True, True, True, False, False]
    assert not Tries(running, within_s=0).once_more()


@pytest.mark.parametrize("of_thread", ["all", "mine", "another"])
def test_a_cancel_while_a_try_is_waited_for_is_heard(
    monkeypatch: pytest.MonkeyPatch, of_thread: str
):
    monkeypatch.setattr(retrying, "_LONGEST_S", (0.2, 0.2, 0.2))
    monkeypatch.setattr(random, "uniform", lambda *_: 1)
    running = RunningStatements(timeout_s=60)
    running.cancel()  # of what was before: it does not count
    mine = threading.get_ident()
    thread = {"all": None, "mine": mine, "another": mine + 1}[of_thread]
    timer = threading.Timer(0.05, running.cancel, kwargs={"of_thread": thread})
    tries = Tries(running)
    timer.start()
    if of_thread == "another":
        assert tries.once_more()
    else:
        with pytest.raises(Cancelled, match="waited to be tried again"):
            tries.once_more(sql="SELECT 1")
    timer.join()


@pytest.mark.parametrize("name", ["parts", "batches"])
def test_a_statement_that_waits_for_its_next_try_can_be_cancelled(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.setattr(retrying, "_LONGEST_S", (60, 60, 60))
    with shop.connection() as connection, connection.open() as reader:
        timer = threading.Timer(0.2, connection.cancel)
        timer.start()
        with failing(connection, name, 1), pytest.raises(Cancelled):
            asked(reader, name)
        timer.join()


@pytest.mark.parametrize("kind", [Cancelled, TimedOut])
@pytest.mark.parametrize("name", ["parts", "batches"])
def test_what_was_stopped_is_not_tried_again(shop: Shop, name: str, kind: type[QueryFailed]):
    def stops(*_: Any) -> Never:
        calls.append(1)
        raise kind("stopped", code=1205)

    calls: list[int] = []
    with shop.connection() as connection, connection.open() as reader:
        changes: Any = {name: stops}
        with (
            patch.multiple(connection._adapter, may_go_well_later=_is_deadlock, **changes),
            pytest.raises(kind, match="stopped"),
        ):
            asked(reader, name)
    assert len(calls) == 1


def test_what_was_to_be_stopped_and_answered_all_the_same_gives_no_answer(shop: Shop):
    with shop.connection() as connection, connection.open() as reader:
        with (
            patch.multiple(connection._adapter, interrupt=lambda _: None, abandon=lambda _: None),
            pytest.raises(Cancelled),
        ):
            reader.read("SELECT id FROM orders", lambda _: connection.cancel())
        assert len(reader.query("SELECT id FROM orders").rows) == 3
