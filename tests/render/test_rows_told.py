"""Every face tells a comparison of rows by its causes, and how it was done."""

import json
from html import unescape
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from tests.render import runs
from tests.render.shape import complaints

from ombudsman.model.pipeline import Run, RunStatus
from ombudsman.model.result import Finding, Kind, Result
from ombudsman.model.rows import Cause, CauseGroup, RowsCompared
from ombudsman.render.html import report
from ombudsman.render.results_json import results
from ombudsman.render.rows_told import GROUPS_SHOWN, causes_told, manner_told
from ombudsman.render.terminal import summary

ZONE = CauseGroup(
    column="order_date",
    cause=Cause.TIME_ZONE,
    detail="+02:00",
    cells=1198,
    rule="the target's moments were read in another zone",
    settings=("timezone: Europe/Berlin",),
)
BLANKS = CauseGroup(column="status", cause=Cause.TRAILING_SPACE, cells=40, accepted=40)
CASE = CauseGroup(column="note", cause=Cause.LETTER_CASE, cells=6, accepted=2)
UNKNOWN = CauseGroup(column="note", cause=Cause.OTHER, cells=2)
ROWS = RowsCompared(
    strategy="checksum",
    why=("sums of both sides are less than their rows",),
    source_rows=1_000_000,
    target_rows=999_950,
    columns={"order_date": {Cause.TIME_ZONE: 1198}, "note": {Cause.LETTER_CASE: 4, Cause.OTHER: 2}},
    accepted={"status": {Cause.TRAILING_SPACE: 40}, "note": {Cause.LETTER_CASE: 2}},
    groups=(ZONE, BLANKS, CASE, UNKNOWN),
    sentence="1,204 cells differ, 1,198 by time zone (+02:00)",
    rows_file="rows.parquet",
    seconds={"plan": 0.25, "sums": 1.75},
)
CAUSES = (
    "1,204 cells differ, 1,198 by time zone (+02:00)",
    "order_date: 1,198 cells, time zone (+02:00); to accept: timezone: Europe/Berlin",
    "status: 40 cells, trailing space, accepted",
    "note: 6 cells, letter case, 2 accepted",
    "note: 2 cells, no known cause",
)
MANNER = (
    "1,000,000 rows of the source and 999,950 of the target compared in 2.00 s, 999,975 rows a second",
    "Strategy checksum: sums of both sides are less than their rows",
    "Every difference: rows.parquet",
)
MOMENT = Finding(
    kind=Kind.VALUE_DIFFERS,
    cause=Cause.TIME_ZONE,
    column="order_date",
    key=(7,),
    source="2024-03-01 10:00:00",
    target="2024-03-01 12:00:00",
)


def compared(rows: RowsCompared, *findings: Finding, found: int = 0) -> Run:
    counts = {Kind.VALUE_DIFFERS: found} if found else {}
    result = Result(findings=findings, found=counts, rows=rows)
    step_run = runs.judged(runs.step("orders", "validate_rows"), result)
    return runs.run([step_run], RunStatus(result.verdict.value))


def on_the_terminal(run: Run) -> str:
    file = StringIO()
    summary(run, Console(width=400, file=file), titles=runs.TITLES)
    return file.getvalue()


def on_the_page(run: Run) -> str:
    return unescape(report(run, runs.TITLES))


def test_the_causes_are_told_column_by_column_with_what_would_accept_them():
    assert causes_told(ROWS) == CAUSES


def test_it_is_told_how_rows_were_compared():
    assert manner_told(ROWS) == MANNER


def test_a_comparison_without_a_difference_has_no_causes():
    assert causes_told(RowsCompared(strategy="stream", source_rows=0, target_rows=0)) == ()


@pytest.mark.parametrize("more", [0, 1, 30])
def test_many_causes_are_counted_where_they_are_too_many_to_tell(more: int):
    groups = tuple(
        CauseGroup(column=f"c{place}", cause=Cause.ROUNDING, cells=1)
        for place in range(GROUPS_SHOWN + more)
    )
    told = causes_told(ROWS.model_copy(update={"groups": groups}))

    assert len(told) == 1 + GROUPS_SHOWN + bool(more)
    assert told[-1].endswith("more") == bool(more)


def test_what_stopped_early_or_looked_at_a_sample_says_so():
    told = manner_told(ROWS.model_copy(update={"at_least": True, "sampled": "0 of 10 differ"}))

    assert "The comparison stopped at its limit: at least so many rows differ" in told
    assert "0 of 10 differ" in told


@pytest.mark.parametrize("face", [on_the_terminal, on_the_page])
def test_a_failed_comparison_tells_causes_before_samples(face):
    told = face(compared(ROWS, MOMENT, found=1204))

    places = [told.index(line) for line in (*CAUSES, "2024-03-01 1")]
    assert places == sorted(places)
    for line in MANNER:
        assert line in told


def test_the_page_marks_the_characters_that_differ():
    assert "2024-03-01 1<mark>0</mark>:00:00" in on_the_page(compared(ROWS, MOMENT, found=1204))


def test_the_page_of_a_passed_comparison_tells_what_was_accepted():
    told = on_the_page(compared(ROWS.model_copy(update={"groups": (BLANKS,)})))

    assert "status: 40 cells, trailing space, accepted" in told


def test_a_hostile_column_cannot_steer_a_face():
    group = CauseGroup(column=runs.HOSTILE, cause=Cause.OTHER, detail=runs.HOSTILE, cells=1)
    hostile = {"groups": (group,), "sentence": runs.HOSTILE, "why": (runs.HOSTILE,)}
    run = compared(ROWS.model_copy(update=hostile), MOMENT, found=1)

    assert "\x1b[31m" not in on_the_terminal(run)
    assert "<script>alert" not in report(run, runs.TITLES)


def test_the_json_keeps_the_contract():
    schema = json.loads(Path(__file__).with_name("results.schema.json").read_text())
    told = json.loads(json.dumps(results(compared(ROWS, MOMENT, found=1204))))
    step = told["steps"][0]

    assert list(complaints(told, schema, schema, "$")) == []
    assert step["columns"]["note"] == {"letter_case": 4, "other": 2}
    assert step["accepted"]["status"] == {"trailing_space": 40}
    assert step["rows"] == {"source": 1_000_000, "target": 999_950}
    assert step["timings"] == {"plan": 0.25, "sums": 1.75}
    assert step["causes"][0]["settings"] == ["timezone: Europe/Berlin"]
