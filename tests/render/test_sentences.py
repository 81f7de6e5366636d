import datetime as dt
from collections.abc import Callable

import pytest
from tests.render import runs

from ombudsman.model.pipeline import Run, RunStatus
from ombudsman.model.result import Figure, Finding, Kind, Result
from ombudsman.model.rows import Cause
from ombudsman.model.tables import Side
from ombudsman.render import sentences
from ombudsman.render.coverage import coverage_of, coverage_sentence
from ombudsman.render.numbers import counted, duration, moment, short_number
from ombudsman.render.sample import spread
from ombudsman.render.sentences import found_of_kind, outcome, verdict_sentence, what, where


def test_every_kind_has_a_phrase_for_one_and_for_many():
    missing = set(Kind) - set(sentences._PHRASES)
    assert not missing
    assert found_of_kind(Kind.ROW_MISSING_IN_TARGET, 1) == "1 row missing in target"
    assert found_of_kind(Kind.ROW_MISSING_IN_TARGET, 1204) == "1,204 rows missing in target"


def empty_run() -> Run:
    return runs.run([], RunStatus.PASSED)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (empty_run, "There was nothing to check."),
        (runs.passed_run, "All 2 checks passed."),
        (
            runs.warned_run,
            "Nothing that blocks was found; 2 of 3 checks found differences of lesser weight.",
        ),
        (runs.failed_run, "The data disagree: 3 of 8 checks found differences that matter."),
        (
            runs.errored_run,
            (
                "Not everything could be judged: 2 of 9 checks gave no verdict; "
                "3 found differences that matter."
            ),
        ),
        (
            runs.cancelled_run,
            "Stopped on request: 2 of 3 checks gave no verdict; 1 found differences that matter.",
        ),
        (runs.running_run, "Still running: 1 of 2 checks finished."),
    ],
)
def test_the_verdict_is_a_sentence(make: Callable[[], Run], sentence: str):
    assert verdict_sentence(make()) == sentence


def test_the_outcome_tells_a_single_finding_in_its_own_words():
    assert outcome(runs.lost_rows()) == "120431 rows in source, 120428 in target"


def test_the_outcome_of_many_findings_counts_them_by_kind():
    told = "3 rows missing in target, 412,310 rows differ in value"
    assert outcome(runs.many_findings()) == told


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ([], "nothing differs"),
        ([Figure(name="rows", source=7, target=7)], "rows: 7 on both sides"),
        ([Figure(name="sum", column="a", source=7, target=7)] * 2, "2 figures agree"),
    ],
)
def test_the_outcome_of_a_step_that_passed_says_what_agreed(figures: list[Figure], told: str):
    assert outcome(runs.judged(runs.step("a", "v"), Result(figures=figures))) == told


@pytest.mark.parametrize(
    ("finding", "told"),
    [
        (
            Finding(kind=Kind.VALUE_DIFFERS, cause=Cause.TIME_ZONE, source=1, target=2),
            "value differs: time zone",
        ),
        (
            Finding(kind=Kind.VALUE_DIFFERS, cause=Cause.OTHER, source=1, target=2),
            "value differs",
        ),
        (
            Finding(kind=Kind.AGGREGATE_DIFFERS, figure="sum", source=1, target=2),
            "sum differs",
        ),
        (
            Finding(kind=Kind.CURRENT_NOT_UNIQUE, figure=2, side=Side.TARGET),
            "2 current versions, in target",
        ),
        (
            Finding(
                kind=Kind.INTERVAL_GAP,
                side=Side.SOURCE,
                source=dt.date(2024, 1, 1),
                target=dt.date(2024, 2, 1),
            ),
            "ends 2024-01-01, the next version begins 2024-02-01, in source",
        ),
        (Finding(kind=Kind.ROW_MISSING_IN_TARGET, detail="twice"), "row missing in target (twice)"),
    ],
)
def test_what_is_wrong_is_told_without_the_values_beside_it(finding: Finding, told: str):
    assert what(finding) == told


def test_a_finding_about_another_table_names_it():
    finding = Finding(kind=Kind.VALUE_DIFFERS, table="a.b", column="c")
    assert where(finding, runs.ref("a.b")) == "c"
    assert where(finding, runs.ref("a.x")) == "a.b.c"


def test_coverage_names_the_tables_that_no_step_judged():
    coverage = coverage_of(runs.errored_run())
    assert [str(table) for table in coverage.never_checked] == ["shop.audit_log"]
    assert coverage_sentence(coverage) == (
        "10 of 20 columns checked, in 3 of 4 tables. Never checked: shop.audit_log."
    )


def test_coverage_does_not_list_a_hundred_names():
    run = runs.run([], RunStatus.PASSED)
    told = coverage_sentence(coverage_of(run), named=2)
    assert told.endswith("Never checked: shop.orders, shop.customers and 2 more.")


def test_a_sample_shows_each_sort_before_a_second_of_one():
    findings = [Finding(kind=Kind.VALUE_DIFFERS, column="a", key=(i,)) for i in range(50)]
    findings.append(Finding(kind=Kind.ROW_MISSING_IN_TARGET, key=(99,)))
    assert [finding.key for finding in spread(findings, 3)] == [(0,), (1,), (99,)]
    assert spread(findings, 0) == []
    assert spread(findings, 1000) == findings


@pytest.mark.parametrize(
    ("ms", "told"),
    [
        (0.4, "0 ms"),
        (999.4, "999 ms"),
        (999.6, "1.0 s"),
        (59_940, "59.9 s"),
        (59_960, "1 min 00 s"),
        (3_599_400, "59 min 59 s"),
        (3_599_600, "1 h 00 min"),
        (7_320_000, "2 h 02 min"),
    ],
)
def test_durations_change_their_unit_where_it_is_full(ms: float, told: str):
    assert duration(ms) == told


def test_counts_and_moments_read_as_a_person_writes_them():
    assert counted(1, "row") == "1 row"
    assert counted(1204, "history", "histories") == "1,204 histories"
    assert [short_number(n) for n in (940, 1_240, 12_400, 1_240_000)] == [
        "940",
        "1.2 k",
        "12 k",
        "1.2 M",
    ]
    zone = dt.timezone(dt.timedelta(hours=2))
    assert moment(dt.datetime(2025, 1, 1, 1, 0, tzinfo=zone)) == "2024-12-31 23:00:00 UTC"
