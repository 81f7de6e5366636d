from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.render import runs

from ombudsman.model.pipeline import Run
from ombudsman.render.junit import junit, write_junit


def suite_of(run: Run) -> ET.Element:
    suite = ET.fromstring(junit(run)).find("testsuite")  # noqa: S314  # our own text
    assert suite is not None
    return suite


def case_of(suite: ET.Element, name: str) -> ET.Element:
    return next(case for case in suite if case.get("name") == name)


@pytest.mark.parametrize("make", runs.EVERY_RUN)
def test_every_run_is_valid_xml_with_one_case_a_step_and_totals_that_hold(
    make: Callable[[], Run],
):
    run = make()
    suite = suite_of(run)
    cases = suite.findall("testcase")
    assert len(cases) == len(run.steps) == int(suite.get("tests", ""))
    for total, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        found = sum(case.find(element) is not None for case in cases)
        assert int(suite.get(total, "")) == found


def test_a_failure_tells_the_count_and_the_findings():
    failure = case_of(suite_of(runs.failed_run()), "orders_rows").find("failure")
    assert failure is not None
    assert failure.get("message") == "3 rows missing in target, 412,310 rows differ in value"
    assert failure.get("type") == "validate_rows"
    assert "[300000, shop] note: Größe 45, 東京 in source" in (failure.text or "")


def test_a_warning_passes_and_still_tells_what_it_found():
    case = case_of(suite_of(runs.warned_run()), "orders_sums")
    assert case.find("failure") is None
    assert "sum is 998120.00 in source" in (case.findtext("system-out") or "")


def test_an_error_carries_its_code_and_what_to_do():
    error = case_of(suite_of(runs.errored_run()), "audit_count").find("error")
    assert error is not None
    assert error.get("type") == "permission_denied"
    assert (error.text or "").startswith("grant SELECT")


def test_what_did_not_run_is_skipped_and_says_why():
    skipped = case_of(suite_of(runs.failed_run()), "orders_keys").find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "step 'orders_count', which it needs, failed"
    assert len(suite_of(runs.cancelled_run()).findall("testcase/skipped")) == 2


def test_the_table_is_the_class_and_time_is_in_seconds():
    case = case_of(suite_of(runs.passed_run()), "orders_count")
    assert (case.get("classname"), case.get("time")) == ("shop.orders", "1.250")


def test_control_characters_become_pictures(tmp_path: Path):
    path = tmp_path / "junit.xml"
    write_junit(runs.hostile_run(), path)
    text = path.read_text(encoding="utf-8")
    assert "\x1b" not in text
    assert "␛[31m" in text
    assert "<script>" not in text
