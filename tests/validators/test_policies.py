"""What a policy forgives makes no difference, in whatever check; and what it does not forgive still does.

`policy_cases.yml` holds the cases: each is played without a policy and under one, on every pair of engines. Then all
that can be said about its table is asked at once, half of it under the policy, and nothing changes.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field
from tests.postgres_server import PostgresServer
from tests.validators.case_file import Case, Named, Route
from tests.validators.play import COMPANY, Stages, begin, route_stages
from tests.validators.stage import duckdb_stages, postgres_stages

from ombudsman.measures.rounds import Ended, Rounds
from ombudsman.model.equality import Equality
from ombudsman.model.policy import Policy, TablePolicy
from ombudsman.model.policy_layers import StepPolicies
from ombudsman.model.result import Verdict
from ombudsman.model.tables import Side, TableRef
from ombudsman.model.yaml_source import read_yaml_file
from ombudsman.validators.pair import Pair, Tables


class PolicyCase(Case):
    """A case with a policy: what is said without it (`strict`), and under it (`forgiven`)."""

    validator: str
    equality: Equality
    strict: Verdict = Field(default=Verdict.FAILED)
    forgiven: Verdict = Field(default=Verdict.PASSED)


def _cases() -> list[Named]:
    written = read_yaml_file(Path(__file__).with_name("policy_cases.yml")).data
    named = []
    for number, (name, case) in enumerate(written.items()):
        schema = f"policy_{number}"
        read = PolicyCase.model_validate(_with_schema(case, schema))
        named.append(Named(read.validator, name, schema, read))
    return named


def _with_schema(value: Any, schema: str) -> Any:
    """SCHEMA in a case is the schema that its tables stand in."""
    match value:
        case dict():
            return {key: _with_schema(each, schema) for key, each in value.items()}
        case list():
            return [_with_schema(each, schema) for each in value]
        case str():
            return value.replace("SCHEMA", schema)
    return value


CASES = _cases()
ROUTES = [
    pytest.param(route, marks=[] if route is Route.DUCKDB else [pytest.mark.postgres])
    for route in Route
]


@pytest.fixture(scope="module")
def duckdb_policies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    with duckdb_stages(tmp_path_factory.mktemp("policies"), CASES) as stages:
        yield stages


@pytest.fixture(scope="module")
def postgres_policies(postgres: PostgresServer) -> Iterator[Stages]:
    everywhere = [
        each._replace(case=each.case.model_copy(update={"on": list(Route)})) for each in CASES
    ]
    with postgres_stages(postgres, everywhere) as stages:
        yield stages


@pytest.fixture
def stages(route: Route, request: pytest.FixtureRequest) -> Stages:
    engines = {"duckdb", "postgres"} & set(route.split("_"))
    by_engine = {engine: request.getfixturevalue(f"{engine}_policies") for engine in engines}
    return route_stages(route, by_engine)


def _tables(named: Named, stages: Stages) -> tuple[Tables, TableRef]:
    mapping = named.case.mappings(named.schema)
    catalogues = {side: stage.catalogue for side, stage in stages.items()}
    dialects = {side: stage.reader.connection.sql_dialect for side, stage in stages.items()}
    return Tables(catalogues, mapping, dialects), mapping.tables[-1].source


def _pairs(named: Named, stages: Stages) -> dict[str, Pair]:
    """The case's tables without a policy, and under the one of the step."""
    tables, ref = _tables(named, stages)
    assert isinstance(named.case, PolicyCase)
    policies = StepPolicies(ref, step=Policy(equality=named.case.equality))
    return {"strict": tables.pair(ref), "forgiven": tables.under(policies).pair(ref)}


def _outcomes(rounds: Rounds) -> dict[str, Ended]:
    ended: dict[str, Ended] = {}
    while some := rounds.wait():
        ended |= {each.id: each for each in some}
    return ended


def _asked(
    stages: Stages, pairs: Mapping[str, Pair], *questions: tuple[str, str, Mapping[str, Any]]
) -> dict[str, Ended]:
    """Questions in one round: each to one of the pairs, by a validator, with its params."""
    with Rounds({side: stage.reader for side, stage in stages.items()}) as rounds:
        for pair, validator, params in questions:
            begin(rounds, f"{pair} {validator} {params}", pairs[pair], validator, params)
        return _outcomes(rounds)


