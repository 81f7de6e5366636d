"""Errors say what, where and what to do; a driver's raw words stay with whoever runs the program."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.model.errors import ObjectNotFound, OmbudsmanError, did_you_mean, nearest


def _all(error: type[OmbudsmanError]) -> Iterator[type[OmbudsmanError]]:
    yield error
    for child in error.__subclasses__():
        yield from _all(child)


ERRORS = [each for each in _all(OmbudsmanError) if each.__module__ == "ombudsman.model.errors"]


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_has_a_sentence_of_its_own(error: type[OmbudsmanError]) -> None:
    assert str(error()).endswith(".")
    assert error().problem().message == str(error())


def test_every_error_has_a_code_of_its_own() -> None:
    assert len({error.code for error in ERRORS}) == len(ERRORS)


def test_a_problem_keeps_the_names_and_leaves_the_drivers_words() -> None:
    error = ObjectNotFound(
        "no table shop.ordres",
        hint="did you mean 'shop.orders'?",
        side="source",
        driver_message="secret",
    )
    problem = error.problem()
    assert problem.code == "object_not_found"
    assert problem.message == "no table shop.ordres"
    assert problem.hint == "did you mean 'shop.orders'?"
    assert problem.context == {"side": "source"}
    assert error.context["driver_message"] == "secret"


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("amuont", ["amount", "id"], "did you mean 'amount'?"),
        ("AMOUNT", ["amount", "id"], "did you mean 'amount'?"),
        ("xyz", ["b", "a"], "there are: 'a', 'b'"),
        ("xyz", [], None),
        ("xyz", [f"column_{i}" for i in range(13)], None),
    ],
)
def test_a_hint_names_the_nearest_or_the_few_that_there_are(
    name: str, known: list[str], hint: str | None
) -> None:
    assert did_you_mean(name, known) == hint


@given(st.text(min_size=1), st.lists(st.text(), max_size=5))
def test_the_nearest_name_is_a_known_one(name: str, known: list[str]) -> None:
    assert nearest(name, known) in {*known, None}


@given(st.text(min_size=1))
def test_a_name_is_nearest_to_itself(name: str) -> None:
    assert nearest(name, [name]) == name
