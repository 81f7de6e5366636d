"""Every case says what it should: on every pair of engines, alone, and fused with other questions on its table.

What is fused is fused for each side by itself: so company is tried on one route, which has both engines in it, and on
all others in the slow form.
"""

import pytest
from tests.validators.case_file import Named, Route, read_cases
from tests.validators.expected import check
from tests.validators.play import Stages, play, route_stages

from ombudsman.measures.rounds import Ended

COMPANY = Route.DUCKDB_TO_POSTGRES
"""Where a case has this route, it is the one on which it is in company."""


def _parameters(*, in_company: bool) -> list[object]:
    return [
        pytest.param(
            named,
            route,
            id=f"{named.validator}-{named.name}-{route}",
            marks=[] if route is Route.DUCKDB else [pytest.mark.postgres],
        )
        for named in read_cases()
        for route in named.case.on
        if in_company is (route is COMPANY or COMPANY not in named.case.on)
    ]


@pytest.fixture
def stages(route: Route, request: pytest.FixtureRequest) -> Stages:
    """The two sides of a route; a server is started only when one is needed."""
    engines = {"duckdb", "postgres"} & set(route.split("_"))
    by_engine = {engine: request.getfixturevalue(f"{engine}_stage") for engine in engines}
    return route_stages(route, by_engine)


@pytest.mark.parametrize(("named", "route"), _parameters(in_company=True))
def test_a_case_says_the_same_alone_and_in_company(
    named: Named, route: Route, stages: Stages
) -> None:
    _alone_and_in_company(named, stages)


@pytest.mark.parametrize(("named", "route"), _parameters(in_company=False))
def test_a_case_says_what_it_should(named: Named, route: Route, stages: Stages) -> None:
    check(named.case, play(named, stages))


@pytest.mark.slow
@pytest.mark.parametrize(("named", "route"), _parameters(in_company=False))
def test_a_case_says_the_same_alone_and_in_company_on_every_route(
    named: Named, route: Route, stages: Stages
) -> None:
    _alone_and_in_company(named, stages)


def _alone_and_in_company(named: Named, stages: Stages) -> None:
    alone = play(named, stages)
    check(named.case, alone)
    assert _said(play(named, stages, in_company=True)) == _said(alone)


def _said(ended: Ended) -> str:
    """The outcome; statements, and how rows were compared, aside."""
    if ended.error is not None:
        return f"{type(ended.error).__name__}: {ended.error}"
    said: str = ended.value.model_dump_json(
        exclude={"statements": True, "rows": {"seconds", "strategy", "why"}}
    )
    return said


@pytest.mark.postgres
def test_postgresql_is_asked_for_the_order_of_code_points(postgres_stage: Stages) -> None:
    """The test server's own order is that of code points; a user's server orders by a language."""
    name = "texts_are_ordered_by_their_code_points"
    named = next(each for each in read_cases() if each.name == name)
    asked = [each.sql for each in play(named, postgres_stage).statements]
    assert asked
    assert all('COLLATE "C"' in sql for sql in asked)