def _said(ended: Ended) -> str:
    assert ended.error is None, ended.error
    said: str = ended.value.model_dump_json(exclude={"statements"})
    return said


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("named", CASES, ids=lambda named: named.name)
def test_a_policy_forgives_what_it_says_and_nothing_else(
    named: Named, route: Route, stages: Stages
):
    assert isinstance(named.case, PolicyCase)
    pairs, params = _pairs(named, stages), named.case.params
    for pair, verdict in (("strict", named.case.strict), ("forgiven", named.case.forgiven)):
        (ended,) = _asked(stages, pairs, (pair, named.validator, params)).values()
        assert ended.error is None, ended.error
        assert ended.value.verdict is verdict, (pair, ended.value.findings)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("named", CASES, ids=lambda named: named.name)
def test_steps_of_other_policies_do_not_disturb_each_other(
    named: Named, route: Route, stages: Stages
):
    pairs = _pairs(named, stages)
    company = [(named.validator, named.case.params), *COMPANY.values()]
    questions = [(pair, *each) for pair in pairs for each in company]
    together = _asked(stages, pairs, *questions)
    for question in questions:
        (alone,) = _asked(stages, pairs, question).items()
        assert _said(together[alone[0]]) == _said(alone[1])


def test_steps_that_read_a_table_alike_share_its_scan(duckdb_policies: Stages):
    named = next(each for each in CASES if each.name == "blanks_at_the_end_of_what_is_grouped_by")
    tables, ref = _tables(named, duckdb_policies)
    ignored, other = (
        Equality(trailing_blanks="ignored"),
        Equality(trailing_blanks="ignored", ulps=2),
    )
    by_step = StepPolicies(ref, step=Policy(equality=ignored))
    by_table = StepPolicies(ref, tables={ref: TablePolicy(table=ref, equality=other)})
    with_floats = StepPolicies(ref, step=Policy(equality=Equality(ulps=2)))
    pairs = {
        name: (tables.under(policies) if policies else tables).pair(ref)
        for name, policies in {
            "none": None,
            "floats": with_floats,
            "step": by_step,
            "table": by_table,
        }.items()
    }
    readers = {side: stage.reader for side, stage in duckdb_policies.items()}
    with Rounds(readers) as rounds:
        for name, pair in pairs.items():
            begin(rounds, f"{name} nulls", pair, "validate_nulls", {})
            begin(rounds, f"{name} rows", pair, "validate_record_counts", {})
        outcomes = _outcomes(rounds)
        assert rounds.scans == 2 * len(Side)
    assert all(each.error is None for each in outcomes.values())


def test_a_reference_is_held_by_what_is_forgiven_on_either_end(duckdb_policies: Stages):
    named = next(each for each in CASES if each.name == "blanks_at_the_end_of_a_reference")
    tables, ref = _tables(named, duckdb_policies)
    parent = next(t.source for t in tables.mapping.tables if t.source != ref)
    forgiven = Policy(equality=Equality(trailing_blanks="ignored"))
    for table, column in ((ref, "country"), (parent, "code")):
        policy = TablePolicy(table=table, columns={column: forgiven})
        pair = tables.under(StepPolicies(ref, tables={table: policy})).pair(ref)
        question = ("only", named.validator, named.case.params)
        (ended,) = _asked(duckdb_policies, {"only": pair}, question).values()
        assert ended.error is None, ended.error
        assert ended.value.verdict is Verdict.PASSED, (table, ended.value.findings)


def test_whoever_compares_values_reads_them_as_they_stand_and_asks_what_is_forgiven(
    duckdb_policies: Stages,
):
    named = next(each for each in CASES if each.name == "letter_case_of_the_sources_own_values")
    pair = _pairs(named, duckdb_policies)["forgiven"]
    assert [name for name, _ in pair.source.relation.reading] == ["city"]
    assert pair.strict.source.relation.reading == pair.strict.target.relation.reading == ()
    assert not pair.compared
    assert pair.equality("city") == Equality(letter_case="ignored")
    assert pair.compared == {"city"}
