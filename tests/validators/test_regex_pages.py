"""Texts that are matched here come in pages: every text once, whatever the size of the page."""

import pytest
from tests.validators.case_file import read_cases
from tests.validators.play import Stages, play

from ombudsman.validators.dq import validate_regex_patterns as module


@pytest.mark.parametrize("page", [1, 2, 3, 4, 100])
def test_pages_of_any_size_hold_every_text_once(
    duckdb_stage: Stages, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    name = "a_pattern_that_an_engine_reads_otherwise_is_matched_here"
    named = next(each for each in read_cases() if each.name == name)
    monkeypatch.setattr(module, "PAGE", page)
    monkeypatch.setattr(module, "matches", lambda *_, **__: None)
    ended = play(named, duckdb_stage)
    assert [(f.key, f.figure) for f in ended.value.findings] == [(("-",), 2), (("A b",), 1)]
    pages = [each for each in ended.statements if each.side == "target"]
    assert len(pages) == -(-3 // page)


def test_too_many_different_texts_are_an_error(
    duckdb_stage: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "a_pattern_that_an_engine_reads_otherwise_is_matched_here"
    named = next(each for each in read_cases() if each.name == name)
    monkeypatch.setattr(module, "MOST_TEXTS", 1)
    monkeypatch.setattr(module, "matches", lambda *_, **__: None)
    assert type(play(named, duckdb_stage).error).__name__ == "Unsupported"
