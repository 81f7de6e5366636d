"""Every face says which policies mattered to a step, and who set them."""

import json
from io import StringIO

import pytest
from rich.console import Console
from tests.render.runs import POLICIES, TITLES, wrong_sums
from tests.render.runs import run as run_of

from ombudsman.model.pipeline import RunStatus, Severity
from ombudsman.model.policy import AppliedPolicy
from ombudsman.render.html import report
from ombudsman.render.policy_words import policies_told, policy_words
from ombudsman.render.results_json import results
from ombudsman.render.terminal import summary

WORDS = (
    "severity warning (pipeline)",
    "tolerance absolute 0.01 (column shop.orders.amount)",
    "trailing blanks ignored in status, note (table shop.orders)",
    "empty is null yes in a, b, c, d, e and 2 more (step)",
)


@pytest.mark.parametrize(("applied", "words"), list(zip(POLICIES, WORDS, strict=True)))
def test_a_policy_is_told_in_words(applied: AppliedPolicy, words: str):
    assert policy_words(applied) == words


def test_the_terminal_tells_the_policies_of_a_step_that_failed():
    console = Console(width=400, file=StringIO())
    summary(run_of([wrong_sums()], RunStatus.PASSED), console, titles=TITLES)
    assert f"Policy: {'; '.join(WORDS)}" in console.file.getvalue()  # type: ignore[attr-defined]


def test_the_report_tells_the_policies():
    page = report(run_of([wrong_sums()], RunStatus.PASSED), TITLES)
    assert f"<strong>Policy:</strong> {'; '.join(WORDS)}</p>" in page


def test_a_severity_of_the_step_itself_is_told_by_its_badge_alone():
    own = AppliedPolicy(what="severity", value=Severity.WARNING, set_by="step")
    step_run = wrong_sums().model_copy(update={"policies": (own,)})
    assert policies_told(step_run) == ()
    (step,) = results(run_of([step_run], RunStatus.PASSED))["steps"]
    assert [each["set_by"] for each in step["policies"]] == ["step"]


def test_results_hold_the_policies_as_data():
    (step,) = results(run_of([wrong_sums()], RunStatus.PASSED))["steps"]
    assert json.loads(json.dumps(step["policies"]))[:2] == [
        {"what": "severity", "value": "warning", "set_by": "pipeline", "columns": []},
        {
            "what": "tolerance.absolute",
            "value": "0.01",
            "set_by": "column shop.orders.amount",
            "columns": ["amount"],
        },
    ]
