# ruff: noqa: E501 - a case stands on one line, as a person reads it
"""Statements are of one pattern when they ask the same of other values, and of two when they ask something else."""

import pytest

from ombudsman.workload.pattern import pattern_id, pattern_of_words, pattern_text
from ombudsman.workload.statements import read_statements


def pattern(text: str) -> str:
    (statement,) = read_statements(text).all
    assert statement.tree is not None
    return pattern_text(statement.tree)


SAME = [
    [
        "(@p1 int)SELECT o.a FROM dbo.Orders o WITH (NOLOCK,INDEX(ix1)) WHERE o.b=@p1 AND o.c IN (1,2,3) OPTION(RECOMPILE)",
        "SELECT O.A FROM [dbo].[orders] AS O WHERE O.B=5 AND O.C IN (7)",
        "select o.a -- all\nfrom dbo.orders o where o.b = -5.5 and o.c in (@x, N'y', NULL)",
    ],
    ["INSERT t (a, b) VALUES (1, 'x')", "INSERT INTO T (A, B) VALUES (2, N'y'), (3, 'z')"],
    ["SELECT TOP (10) a FROM t", "SELECT TOP 5 a FROM t"],
    ["SELECT a FROM #x_________________00000000001A", "SELECT a FROM #x_________________0000000000FF"],
    ["SELECT a FROM t WHERE b IS NULL", "select A from T where B is null"],
]  # fmt: skip
DIFFERENT = [
    ("SELECT a FROM t WHERE b = 1", "SELECT a FROM t WHERE b > 1"),
    ("SELECT a FROM t WHERE b = 1", "SELECT a FROM t WHERE c = 1"),
    ("SELECT a FROM t", "SELECT a FROM u"),
    ("SELECT a FROM dbo.t", "SELECT a FROM x.t"),
    ("SELECT a, b FROM t", "SELECT b, a FROM t"),
    ("SELECT CAST(a AS varchar(10)) FROM t", "SELECT CAST(a AS varchar(20)) FROM t"),
    ("SELECT a FROM t WHERE b IS NULL", "SELECT a FROM t WHERE b IS NOT NULL"),
    ("SELECT SUM(a) FROM t", "SELECT SUM(DISTINCT a) FROM t"),
    ("SELECT a FROM t UNION SELECT b FROM t", "SELECT a FROM t UNION ALL SELECT b FROM t"),
    ("SELECT a FROM t WHERE b LIKE 'x%'", "SELECT a FROM t WHERE b NOT LIKE 'x%'"),
    ("SELECT [a b] FROM t", "SELECT [a_b] FROM t"),
    ("SELECT a FROM t ORDER BY a", "SELECT a FROM t ORDER BY a DESC"),
]


@pytest.mark.parametrize("texts", SAME, ids=lambda texts: texts[0][:30])
def test_values_hints_case_and_quotes_make_no_difference(texts: list[str]):
    assert len({pattern(text) for text in texts}) == 1


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_is_asked_makes_the_difference(one: str, other: str):
    assert pattern(one) != pattern(other)


@pytest.mark.parametrize("text", [text for texts in SAME for text in texts])
def test_a_pattern_holds_no_value(text: str):
    told = pattern(text)
    assert not any(value in told for value in ("'x'", "'y'", "5", "7", "'z'"))


def test_a_pattern_is_a_statement_of_that_pattern():
    for texts in SAME:
        told = pattern(texts[0])
        assert pattern(told) == told


def test_what_cannot_be_parsed_has_a_pattern_by_its_words():
    one = pattern_of_words("SELECT a FROM p WHERE MATCH(p-(f)->q) AND b = 'Smith' AND c = 12")
    other = pattern_of_words("select A from p where match(p-(f)->q) and b = N'Jones' and c = 7")
    assert one == other
    assert "Smith" not in one


CUT_OFF = {
    "SELECT a FROM t WHERE n = 'Jane Doe' AND m = 'cut off he": "select a from t where n = ? and m = ?",
    "SELECT -- don't\n a FROM t WHERE n=N'Jane' /* no end 'Jane": "select ? a from t where n= ? ?",
    "SELECT [it's], a FROM t WHERE n='it''s' AND b=0xDEAD AND c=1.5e3 AND d=$12 AND e=\"Jane": "select [it's], a from t where n= ? and b= ? and c= ? and d= ? and e= ?",
    "SELECT a FROM [t WHERE n='Jane'": "select a from ?",
    "/* a /* b */ it's */ SELECT 'Jane' FROM t WHERE x='y": "?",
    "SELECT n1, n FROM t WHERE n='x' AND m='": "select n1, n from t where n= ? and m= ?",
}  # fmt: skip


@pytest.mark.parametrize("text", CUT_OFF)
def test_a_text_that_is_cut_off_shows_no_value(text: str):
    assert pattern_of_words(text) == CUT_OFF[text]


BROKEN = {
    "SELECT a FROM t WHERE n = 'O'Dead' AND m = 1": "select a from t where n = ? ? ?",
    "SELECT a FROM t WHERE n = 'O'Dead Man' AND m = 'x'": "select a from t where n = ? ? ? ? ? ?",
    "SELECT a FROM t WHERE n = 'x' Dead 'y' AND b = 1": "select a from t where n = ? ? ? and b = ?",
    "INSERT INTO t VALUES ('d'Dead', 'O'Dead')": "insert into t values ( ? ? ? ? ? )",
    "SELECT TOP 10 a FROM t WHERE n = 'x' ORDER BY": "select top ? a from t where n = ? order by",
}


@pytest.mark.parametrize("text", BROKEN)
def test_what_follows_a_quote_too_many_counts_as_its_value(text: str):
    assert pattern_of_words(text) == BROKEN[text]


VALUES = [
    "SELECT a FROM t WHERE b = 0xDEAD",
    "SELECT a FROM t WHERE JSON_VALUE(b, '$.dead') = 'dead'",
    "INSERT t VALUES (0xDEAD, N'dead')",
    "SELECT a FROM t FOR XML PATH('dead')",
    "SELECT a FROM t WHERE d = {d 'dead'}",
]


@pytest.mark.parametrize("text", VALUES)
def test_values_of_every_spelling_are_set_aside(text: str):
    assert "dead" not in pattern(text).lower()
    assert "dead" not in pattern_of_words(text).lower()


def test_what_is_in_double_quotes_counts_as_a_value_where_nothing_is_parsed():
    assert pattern_of_words('SELECT a FROM WHERE b = "Jane"') == "select a from where b = ?"


def test_a_name_of_a_pattern_is_the_same_everywhere():
    assert pattern_id("SELECT a FROM t") == "d080d138cffb60bd"
