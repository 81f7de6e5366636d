"""The cases with Snowflake as their target: the SQL that we wrote for it, run through its own driver.

The stand-in understands it and counts with DuckDB, so this proves that the statements can be read, that names and types
arrive, and that nothing of the way falsifies an answer; not what Snowflake itself would count.
"""

from collections.abc import Iterator, Sequence

import pytest
from tests.standins.snowflake.account import Standin
from tests.validators.case_file import Named, Route, read_cases
from tests.validators.expected import check
from tests.validators.play import Stages, play
from tests.validators.snowflake_stage import snowflake_target

from ombudsman.model.tables import Side

ELSEWHERE = {
    "a_moment_beyond_all_dates_agrees_with_itself": "Snowflake has no infinite moments",
    "a_text_that_became_a_guid_is_that_guid": "a GUID is a text there, as on the other side, and texts have a case",
    "single_precision_on_both_sides_has_no_last_bit_to_forgive": "a FLOAT has 64 bits on Snowflake",
}
"""Cases that say something else on Snowflake, and why."""


def on_snowflake() -> list[Named]:
    """The cases whose target need not be DuckDB, and whose tables can be declared on Snowflake."""
    return [
        named
        for named in read_cases()
        if Route.DUCKDB_TO_POSTGRES in named.case.on
        and not named.validator.startswith(
            "validate_schema"
        )  # which say what the declared types are
        and named.name not in ELSEWHERE
    ]


def one_of_each(cases: Sequence[Named]) -> list[Named]:
    """The first case of each validator."""
    return list({named.validator: named for named in reversed(cases)}.values())


@pytest.fixture(scope="module")
def target(
    request: pytest.FixtureRequest, snowflake: Standin, duckdb_stage: Stages
) -> Iterator[Stages]:
    """The cases' sources on DuckDB, and the targets of those that were asked for on Snowflake."""
    with snowflake_target(snowflake, request.param) as stage:
        yield {Side.SOURCE: duckdb_stage[Side.SOURCE], Side.TARGET: stage}


@pytest.mark.parametrize("target", [one_of_each(on_snowflake())], indirect=True, ids=["few"])
@pytest.mark.parametrize("named", one_of_each(on_snowflake()), ids=lambda named: named.validator)
def test_a_case_of_each_validator_says_the_same_on_snowflake(named: Named, target: Stages):
    check(named.case, play(named, target))


A_MOMENT = [
    named
    for named in on_snowflake()
    if (named.validator, named.name) == ("validate_scd1", "a_moment_with_a_zone_is_its_instant")
]


@pytest.mark.parametrize("target", [A_MOMENT], indirect=True, ids=["zone"])
def test_that_the_offset_of_a_moment_is_not_compared_is_said(target: Stages):
    (named,) = A_MOMENT
    ended = play(named, target)
    check(named.case, ended)
    note = "of at the instant is compared, not the offset in which it was written"
    assert note in ended.value.notes


@pytest.mark.slow
@pytest.mark.parametrize("target", [on_snowflake()], indirect=True, ids=["all"])
@pytest.mark.parametrize(
    "named", on_snowflake(), ids=lambda named: f"{named.validator}-{named.name}"
)
def test_every_case_says_the_same_on_snowflake(named: Named, target: Stages):
    check(named.case, play(named, target))
