"""What may go well a moment later is tried again, a few times, and only if nothing was handed over."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from tests.connections.conftest import Shop

from ombudsman.connections import retrying
from ombudsman.connections.connection import Connection
from ombudsman.connections.retrying import Tries
from ombudsman.model.errors import OmbudsmanError, StatementInvalid


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
    tries = Tries()
    assert [tries.once_more() for _ in range(5)] == [True, True, True, False, False]
    assert not Tries(within_s=0).once_more()
