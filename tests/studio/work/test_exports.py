"""Uploads on their way: no more at once than there are places, and none is left behind by a server that died."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.studio.conftest import Clock, opened

from ombudsman.studio.errors import TooMany
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.services.exports import STALE_S
from ombudsman.studio.services.workloads import READING_WITHIN, WAITS_AT_MOST
from ombudsman.studio.upkeep import sweep
from ombudsman.studio.work.exports import WAITING_AT_MOST, Exports
from ombudsman.studio.work.read_workload import ASKED, CATALOGUE, EXPORT, TOLD


@pytest.fixture
def on(tmp_path: Path, clock: Clock) -> Foundation:
    return opened(tmp_path / "data", clock)


def test_of_many_uploads_at_once_no_more_than_the_places_are_let_in(on: Foundation):
    exports, begins, places = Exports(on), threading.Barrier(40), list[Path]()

    def come() -> None:
        begins.wait()
        with contextlib.suppress(TooMany):
            places.append(exports.place())

    threads = [threading.Thread(target=come) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    exports.stop()
    on.close()
    assert len(places) == len(set(places)) == WAITING_AT_MOST


def test_none_is_given_up_while_those_before_it_are_read():
    assert WAITS_AT_MOST > (WAITING_AT_MOST + 1) * READING_WITHIN


def test_upkeep_removes_what_a_server_left_that_died(on: Foundation):
    now = time.time()
    left = []
    for folder, is_old_after in (("uploads", WAITS_AT_MOST.total_seconds()), ("exports", STALE_S)):
        for age in (is_old_after + 60, is_old_after - 60):
            path = on.settings.data_folder / folder / f"{age:.0f}"
            path.mkdir(parents=True)
            (path / "values").write_text("Huber")
            os.utime(path, (now - age, now - age))
            left.append(path)
    sweep(on)
    on.close()
    assert [path.exists() for path in left] == [False, True, False, True]


def test_a_fault_of_the_reader_is_told_as_one(tmp_path: Path):
    (tmp_path / ASKED).write_text(json.dumps({"encoding": None, "dialect": "tsql"}))
    (tmp_path / CATALOGUE).write_text("{}")
    command = [sys.executable, "-m", "ombudsman.studio.work.read_workload", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as reader:
        assert reader.wait(60) == 0
    problem = json.loads((tmp_path / TOLD).read_text())["problem"]
    assert problem["message"] == "the studio broke with a ValidationError"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes with names")
def test_whoever_reads_an_export_ends_with_the_server(tmp_path: Path):
    (tmp_path / ASKED).write_text(json.dumps({"encoding": None, "dialect": "tsql"}))
    os.mkfifo(tmp_path / CATALOGUE)  # nobody writes it: so it reads as long as it lives
    (tmp_path / EXPORT).write_bytes(b"[]")
    command = [sys.executable, "-m", "ombudsman.studio.work.read_workload", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as reader:
        time.sleep(0.5)
        assert reader.poll() is None
        assert reader.stdin is not None
        reader.stdin.close()  # what the system does with all that a dead server held
        assert reader.wait(20) == 1
