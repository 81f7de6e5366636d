"""Every validator's page keeps its promises: the question, the answer and its limits, params, examples, and the SQL."""

import re
from pathlib import Path

import pytest
from tests.validators.names import NAMES
from tests.validators.sql_examples import reason_for_none

from ombudsman.render.schema import form_schema
from ombudsman.validators.registry import find

STEPS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "steps"
PARAM = re.compile(
    r"^### `(\w+)`\n\n.+\*[^*\n]+; (?:required|default .+|may be left out)\*$", re.MULTILINE
)
STATEMENT = re.compile(r"^### ([\w ]+?)(?:, and \d+ more)?\n\n```sql\nSELECT ", re.MULTILINE)
ENGINES = ["SQL Server", "Snowflake", "PostgreSQL", "DuckDB"]


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def parts(name: str) -> dict[str, str]:
    """The parts of the page by their headings; before the first heading stands its beginning, under ""."""
    text = (STEPS / f"{name}.md").read_text(encoding="utf-8")
    beginning, *rest = re.split(r"^## ", text, flags=re.MULTILINE)
    return {"": beginning} | dict(part.split("\n", 1) for part in rest)


def test_there_is_a_page_for_every_validator_and_no_other():
    assert sorted(path.stem for path in STEPS.glob("*.md")) == ["index", *NAMES]


def test_a_page_has_all_its_parts_in_order(parts: dict[str, str]):
    assert list(parts) == ["", "Params", "Examples", "The SQL"]


def test_it_asks_its_question_and_says_what_it_does_and_does_not_prove(
    name: str, parts: dict[str, str]
):
    _generated, title, named, *told = parts[""].strip().split("\n\n")
    assert title == f"# {find(name).question}"
    assert title.endswith("?")
    assert named.startswith(f"`{name}`, of the family ")
    assert len(told) >= 2, "what it does, and what it does not prove"
    assert "not prove" in " ".join(told[-1].split())


def test_every_param_is_told_with_its_type_and_default(name: str, parts: dict[str, str]):
    told = PARAM.findall(parts["Params"])
    assert told == list(form_schema(find(name).params).get("properties", {}))
    assert told or parts["Params"].strip() == "None."


def test_one_example_passes_and_one_fails(parts: dict[str, str]):
    verdicts = re.findall(r"^verdict: (\w+)$", parts["Examples"], re.MULTILINE)
    assert set(verdicts) == {"passed", "failed"}


def test_the_sql_of_all_engines_is_shown_or_why_there_is_none(name: str, parts: dict[str, str]):
    shown = STATEMENT.findall(parts["The SQL"])
    reason = reason_for_none(name)
    assert shown == ([] if reason else ENGINES)
    assert reason is None or f"None. {reason}" in parts["The SQL"]
