"""The house's own laws: one word for one thing, and nothing public without a word."""

import re
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import pytest

import ombudsman
from ombudsman.model import pipeline, result, rows, tables
from ombudsman.model.errors import OmbudsmanError
from ombudsman.validators import offenders

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
KINDS = (ROOT / "docs" / "reference" / "kinds.md").read_text(encoding="utf-8")
ERRORS = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "enum", [pipeline.Severity, pipeline.OnFailure, pipeline.StepStatus, result.Verdict]
)
def test_every_member_that_people_read_or_write_is_in_the_glossary(enum: type[StrEnum]):
    missing = [member.value for member in enum if f"`{member.value}`" not in GLOSSARY]
    assert not missing


@pytest.mark.parametrize("word", ["side", "source, target", *(each.value for each in tables.Side)])
def test_the_sides_are_in_the_glossary(word: str):
    assert word in GLOSSARY


@pytest.mark.parametrize(
    "model",
    [
        "Figure",
        "Finding",
        "Result",
        "Statement",
        "Run",
        "Step",
        "Pipeline",
        "Snapshot",
        "Tolerance",
        "Verdict",
        "Kind",
    ],
)
def test_every_public_model_is_a_word_of_the_glossary(model: str):
    assert re.search(rf"\b{model}s?\b", GLOSSARY, re.IGNORECASE)


@pytest.mark.parametrize("member", [*result.Kind, *rows.Cause])
def test_every_kind_and_cause_is_in_the_reference(member: result.Kind | rows.Cause):
    assert f"`{member.value}`" in KINDS


def test_every_error_is_in_the_reference():
    def tree(error: type[OmbudsmanError]) -> list[type[OmbudsmanError]]:
        return [error, *(each for child in error.__subclasses__() for each in tree(child))]

    missing = [
        e.__name__
        for e in tree(OmbudsmanError)
        if e.__module__ == "ombudsman.model.errors" and e.code not in ERRORS
    ]
    assert not missing


def test_inherited_is_explained():
    assert all(each.value in ("tolerate", "report") for each in offenders.Inherited)
    assert "inherited" in GLOSSARY


def test_the_public_names_are_sorted_and_there():
    assert ombudsman.__all__ == sorted(ombudsman.__all__)
    assert set(ombudsman.__all__) == set(ombudsman._HOME)
    assert all(getattr(ombudsman, name) is not None for name in ombudsman.__all__)


def test_importing_the_package_imports_nothing_else():
    heavy = {"pydantic", "sqlalchemy", "duckdb"}
    code = f"import sys, ombudsman; print([m for m in sys.modules if m.split('.')[0] in {heavy}])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
