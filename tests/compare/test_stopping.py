"""What the workspace is doing ends when the comparison is stopped, or has found enough."""

import threading
import time
from pathlib import Path

import pytest
from tests.compare.two_tables import TwoTables
from tests.postgres_server import PostgresServer

from ombudsman.compare.scratch import BATCH_ROWS, Scratch
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


def test_a_limit_ends_the_search_in_the_midst_of_a_portion(
    tmp_path: Path, postgres: PostgresServer
):
    """All rows of one side are missing, and come in one portion."""
    made = "CREATE TABLE t AS SELECT CAST(range AS VARCHAR) AS id FROM range({})"
    two = TwoTables(("duckdb", "duckdb"), tmp_path, postgres)
    two.make([made.format(3 * BATCH_ROWS)], [made.format(0)])

    answer = two.compared(limit=10)

    assert answer.at_least
    assert 10 <= answer.differences.rows <= BATCH_ROWS
