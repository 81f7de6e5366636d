"""`ombudsman history`: what a person reads of the runs until now, and what another program gets."""

import json
from decimal import Decimal
from pathlib import Path

from tests.cli.program import ombudsman
from tests.pipeline.test_history import record

RUNS = Path(".ombudsman") / "runs" / "retail"


def test_runs_and_unusual_figures_are_told(tmp_path: Path) -> None:
    for day in range(40):
        record(tmp_path / RUNS, day, 500 if day == 36 else 1_000, Decimal(7))
    told = ombudsman("history", "retail.yaml", "--json", "past.json", cwd=tmp_path)
    assert (told.code, told.err) == (0, "")
    assert "retail: 40 runs, 2026-01-05 to 2026-02-13" in told.out
    (line,) = (line for line in told.out.splitlines() if line.startswith("2026-02-10"))
    assert line.split()[:6] == ["2026-02-10", "count", "rows", "both", "500", "1,000"]
    past = json.loads((tmp_path / "past.json").read_text("utf-8"))
    assert len(past["runs"]) == 40
    assert past["figures"][0]["unusual"]["source"][0]["oddity"] == "outlier"


def test_a_step_is_told_run_by_run(tmp_path: Path) -> None:
    record(tmp_path / RUNS, 0, 100, Decimal("5.25"))
    record(tmp_path / RUNS, 1, 110, Decimal("5.50"), lost=1)
    told = ombudsman("history", "retail.yaml", "--step", "count", cwd=tmp_path)
    assert told.code == 0
    assert "rows, Sales.Orders" in told.out
    assert told.out.split("2026-01-06 03:00")[2].split()[:3] == ["110", "109", "differs"]
    assert "A figure can be called unusual after 28 days with a run; until now: 2." in told.out


def test_where_no_run_is_recorded_it_says_so(tmp_path: Path) -> None:
    told = ombudsman("history", "retail.yaml", cwd=tmp_path)
    assert told.code == 2
    assert "no run that came to its end is recorded" in told.err


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    record(tmp_path / RUNS, 0, 1, Decimal(1))
    told = ombudsman("history", "retail.yaml", "--json", "no/such/folder.json", cwd=tmp_path)
    assert told.code == 2
    assert "cannot be written" in told.err
