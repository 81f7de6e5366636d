"""The watchdog, with a clock that is short."""

import threading
import time

import pytest

from ombudsman.connections import running
from ombudsman.connections.running import RunningStatements, Stop


def nothing() -> None:
    """The server needs no stopping."""


def test_what_ends_in_time_is_left_alone():
    called: list[str] = []
    statements = RunningStatements(timeout_s=0.2)
    with statements.watch(
        interrupt=lambda: called.append("interrupt"), abandon=lambda: called.append("abandon")
    ) as statement:
        pass
    time.sleep(0.4)
    assert called == []
    assert statement.stopped is None


def test_what_takes_too_long_is_interrupted_again_and_again_and_then_abandoned(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(running, "GRACE_S", 0.3)
    monkeypatch.setattr(running, "AGAIN_S", 0.05)
    called: list[str] = []
    freed = threading.Event()

    def abandon() -> None:
        called.append("abandon")
        freed.set()

    statements = RunningStatements(timeout_s=0.1)
    with statements.watch(
        interrupt=lambda: called.append("interrupt"), abandon=abandon
    ) as statement:
        assert freed.wait(5)
    assert called[-1] == "abandon"
    assert called.count("abandon") == 1
    assert called.count("interrupt") >= 3, "a server between two commands does not hear the first"
    assert statement.stopped is Stop.TIMED_OUT


def test_cancel_reaches_all_that_run_and_only_those():
    statements = RunningStatements(timeout_s=60)
    with statements.watch(interrupt=nothing, abandon=nothing) as ended:
        pass
    with (
        statements.watch(interrupt=nothing, abandon=nothing) as one,
        statements.watch(interrupt=nothing, abandon=nothing) as two,
    ):
        statements.cancel()
    with statements.watch(interrupt=nothing, abandon=nothing) as later:
        pass
    assert [s.stopped for s in (ended, one, two, later)] == [
        None,
        Stop.CANCELLED,
        Stop.CANCELLED,
        None,
    ]


def test_the_first_reason_stays():
    statements = RunningStatements(timeout_s=60)
    with statements.watch(interrupt=nothing, abandon=nothing) as statement:
        statement.stop(Stop.TIMED_OUT)
        statement.stop(Stop.CANCELLED)
    assert statement.stopped is Stop.TIMED_OUT


def test_a_stop_is_over_before_the_statement_is():
    """Else it could hit whatever the session does next."""
    begun, order = threading.Event(), []

    def slow_interrupt() -> None:
        begun.set()
        time.sleep(0.3)
        order.append("interrupted")

    statements = RunningStatements(timeout_s=60)
    with statements.watch(interrupt=slow_interrupt, abandon=nothing):
        threading.Thread(target=statements.cancel).start()
        assert begun.wait(5)
    order.append("ended")
    assert order == ["interrupted", "ended"]
