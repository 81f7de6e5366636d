"""A result cannot contradict itself, shows a sample of what is too much, and survives JSON."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ombudsman.model.result import (
    FIGURE_LIMIT,
    SAMPLE_LIMIT,
    Figure,
    Finding,
    Kind,
    Result,
    Statement,
    Verdict,
)
from ombudsman.model.rows import Cause
from ombudsman.model.tables import Side
from ombudsman.model.tolerance import Tolerance

kinds = st.sampled_from(Kind)


@given(st.lists(kinds, max_size=20))
def test_a_result_failed_exactly_when_something_was_found(found: list[Kind]) -> None:
    result = Result(findings=[Finding(kind=kind) for kind in found])
    assert (result.verdict is Verdict.FAILED) == bool(found)
    assert sum(result.found.values()) == len(found)


@given(st.dictionaries(kinds, st.integers(0, 10**12), max_size=5))
def test_what_was_found_none_of_was_not_found(counts: dict[Kind, int]) -> None:
    result = Result(found=counts)
    assert result.found == {kind: count for kind, count in counts.items() if count}
    assert (result.verdict is Verdict.FAILED) == any(counts.values())


def test_nothing_found_is_passed() -> None:
    assert Result().verdict is Verdict.PASSED
    assert Result(found={Kind.KEY_NULL: 0}).verdict is Verdict.PASSED


def test_figures_that_disagree_do_not_fail_a_result_by_themselves() -> None:
    assert Result(figures=[Figure(name="rows", source=1, target=2)]).verdict is Verdict.PASSED


def test_the_verdict_cannot_be_given() -> None:
    told: dict[str, Any] = {"findings": [Finding(kind=Kind.KEY_NULL)], "verdict": "passed"}
    assert Result.model_validate(told).verdict is Verdict.FAILED


@pytest.mark.parametrize("found", [{Kind.KEY_NULL: 1}, {Kind.KEY_DUPLICATED: 5}])
def test_fewer_found_than_are_shown_is_a_contradiction(found: dict[Kind, int]) -> None:
    with pytest.raises(ValidationError, match="found says"):
        Result(findings=[Finding(kind=Kind.KEY_NULL)] * 2, found=found)


def test_findings_are_sampled_kind_by_kind_and_counted_whole() -> None:
    many = [Finding(kind=Kind.KEY_NULL, key=(i,)) for i in range(SAMPLE_LIMIT + 7)]
    result = Result(findings=[*many, Finding(kind=Kind.KEY_DUPLICATED)])
    assert len(result.findings) == SAMPLE_LIMIT + 1
    assert result.findings[0].key == (0,)
    assert result.found == {Kind.KEY_NULL: SAMPLE_LIMIT + 7, Kind.KEY_DUPLICATED: 1}


def test_more_may_be_found_than_is_shown() -> None:
    result = Result(findings=[Finding(kind=Kind.KEY_NULL)], found={Kind.KEY_NULL: 1_000_000})
    assert result.found == {Kind.KEY_NULL: 1_000_000}


def test_of_too_many_figures_those_that_disagree_are_kept() -> None:
    agreeing = [Figure(name="rows", key=(i,), source=1, target=1) for i in range(FIGURE_LIMIT + 5)]
    odd = Figure(name="rows", key=("odd",), source=1, target=2)
    result = Result(figures=[*agreeing, odd])
    assert len(result.figures) == FIGURE_LIMIT
    assert result.figures[0] == odd
    assert result.figures_total == FIGURE_LIMIT + 6


# ------------------------------------------------------------ figures and findings


def test_a_figure_judges_itself() -> None:
    near = Tolerance(absolute=Decimal("0.5"))
    assert Figure(name="sum", source=1, target=Decimal("1.5"), tolerance=near).agrees
    assert not Figure(name="sum", source=1, target=Decimal("1.6"), tolerance=near).agrees
    assert not Figure(name="sum", source=1, target=2, agrees=True).agrees


def test_a_figure_told_as_a_finding_keeps_what_it_says() -> None:
    figure = Figure(
        name="max", column="amount", key=("n", None), source=Decimal("1.50"), target=None
    )
    finding = figure.finding(Kind.AGGREGATE_DIFFERS, side=Side.TARGET, table="shop.orders")
    assert finding.message == "max is 1.50 in source, NULL in target"
    assert (finding.column, finding.key) == ("amount", ("n", None))
    assert (finding.table, finding.side) == ("shop.orders", Side.TARGET)


@pytest.mark.parametrize(
    ("finding", "message"),
    [
        (Finding(kind=Kind.COUNT_DIFFERS, source=2, target=1), "2 rows in source, 1 in target"),
        (Finding(kind=Kind.TABLE_MISSING, side=Side.TARGET), "the target has no such table"),
        (Finding(kind=Kind.TABLE_MISSING), "the other side has no such table"),
        (
            Finding(kind=Kind.VALUE_DIFFERS, source=True, target=None),
            "true in source, NULL in target",
        ),
        (Finding(kind=Kind.RULE_VIOLATED, detail="a > 1"), "the rule does not hold: a > 1"),
        (
            Finding(kind=Kind.INTERVAL_GAP, source=dt.date(2024, 1, 1), target=dt.date(2024, 2, 1)),
            "ends 2024-01-01, the next version begins 2024-02-01",
        ),
        (
            Finding(kind=Kind.VALUE_DIFFERS, source="{target}", target="b"),
            "{target} in source, b in target",
        ),
    ],
)
def test_a_finding_tells_its_sentence(finding: Finding, message: str) -> None:
    assert finding.message == message


def test_a_long_value_is_cut_in_the_sentence_and_kept_in_the_finding() -> None:
    finding = Finding(kind=Kind.VALUE_DIFFERS, source="x" * 500, target="y")
    assert finding.message == "x" * 117 + "... in source, y in target"
    assert finding.source == "x" * 500


# ------------------------------------------------------------ JSON


def _whole() -> Result:
    moment = dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC)
    return Result(
        figures=[
            Figure(
                name="sum",
                column="amount",
                key=(dt.date(2024, 1, 1), None),
                source=Decimal("10.50"),
                target=Decimal("10.51"),
                tolerance=Tolerance(absolute=Decimal("0.01")),
            ),
            Figure(name="rows", source=2**60, target=2**60 + 1),
        ],
        findings=[
            Finding(
                kind=Kind.VALUE_DIFFERS, cause=Cause.ROUNDING, source=Decimal("0.1"), target=1.5
            ),
            Finding(kind=Kind.ROW_MISSING_IN_TARGET, key=(2**60, b"\xff", moment)),
        ],
        found={Kind.VALUE_DIFFERS: 3, Kind.ROW_MISSING_IN_TARGET: 10**15},
        notes=["a note"],
        columns_checked=["amount"],
        statements=[Statement(side=Side.SOURCE, sql="SELECT 1", started=moment, ms=1.5, rows=1)],
    )


def test_a_result_says_the_same_after_json() -> None:
    result = _whole()
    again = Result.model_validate_json(result.model_dump_json())
    assert [f.agrees for f in again.figures] == [True, False]
    assert again.found == result.found
    assert again.verdict is Verdict.FAILED
    assert [f.message for f in again.findings] == [f.message for f in result.findings]
    assert again.statements == result.statements
    assert again.model_dump_json() == result.model_dump_json()


def test_decimals_and_large_integers_are_texts_in_json() -> None:
    written = _whole().model_dump(mode="json")
    assert written["figures"][0]["source"] == "10.50"
    assert written["figures"][0]["key"] == ["2024-01-01", None]
    assert written["figures"][1]["target"] == str(2**60 + 1)
    assert written["findings"][1]["key"] == [str(2**60), "ff", "2024-02-29T12:00:00+00:00"]
    assert written["found"] == {"value_differs": 3, "row_missing_in_target": 10**15}
    assert written["verdict"] == "failed"


def test_a_result_of_another_year_is_read_though_it_says_more() -> None:
    written = '{"found": {"key_null": 1}, "something": "new", "verdict": "passed"}'
    assert Result.model_validate_json(written).verdict is Verdict.FAILED
