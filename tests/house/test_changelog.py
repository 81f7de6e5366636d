"""Fragments become a section of the changelog."""

import datetime as dt

import pytest
from tools.make_changelog import assemble

DAY = dt.date(2024, 2, 29)
HEAD = "# Changelog\n\nWhat changed.\n"


def test_the_first_release_comes_under_the_head():
    text = assemble(HEAD, ["One\nthing.\n", "Another."], version="0.1.0", day=DAY)
    assert text == HEAD + "\n## 0.1.0 (2024-02-29)\n\n- One thing.\n- Another.\n"


def test_a_later_release_comes_above_the_older_ones():
    older = assemble(HEAD, ["One."], version="0.1.0", day=DAY)
    text = assemble(older, ["Two."], version="0.2.0", day=DAY)
    assert [line for line in text.splitlines() if line.startswith(("##", "-"))] == [
        "## 0.2.0 (2024-02-29)",
        "- Two.",
        "## 0.1.0 (2024-02-29)",
        "- One.",
    ]


@pytest.mark.parametrize(
    ("fragments", "version", "told"),
    [([], "0.2.0", "no fragments"), (["x"], "2", "not a version"), (["x"], "0.1.0", "already")],
)
def test_what_cannot_be_released_is_refused(fragments: list[str], version: str, told: str):
    older = assemble(HEAD, ["One."], version="0.1.0", day=DAY)
    with pytest.raises(ValueError, match=told):
        assemble(older, fragments, version=version, day=DAY)
