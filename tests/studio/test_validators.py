"""The kinds of steps over the API: all of them, with what a form needs."""

from typing import Any

import pytest
from tests.studio.people import Person, Team

from ombudsman.render.schema import form_schema
from ombudsman.validators.registry import Cost, catalogue


@pytest.fixture
def person(team: Team) -> Person:
    return team.viewer


def listed(person: Person, **params: Any) -> dict[str, Any]:
    answer = person.get("/validators", params=params)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_all_validators_are_listed_with_their_pages_and_schemas(person: Person):
    told = {each["name"]: each for each in listed(person, limit=200)["items"]}
    assert list(told) == list(catalogue())
    for name, validator in catalogue().items():
        each = told[name]
        assert each["family"] == validator.family
        assert each["question"] == each["page"].splitlines()[0] == validator.question
        assert each["cost"] == validator.cost
        assert each["params"] == form_schema(validator.params)
    assert told["validate_nulls"]["params"]["properties"]["columns"]["items"]["x-ombudsman"] == (
        "column"
    )
    assert told["validate_metric_sums"]["takes_tolerance"]
    assert not told["validate_schema_columns"]["takes_tolerance"]


def test_one_is_told_as_in_the_list_and_an_unknown_one_with_the_nearest(person: Person):
    (wanted,) = listed(person, q="validate_rows")["items"]
    assert person.get("/validators/validate_rows").json() == wanted
    unknown = person.get("/validators/validate_rowz")
    assert unknown.status_code == 404
    assert "validate_rows" in unknown.json()["hint"]


@pytest.mark.parametrize("sort", ["name", "-name", "family", "-family", "cost", "-cost"])
def test_pages_hold_all_once_in_the_order_that_was_asked_for(person: Person, sort: str):
    whole = listed(person, sort=sort, limit=200)["items"]
    paged: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = listed(person, sort=sort, limit=7, **cursor)
        assert page["total"] == len(catalogue())
        paged += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert paged == whole
    assert len(paged) == len(catalogue())
    field = sort.removeprefix("-")
    values = [each[field] for each in whole]
    places = [list(Cost).index(each) if field == "cost" else each for each in values]
    assert places == sorted(places, reverse=sort.startswith("-"))


@pytest.mark.parametrize("sought", ["RI", "foreign", "null"])
def test_what_is_sought_stands_in_name_family_or_question(person: Person, sought: str):
    told = listed(person, q=sought, limit=200)
    names = {each["name"] for each in told["items"]}
    holding = {
        name
        for name, each in catalogue().items()
        if sought.casefold() in f"{name}\n{each.family}\n{each.question}".casefold()
    }
    assert names == holding
    assert 0 < len(names) < len(catalogue())


WRONG = {
    "sort": {"sort": "page"},
    "garbage": {"cursor": "x"},
    "of another sort": {"sort": "family", "cursor": "name.validate_nulls"},
    "of nobody": {"cursor": "name.validate_nothing"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_sort_or_cursor_of_nothing_is_refused(person: Person, wrong: dict[str, str]):
    assert person.get("/validators", params=wrong).status_code == 422
