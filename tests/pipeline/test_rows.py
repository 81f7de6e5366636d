"""A comparison of rows within a run: what is recorded and told of it, and how it is stopped."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from pyarrow import parquet
from tests.pipeline.databases import make_databases, opened, pipeline

from ombudsman.connections.samples import duckdb_file
from ombudsman.model.pipeline import RunStatus, Step
from ombudsman.model.tables import TableRef
from ombudsman.pipeline.events import Event, ScanFinished, ScanProgressed, ScanStarted
from ombudsman.pipeline.runner import run_pipeline

ENDLESS = "CREATE VIEW endless AS SELECT a.range AS id FROM range(10000000) AS a, range(10000000)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_databases(tmp_path)
    return tmp_path


def step(step_id: str, table: str = "orders", **params: object) -> Step:
    ref = TableRef(name=table)
    return Step(id=step_id, validator="validate_rows", table=ref, params=params)


def test_a_recorded_run_keeps_every_difference_beside_its_steps(folder: Path):
    with opened(folder) as session:
        steps = (step("items", "items"), step("orders"))
        run = run_pipeline(pipeline(*steps), session, folder=folder / "runs")
    (record,) = (folder / "runs").iterdir()
    path = record / "rows" / "0001.parquet"
    (lost,) = parquet.read_table(path).to_pylist()
    assert (lost["kind"], lost["key"]) == ("row_missing_in_target", '["7"]')
    assert parquet.read_table(path.with_name("0000.parquet")).num_rows == 0
    result = run.steps[1].result
    assert result is not None
    assert result.rows is not None
    assert result.rows.rows_file == str(path)


def test_a_run_that_is_not_recorded_writes_nothing(folder: Path):
    before = set(folder.rglob("*"))
    with opened(folder) as session:
        run = run_pipeline(pipeline(step("orders")), session)
    result = run.steps[0].result
    assert result is not None
    assert result.rows is not None
    assert result.rows.rows_file is None
    assert set(folder.rglob("*")) == before


def test_the_events_say_how_far_it_is_and_the_coverage_how_many_rows_it_compared(folder: Path):
    events: list[Event] = []
    with opened(folder) as session:
        run = run_pipeline(
            pipeline(step("orders", strategy="stream")), session, listener=events.append
        )
    scans = [each for each in events if isinstance(each, ScanStarted)]
    far = [each for each in events if isinstance(each, ScanProgressed)]
    kinds = [type(each) for each in events]
    assert [each.table.name for each in scans] == ["orders"]
    assert {each.scan_id for each in far} == {scans[0].scan_id}
    assert [(each.stage, each.done) for each in far] == [("rows", 0), ("rows", 199)]
    last = len(kinds) - 1 - kinds[::-1].index(ScanProgressed)
    assert (
        kinds.index(ScanStarted) < kinds.index(ScanProgressed) <= last < kinds.index(ScanFinished)
    )
    assert {each.source.name: each.rows_compared for each in run.coverage} == {
        "orders": 100,
        "items": None,
    }


def test_ctrl_c_stops_it_on_the_servers_and_ends_the_run_as_cancelled(folder: Path):
    for name in ("source", "target"):
        with duckdb_file(folder / f"{name}.duckdb") as database:
            database.execute(ENDLESS)
    busy: list[int] = []

    with opened(folder) as session:

        def interrupt() -> None:
            busy.extend(len(each.running._all) for each in session.connections.values())
            os.kill(os.getpid(), signal.SIGINT)

        timer = threading.Timer(0.7, interrupt)
        timer.start()
        began = time.perf_counter()
        try:
            run = run_pipeline(pipeline(step("rows", "endless", key=["id"])), session)
        finally:
            timer.cancel()
    assert sum(busy) > 0
    assert run.status is RunStatus.CANCELLED
    assert time.perf_counter() - began < 15
    assert not [each for each in threading.enumerate() if each.name.startswith(("joint", "scan-"))]
