"""Runs that were recorded, read back as the past of a pipeline."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from ombudsman.model.errors import NotFound
from ombudsman.model.pipeline import Pipeline, Run, RunStatus, Step, StepRun, StepStatus
from ombudsman.model.result import Figure, Kind, Result
from ombudsman.model.tables import Side, TableRef
from ombudsman.pipeline.history import read_history
from ombudsman.pipeline.record import RunRecord

PIPELINE = Pipeline(
    name="retail",
    source="old",
    target="new",
    steps=(
        Step(id="count", validator="validate_record_counts", table=TableRef.parse("Sales.Orders")),
        Step(id="sums", validator="validate_metric_sums", table=TableRef.parse("Sales.Orders")),
    ),
)
BEGIN = dt.datetime(2026, 1, 5, 3, tzinfo=dt.UTC)


def record(
    root: Path,
    day: int,
    rows: int,
    amount: Decimal,
    *,
    lost: int = 0,
    pipeline: Pipeline = PIPELINE,
) -> str:
    """A run on this day that counted so many rows, some of them lost on the way, and summed an amount."""
    now = BEGIN + dt.timedelta(days=day)
    record = RunRecord.begin(root, pipeline, now=now)
    counted = Figure(name="rows", source=rows, target=rows - lost)
    findings = [] if counted.agrees else [counted.finding(Kind.COUNT_DIFFERS)]
    summed = Figure(name="sum", column="Amount", key=(2026,), source=amount, target=amount)
    results = [Result(figures=[counted], findings=findings), Result(figures=[summed])]
    steps = [
        StepRun(
            step=step,
            status=StepStatus.FAILED if result.findings else StepStatus.PASSED,
            started=now,
            finished=now,
            result=result,
        )
        for step, result in zip(pipeline.steps, results, strict=True)
    ]
    for step_run in steps:
        record.write_step(step_run)
    status = RunStatus.FAILED if lost else RunStatus.PASSED
    record.end(
        Run(id=record.header.id, pipeline=pipeline, status=status, started=now, finished=now)
    )
    return record.header.id


def test_runs_and_figures_come_back_oldest_first(tmp_path: Path) -> None:
    later = record(tmp_path, 1, 110, Decimal("5.50"), lost=1)
    first = record(tmp_path, 0, 100, Decimal("5.25"))
    history = read_history(tmp_path)
    assert history.pipeline == "retail"
    assert [(run.id, run.status) for run in history.runs] == [
        (first, RunStatus.PASSED),
        (later, RunStatus.FAILED),
    ]
    assert history.runs[1].steps == {StepStatus.FAILED: 1, StepStatus.PASSED: 1}
    rows, amount = history.figures
    assert [(each.source, each.target, each.agrees) for each in rows.observed] == [
        (100, 100, True),
        (110, 109, False),
    ]
    assert (amount.step, amount.name) == ("sums", "sum of Amount (2026)")
    assert [each.source for each in amount.observed] == ["5.25", "5.50"]


def test_a_step_that_was_pointed_at_another_table_has_a_history_over_each(tmp_path: Path) -> None:
    count, sums = PIPELINE.steps
    elsewhere = count.model_copy(update={"table": TableRef.parse("Sales.Customers")})
    changed = PIPELINE.model_copy(update={"steps": (elsewhere, sums)})
    record(tmp_path, 0, 100, Decimal(5))
    record(tmp_path, 1, 7, Decimal(5), pipeline=changed)
    told = [
        (each.step, str(each.table), [seen.source for seen in each.observed])
        for each in read_history(tmp_path).figures
    ]
    assert told == [
        ("count", "Sales.Orders", [100]),
        ("count", "Sales.Customers", [7]),
        ("sums", "Sales.Orders", ["5", "5"]),
    ]


def test_a_figure_on_which_both_sides_agree_can_be_unusual_all_the_same(tmp_path: Path) -> None:
    for day in range(40):
        record(tmp_path, day, 500 if day == 36 else 1_000, Decimal(day + 100))
    rows, amount = read_history(tmp_path).figures
    assert amount.unusual == {}
    assert set(rows.unusual) == {Side.SOURCE}
    (found,) = rows.unusual[Side.SOURCE]
    assert (found.day, found.value) == (dt.date(2026, 2, 10), 500)
    assert found.expected == pytest.approx(1_000)


def test_a_side_that_goes_its_own_way_is_told_apart(tmp_path: Path) -> None:
    for day in range(40):
        record(tmp_path, day, 1_000, Decimal(1), lost=400 if day == 36 else 0)
    (rows,) = read_history(tmp_path, step="count").figures
    assert set(rows.unusual) == {Side.TARGET}


def test_only_the_latest_runs_are_read_when_asked(tmp_path: Path) -> None:
    for day in range(3):
        record(tmp_path, day, day, Decimal(day))
    history = read_history(tmp_path, most_runs=2)
    assert [each.source for each in history.figures[0].observed] == [1, 2]


def test_a_run_that_did_not_end_and_a_broken_file_do_no_harm(tmp_path: Path) -> None:
    whole = record(tmp_path, 0, 5, Decimal(5))
    broken = record(tmp_path, 1, 6, Decimal(6))
    (tmp_path / broken / "steps" / "0000.json").write_text("{", encoding="utf-8")
    RunRecord.begin(tmp_path, PIPELINE, now=BEGIN + dt.timedelta(days=2))
    history = read_history(tmp_path)
    assert [run.id for run in history.runs] == [whole, broken]
    assert [len(each.observed) for each in history.figures] == [1, 2]


def test_where_nothing_was_recorded_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no run that came to its end") as told:
        read_history(tmp_path / "nowhere")
    assert "run the pipeline first" in str(told.value.hint)


def test_an_unknown_step_names_the_nearest(tmp_path: Path) -> None:
    record(tmp_path, 0, 5, Decimal(5))
    with pytest.raises(NotFound, match="step 'cuont'") as told:
        read_history(tmp_path, step="cuont")
    assert "count" in str(told.value.hint)
