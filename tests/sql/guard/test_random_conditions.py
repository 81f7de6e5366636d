"""Laws over generated texts: what is accepted means what it says, and is never more than one expression."""

import random
from contextlib import suppress
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sql.guard.samples import COLUMNS, QUERY_TABLES, corpus, in_duckdb

from ombudsman.model.errors import RuleInvalid
from ombudsman.sql.conditions import parse_condition
from ombudsman.sql.queries import parse_query

integers = st.sampled_from(["a", "b", "id", "1", "2", "0", "-3", "NULL"])
texts = st.sampled_from(["c", "'open'", "''", "'Łódź'", "'it''s'", "'10%'", "'a\\b'", "NULL"])
dates = st.sampled_from(["d", "DATE '2024-02-29'", "DATE '2023-01-01'"])


def _numbers(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(part, st.sampled_from(["+", "-", "*", "%", "//", "/"]), part)
    return st.one_of(
        pairs.map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        part.map(lambda p: f"abs({p})"),
        part.map(lambda p: f"-({p})"),
        st.tuples(part, part).map(lambda p: f"coalesce({p[0]}, {p[1]})"),
        st.tuples(part, part).map(lambda p: f"CASE WHEN {p[0]} > {p[1]} THEN {p[0]} END"),
        texts.map(lambda p: f"length({p})"),
    )


numbers = st.recursive(integers, _numbers, max_leaves=4)
comparisons = st.sampled_from(["=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM"])
claims = st.one_of(
    st.tuples(numbers, comparisons, numbers).map(" ".join),
    st.tuples(texts, comparisons, texts).map(" ".join),
    st.tuples(dates, comparisons, dates).map(" ".join),
    st.tuples(numbers, numbers, numbers).map(lambda p: f"{p[0]} BETWEEN {p[1]} AND {p[2]}"),
    st.tuples(numbers, st.lists(integers, min_size=1, max_size=3)).map(
        lambda p: f"{p[0]} IN ({', '.join(p[1])})"
    ),
    texts.map(lambda p: f"{p} LIKE '%o%'"),
    st.one_of(numbers, texts, dates).map(lambda p: f"{p} IS NULL"),
    st.just("f"),
)
conditions = st.recursive(
    claims,
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from(["AND", "OR"]), part).map(" ".join),
        part.map(lambda p: f"NOT ({p})"),
        part.map(lambda p: f"({p})"),
    ),
    max_leaves=6,
)

DUCK = in_duckdb()


def _chosen(condition: str) -> list[Any] | str:
    try:
        return DUCK.execute(f"SELECT id FROM t WHERE ({condition}) ORDER BY id").fetchall()
    except duckdb.Error as error:
        return type(error).__name__


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(conditions)
def test_any_condition_means_what_it_says(text: str):
    condition = parse_condition(text, dialect="duckdb", columns=COLUMNS)
    assert _chosen(condition.render("duckdb")) == _chosen(text)


PIECES = [
    "'", '"', ";", "--", "/*", "*/", "(", ")", ",", ".", "\\", "$$", "$1", "?", ":x", "@", "::", "[", "]", "{", "}",
    " UNION SELECT ", " FROM t ", " DELETE FROM t ", " DROP TABLE t ", " INTO x ", " OR 1 = 1 ", " AS x ", "->>", "->",
    " SELECT ", " WITH x AS ", " FOR UPDATE", " LIMIT 1 ", " read_text('/etc/passwd') ", "pg_sleep(1)", " now() ",
    " EXEC ", "N'", "E'", "U&'", "x'", "$a$", "\n", "\t", "\u00a0", "；", "\u202e", "\x00", "é", "%", "||", "*",
    " NOT ", " IN ", " IS ", " NULL ", " CASE ", " END ", " BETWEEN ", " AND ", " COLLATE x ", " IN (SELECT 1) ", "#",
]  # fmt: skip


def _mutations(texts: list[str], count: int, *, seed: int, most: int) -> list[str]:
    chance = random.Random(seed)  # noqa: S311 - the same texts each time
    made = []
    for _ in range(count):
        text = chance.choice(texts)
        for _ in range(chance.randint(1, most)):
            at = chance.randint(0, len(text))
            match chance.randint(0, 4):
                case 0 | 1:
                    text = text[:at] + chance.choice(PIECES) + text[at:]
                case 2:
                    text = text[:at] + text[at + chance.randint(1, 6) :]
                case 3:
                    other = chance.choice(texts)
                    text = text[:at] + other[chance.randint(0, len(other)) :]
                case _:
                    start = chance.randint(0, len(text))
                    text = text[:at] + text[start : start + 8] + text[at:]
        made.append(text)
    return made


def _is_one_select(statement: str) -> bool:
    found = duckdb.extract_statements(statement)
    return len(found) == 1 and found[0].type == duckdb.StatementType.SELECT


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "tsql", "snowflake", "sqlite"])
def test_whatever_of_2000_broken_conditions_is_accepted_is_one_expression(dialect: str):
    written = corpus("accepted_conditions")
    texts = [
        *written["duckdb_and_sqlite"],
        *written[dialect],
        *corpus("refused_conditions")[dialect],
    ]
    accepted = 0
    for text in _mutations(texts, 400, seed=len(dialect), most=3):
        try:
            condition = parse_condition(text, dialect=dialect, columns=COLUMNS)
            rendered = condition.render("duckdb", table="t")
        except RuleInvalid:
            continue
        accepted += 1
        again = parse_condition(rendered, dialect="duckdb", columns=COLUMNS, table="t")
        assert again.columns == condition.columns, text
        assert _is_one_select(f"SELECT * FROM t WHERE ({rendered})"), text
    assert accepted > 10  # else the mutations test nothing but the parser


def test_whatever_of_600_broken_queries_is_accepted_is_one_select():
    texts = corpus("accepted_queries")["duckdb"]
    accepted = 0
    for text in _mutations(texts, 600, seed=7, most=1):
        try:
            rendered = parse_query(text, dialect="duckdb", tables=QUERY_TABLES).render("duckdb")
        except RuleInvalid:
            continue
        accepted += 1
        assert _is_one_select(rendered), text
        with suppress(
            duckdb.BinderException, duckdb.CatalogException
        ):  # grouped wrongly, and so on
            DUCK.execute(f"EXPLAIN {rendered}")
    assert accepted > 20
