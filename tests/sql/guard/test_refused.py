"""Nothing of the corpus of attacks and mistakes passes."""

from typing import Any

import pytest
from tests.sql.guard import samples
from tests.sql.guard.samples import corpus

from ombudsman.model.errors import RuleInvalid
from ombudsman.sql.conditions import parse_condition, parse_expression
from ombudsman.sql.queries import parse_query

COLUMNS = {name: kind for name, kind in samples.COLUMNS.items() if name in set("abcdef")}
TABLES = {"t": COLUMNS, "u": ["a", "k"]}


def _cases(name: str) -> list[Any]:
    return [
        pytest.param(dialect, text, id=f"{dialect}: {text[:60]}")
        for dialect, texts in corpus(name).items()
        for text in texts
    ]


@pytest.mark.parametrize(("dialect", "text"), _cases("refused_queries"))
def test_a_query_is_refused(dialect: str, text: str):
    with pytest.raises(RuleInvalid):
        parse_query(text, dialect=dialect, tables=TABLES)


@pytest.mark.parametrize(("dialect", "text"), _cases("refused_conditions"))
def test_a_condition_is_refused(dialect: str, text: str):
    with pytest.raises(RuleInvalid):
        parse_condition(text, dialect=dialect, columns=COLUMNS)


@pytest.mark.parametrize(("dialect", "text"), _cases("refused_queries"))
def test_no_refused_query_is_an_expression_or_a_subquery_of_one(dialect: str, text: str):
    for wrapped in (text, f"a = ({text})", f"a IN ({text})"):
        with pytest.raises(RuleInvalid):
            parse_expression(wrapped, dialect=dialect, columns=COLUMNS)


@pytest.mark.parametrize(("dialect", "text"), _cases("refused_queries"))
def test_a_refused_query_stays_refused_inside_another(dialect: str, text: str):
    for wrapped in (
        f"SELECT a FROM ({text}) AS x",
        f"WITH x AS ({text}) SELECT * FROM x",
        f"SELECT a FROM t UNION ALL {text}",
        f"SELECT a FROM t WHERE a IN ({text})",
    ):
        with pytest.raises(RuleInvalid):
            parse_query(wrapped, dialect=dialect, tables=TABLES)


def test_the_corpus_is_as_large_as_it_should_be():
    refused = [*_cases("refused_queries"), *_cases("refused_conditions")]
    assert len(refused) >= 300
    accepted = corpus("accepted_conditions")
    assert sum(len(texts) for texts in accepted.values()) >= 200


@pytest.mark.parametrize(
    "text",
    [
        "(" * 16_000 + "a = 1" + ")" * 16_000,
        "NOT " * 16_000 + "f",
        "- " * 30_000 + "a = 1",
        "a = 1" + " OR a = 1" * 6_000,
        "CASE WHEN " * 5_000,
        "abs(" * 15_000 + "a",
        "a" + "::int" * 10_000 + " = 1",
        "a" + "[1]" * 20_000 + " = 1",
        "a = 1 OR " * 7_000 + "a = 1",
        "a + " * 16_000 + "a = 1",
        "c = '" + "x" * 70_000 + "'",
        "c = '" + "ж" * 33_000 + "'",
        "{" * 60_000,
        "'" * 65_001,
        "/*" * 32_000,
        "a BETWEEN " * 6_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_text_that_would_exhaust_a_parser_is_refused(text: str):
    with pytest.raises(RuleInvalid):
        parse_condition(text, dialect="duckdb", columns=COLUMNS)
    with pytest.raises(RuleInvalid):
        parse_query(f"SELECT {text}", dialect="duckdb", tables=TABLES)
