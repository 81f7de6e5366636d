"""What the workspace is doing ends when the comparison is stopped."""

import threading
import time

import pytest

from ombudsman.compare.scratch import Scratch
from ombudsman.measures.under_way import UnderWay
from ombudsman.model.errors import Cancelled

ENDLESS = "SELECT MAX(a.range * b.range) FROM range(10000000) AS a, range(10000000) AS b"


def test_a_long_join_of_the_workspace_ends_when_the_comparison_is_stopped() -> None:
    under_way, began = UnderWay(), time.perf_counter()
    with Scratch() as scratch, under_way.stopped_by(scratch.stop):
        timer = threading.Timer(0.2, under_way.stop)
        timer.start()
        with pytest.raises(Cancelled, match="stopped on request"):
            scratch.row(ENDLESS)
        timer.join()
        assert scratch.row("SELECT 1") == (1,)
    assert time.perf_counter() - began < 10
