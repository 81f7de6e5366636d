"""What is done daily: again and again, whatever became of it before, and no more once the server ends."""

import datetime as dt
import functools
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ombudsman.studio import serve
from ombudsman.studio.daily import Daily
from ombudsman.studio.errors import StoreUnavailable
from ombudsman.studio.upkeep import sweep

SOON = dt.timedelta(milliseconds=5)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (StoreUnavailable("with words"), "failed: store_unavailable"),
        (KeyError("value"), "broke: KeyError"),
    ],
)
def test_what_fails_is_told_without_its_words_and_done_again(
    error: Exception, told: str, caplog: pytest.LogCaptureFixture
):
    done: list[int] = []
    thrice = threading.Event()

    def act() -> None:
        done.append(1)
        if len(done) < 3:
            raise error
        thrice.set()

    with Daily(act, every=SOON):
        assert thrice.wait(10)
    messages = [record.getMessage() for record in caplog.records]
    assert messages == [f"what is done daily {told}"] * 2


def test_nothing_is_done_before_its_time_nor_after_the_end():
    done: list[int] = []
    with Daily(lambda: done.append(1)):
        pass
    with Daily(lambda: done.append(2), every=SOON) as daily:
        pass
    daily._thread.join(1)
    assert not daily._thread.is_alive()
    assert 1 not in done


def test_the_server_sweeps_daily(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    kept: list[Callable[[], object]] = []

    class Noted(Daily):
        def __init__(self, act: Callable[[], object]) -> None:
            kept.append(act)
            super().__init__(act)

    for name in list(os.environ):
        if name.startswith(("OVS_", "JWT_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr(serve, "Daily", Noted)
    monkeypatch.setattr(serve, "_log", lambda *_: None)
    monkeypatch.setattr("uvicorn.Server.run", lambda *_, **__: None)
    serve.serve(serve.Where(port=0, data_folder=tmp_path / "data"), lambda _: None)
    (act,) = kept
    assert isinstance(act, functools.partial)
    assert act.func is sweep
    act.args[0].close()
