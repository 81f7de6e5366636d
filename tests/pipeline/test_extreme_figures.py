"""Division by zero, overflow, NaN and infinity in a figure: a verdict, or a step that says why; never a crash."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.pipeline.databases import opened, pipeline

from ombudsman.connections.samples import duckdb_file
from ombudsman.model.pipeline import Step
from ombudsman.model.tables import TableRef
from ombudsman.pipeline.runner import run_pipeline
from ombudsman.pipeline.session import Session

MOST = "9" * 38

SQL = f"""
CREATE TABLE extreme (
  id INTEGER PRIMARY KEY, day DATE, whole HUGEINT, big DECIMAL(38, 0), fine DECIMAL(38, 37), wide DOUBLE, odd DOUBLE,
  zero INTEGER, nothing INTEGER, one INTEGER);
INSERT INTO extreme
  SELECT i, DATE '2024-01-01' + CAST(i AS INTEGER), 170141183460469231731687303715884105727,
    {MOST}, 9.{"9" * 37}, 1.7e308, CASE i WHEN 1 THEN 'NaN' WHEN 2 THEN 'Infinity' ELSE '-Infinity' END, 0, NULL, 1
  FROM range(1, 5) AS r(i);
"""
NUMBERS = ("whole", "big", "fine", "wide", "odd", "zero", "nothing")
CLEAR = {"unsupported", "statement_invalid"}
"""The errors that say what cannot be measured."""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("extreme")
    for name in ("source", "target"):
        with duckdb_file(folder / f"{name}.duckdb") as database:
            database.execute(SQL)
    with opened(folder) as session:
        yield session


def asked(name: str, params: dict[str, Any], column: str) -> dict[str, Any]:
    return {"id": f"{name}-{column}", "validator": f"validate_{name}", "params": params}


ASKED = [
    step
    for c in NUMBERS
    for step in (
        asked("metric_sums", {"columns": [c]}, c),
        asked("metric_averages", {"columns": [c]}, c),
        asked("metric_averages", {"columns": ["one"], "weight": c}, f"one by {c}"),
        asked("ratios", {"ratios": [{"numerator": "one", "denominator": c}]}, f"one by {c}"),
        asked("ratios", {"ratios": [{"numerator": c, "denominator": "one"}]}, f"{c} by one"),
        asked("statistics", {"columns": [c]}, c),
        asked("distribution", {"columns": [c], "max_psi": 0.1}, c),
        asked("outliers", {"columns": [c]}, c),
        asked("outliers", {"columns": [c], "method": "z_score"}, f"{c} by deviation"),
        asked("period_over_period", {"date_column": "day", "period": "day", "column": c}, c),
        asked("ts_rolling_drift", {"date_column": "day", "window": 2, "column": c}, c),
        asked("business_rule", {"rule": f"{c} / zero > 1 OR {c} IS NULL"}, c),
        asked("domain_values", {"columns": [c]}, c),
    )
]


@pytest.mark.parametrize("step", ASKED, ids=lambda step: step["id"])
def test_an_extreme_figure_is_judged_or_told(step: dict[str, Any], session: Session):
    run = run_pipeline(pipeline(Step(**step, table=TableRef(name="extreme"))), session)
    (ended,) = run.steps
    if ended.problem is None:
        assert ended.verdict is not None
        told = (
            [figure for figure in ended.result.figures if not figure.agrees] if ended.result else []
        )
        assert ended.status.value == "passed", f"the sides are the same: {told}"
    else:
        assert ended.problem.code in CLEAR, ended.problem
        assert ended.problem.message


def test_a_divisor_that_only_the_target_lost_is_a_finding(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("lost")
    for name, divisor in (("source", 2), ("target", 0)):
        with duckdb_file(folder / f"{name}.duckdb") as database:
            database.execute(f"CREATE TABLE it AS SELECT 1 AS part, {divisor} AS whole")
    ratio = {"ratios": [{"numerator": "part", "denominator": "whole"}]}
    with opened(folder) as session:
        step = Step(id="a", validator="validate_ratios", table=TableRef(name="it"), params=ratio)
        (ended,) = run_pipeline(pipeline(step), session).steps
    assert ended.result is not None
    (finding,) = ended.result.findings
    assert (finding.source, finding.target) == (0.5, None)
