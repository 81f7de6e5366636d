from itertools import product

import pytest
from tests.render import runs

from ombudsman.model.pipeline import RunStatus, Severity, StepRun, StepStatus
from ombudsman.model.result import Finding, Kind, Result
from ombudsman.render.words import FAIL, INFO, LOOKS, WARN, Look, look_of, look_of_run, tally


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_no_two_looks_share_a_name_a_word_or_an_icon():
    for part in ("name", "word", "icon", "plain_icon"):
        assert len({getattr(look, part) for look in LOOKS}) == len(LOOKS)


@pytest.mark.parametrize(("look", "theme"), list(product(LOOKS, ("light", "dark"))))
def test_colours_are_readable_on_chip_sheet_and_page(look: Look, theme: str):
    ink = getattr(look.ink, theme)
    grounds = {"light": ("#ffffff", "#f7f8fa"), "dark": ("#171d25", "#10151b")}[theme]
    assert all(contrast(ink, ground) >= 4.5 for ground in (*grounds, getattr(look.paper, theme)))
    assert contrast(getattr(look.fill, theme), grounds[0]) >= 3


@pytest.mark.parametrize(
    ("severity", "look"),
    [(Severity.BLOCKING, FAIL), (Severity.WARNING, WARN), (Severity.INFO, INFO)],
)
def test_a_failure_looks_as_grave_as_the_user_takes_it(severity: Severity, look: Look):
    result = Result(findings=[Finding(kind=Kind.RULE_VIOLATED)])
    assert look_of(runs.judged(runs.step("a", "v", severity=severity), result)) is look


def test_every_status_of_steps_and_runs_has_a_look():
    for status in set(StepStatus) - {StepStatus.PASSED, StepStatus.FAILED, StepStatus.ERRORED}:
        assert look_of(StepRun(step=runs.step("a", "v"), status=status)) in LOOKS
    for run_status in RunStatus:
        assert look_of_run(runs.run([], run_status)) in LOOKS


def test_the_tally_counts_every_step_once():
    run = runs.errored_run()
    told = {look.word: count for look, count in tally(run).items()}
    assert told == {"Fail": 3, "Error": 1, "Warn": 1, "Info": 1, "Skipped": 1, "Pass": 2}
    assert sum(told.values()) == len(run.steps)
